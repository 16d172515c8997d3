package io.aqueduct.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Messages, errors and events as JSON, as clients/conformance/README.md has them. */
final class Documents {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)\\}");

    private Documents() {}

    /** Put variables in place of their names, in all strings but the keys of maps. */
    static JsonElement filled(JsonElement value, Map<String, String> variables) {
        if (value instanceof JsonObject map) {
            JsonObject all = new JsonObject();
            map.entrySet().forEach(each -> all.add(each.getKey(), filled(each.getValue(), variables)));
            return all;
        }
        if (value instanceof JsonArray list) {
            JsonArray all = new JsonArray();
            list.forEach(each -> all.add(filled(each, variables)));
            return all;
        }
        if (value instanceof JsonPrimitive text && text.isString()) {
            return new JsonPrimitive(VARIABLE
                    .matcher(text.getAsString())
                    .replaceAll(found -> Matcher.quoteReplacement(variables.get(found.group(1)))));
        }
        return value;
    }

    /** What stands at a path such as {@code changes.0.revision}, as a text. */
    static String at(String path, JsonElement answer) {
        JsonElement found = answer;
        for (String part : path.split("\\.")) {
            found = found instanceof JsonArray list ? list.get(Integer.parseInt(part)) : found.getAsJsonObject().get(part);
            if (found == null) {
                throw new AssertionError("no " + path + " in " + answer);
            }
        }
        return found.getAsString();
    }

    static <M extends Message> M message(M prototype, JsonElement request) {
        Message.Builder builder = prototype.newBuilderForType();
        try {
            JsonFormat.parser().merge(request == null ? "{}" : request.toString(), builder);
        } catch (InvalidProtocolBufferException wrong) {
            throw new AssertionError(request.toString(), wrong);
        }
        @SuppressWarnings("unchecked")
        M made = (M) builder.build();
        return made;
    }

    static JsonObject of(Message message) {
        try {
            return JsonParser.parseString(JsonFormat.printer().print(message)).getAsJsonObject();
        } catch (InvalidProtocolBufferException wrong) {
            throw new AssertionError(wrong);
        }
    }

    static JsonObject of(AqueductException error) {
        JsonObject told = new JsonObject();
        told.addProperty("code", error.code().name());
        told.addProperty("message", error.getMessage());
        if (!error.reason().isEmpty()) {
            told.addProperty("reason", error.reason());
        }
        JsonObject metadata = new JsonObject();
        error.metadata().forEach(metadata::addProperty);
        told.add("metadata", metadata);
        JsonArray violations = new JsonArray();
        error.violations().forEach(each -> violations.add(map("field", each.field(), "description", each.description())));
        told.add("violations", violations);
        JsonArray preconditions = new JsonArray();
        error.preconditions()
                .forEach(each -> preconditions.add(
                        map("type", each.type(), "subject", each.subject(), "description", each.description())));
        told.add("preconditions", preconditions);
        error.resource()
                .ifPresent(about -> told.add(
                        "resource", map("type", about.type(), "name", about.name(), "description", about.description())));
        return told;
    }

    static JsonObject of(ConfigEvent event) {
        JsonObject told = map("revision", Long.toString(event.revision()));
        if (event instanceof ConfigEvent.Snapshot snapshot) {
            told.addProperty("kind", "snapshot");
            told.add("configuration", of(snapshot.configuration()));
            if (!snapshot.reset().isEmpty()) {
                told.addProperty("reset", snapshot.reset());
            }
        } else if (event instanceof ConfigEvent.Change change) {
            told.addProperty("kind", "change");
            told.add("change", of(change.change()));
        }
        return told;
    }

    static JsonObject of(ActivityEvent event) {
        if (event instanceof ActivityEvent.Happened happened) {
            return of(happened.event());
        }
        return map("missed", Long.toString(((ActivityEvent.Missed) event).events()));
    }

    /** A map of texts, from keys and values by turns. */
    static JsonObject map(String... pairs) {
        JsonObject made = new JsonObject();
        for (int i = 0; i < pairs.length; i += 2) {
            made.addProperty(pairs[i], pairs[i + 1]);
        }
        return made;
    }

}
