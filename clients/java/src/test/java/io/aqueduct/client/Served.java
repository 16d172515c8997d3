package io.aqueduct.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** {@code clients/serve}: an Aqueduct with an HAProxy, which obeys words and ends with its standard input. */
final class Served implements AutoCloseable {
    private final Process process;
    private final BufferedWriter words;
    private final BufferedReader lines;
    private final JsonObject where;

    Served() throws IOException {
        process = new ProcessBuilder("../serve").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        words = process.outputWriter();
        lines = process.inputReader();
        where = line();
    }

    String target() {
        return where.get("target").getAsString();
    }

    Map<String, String> variables() {
        Map<String, String> all = new TreeMap<>();
        where.getAsJsonObject("variables").entrySet().forEach(each -> all.put(each.getKey(), each.getValue().getAsString()));
        return all;
    }

    /** Have the server do something; return its answer. */
    synchronized JsonObject tell(String word) throws IOException {
        words.write(word);
        words.newLine();
        words.flush();
        JsonObject answer = line();
        JsonElement error = answer.get("error");
        if (error != null) {
            throw new IOException("clients/serve: " + word + ": " + error);
        }
        return answer;
    }

    private JsonObject line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("clients/serve has ended");
        }
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Override
    public void close() throws IOException {
        words.close();
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException("clients/serve ended by " + exit);
        }
    }
}
