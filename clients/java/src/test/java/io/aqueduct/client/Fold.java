package io.aqueduct.client;

import com.google.gson.JsonObject;
import io.aqueduct.v1.ConfigWatchRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Watches the configuration of an Aqueduct and prints, after each event, what it has folded: for the soak of
 * tests/clients (see clients/conformance/README.md). It ends when its standard input does.
 */
public final class Fold {
    private Fold() {}

    /** Takes a target, such as {@code 127.0.0.1:10001}. */
    public static void main(String[] arguments) {
        Folding folding = new Folding();
        try (AqueductClient client = AqueductClient.builder(arguments[0]).build();
                Watch<ConfigEvent> watch = client.watchConfig(ConfigWatchRequest.getDefaultInstance())) {
            Thread ending = new Thread(() -> closeWithInput(watch), "standard input");
            ending.setDaemon(true);
            ending.start();
            for (ConfigEvent event : watch) {
                folding.take(event);
                System.out.println(line(event, folding));
            }
        }
    }

    private static void closeWithInput(Watch<?> watch) {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } finally {
            watch.close();
        }
    }

    private static JsonObject line(ConfigEvent event, Folding folding) {
        String kind = event instanceof ConfigEvent.Snapshot ? "snapshot" : "change";
        String reset = event instanceof ConfigEvent.Snapshot snapshot ? snapshot.reset() : "";
        JsonObject line = Documents.map("kind", kind, "revision", Long.toString(event.revision()), "reset", reset);
        JsonObject state = new JsonObject();
        folding.state.forEach((name, resource) -> state.add(name, Documents.of(resource)));
        line.add("state", state);
        return line;
    }
}
