package io.aqueduct.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** How what is found is held to what is expected, as clients/conformance/README.md says. */
final class Matching {
    private Matching() {}

    /** Where and how {@code found}, null where nothing is there, does not match; empty where it does. */
    static Optional<String> mismatch(JsonElement expected, JsonElement found, String where) {
        if (expected.isJsonNull()) {
            return found == null ? Optional.empty() : Optional.of(where + " is there: " + found);
        }
        if (expected instanceof JsonObject map) {
            Map.Entry<String, JsonElement> first = map.entrySet().stream().findFirst().orElse(null);
            if (first != null && first.getKey().startsWith("$")) {
                boolean holds = found != null && holds(first.getKey(), first.getValue(), found);
                return holds ? Optional.empty() : wrong(expected, found, where);
            }
            return found instanceof JsonObject have ? inMap(map, have, where) : wrong(expected, found, where);
        }
        if (expected instanceof JsonArray list) {
            boolean isAsLong = found instanceof JsonArray have && have.size() == list.size();
            return isAsLong ? inList(list, found.getAsJsonArray(), where) : wrong(expected, found, where);
        }
        boolean isSame = found instanceof JsonPrimitive && text(found).equals(text(expected));
        return isSame ? Optional.empty() : wrong(expected, found, where);
    }

    /** A number's text has no decimals where it is whole: JSON does not tell 1.0 from 1. */
    private static String text(JsonElement value) {
        boolean isNumber = value instanceof JsonPrimitive primitive && primitive.isNumber();
        return isNumber ? value.getAsBigDecimal().stripTrailingZeros().toPlainString() : value.getAsString();
    }

    static boolean matches(JsonElement expected, JsonElement found) {
        return mismatch(expected, found, "").isEmpty();
    }

    private static Optional<String> wrong(JsonElement expected, JsonElement found, String where) {
        return Optional.of(where + " is " + found + ", not " + expected);
    }

    private static Optional<String> inMap(JsonObject expected, JsonObject found, String where) {
        return expected.entrySet().stream()
                .flatMap(each -> mismatch(each.getValue(), found.get(each.getKey()), where + "." + each.getKey()).stream())
                .findFirst();
    }

    private static Optional<String> inList(JsonArray expected, JsonArray found, String where) {
        for (int i = 0; i < expected.size(); i++) {
            Optional<String> wrong = mismatch(expected.get(i), found.get(i), where + "[" + i + "]");
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private static boolean holds(String operator, JsonElement wanted, JsonElement found) {
        return switch (operator) {
            case "$any" -> true;
            case "$contains" -> found instanceof JsonPrimitive text
                    && text.isString()
                    && text.getAsString().contains(wanted.getAsString());
            case "$has" -> found instanceof JsonArray have
                    && items(wanted).allMatch(want -> items(have).anyMatch(each -> matches(want, each)));
            case "$size" -> size(found) == wanted.getAsInt();
            case "$above" -> found instanceof JsonPrimitive && found.getAsLong() > wanted.getAsLong();
            case "$not" -> !matches(wanted, found);
            default -> throw new AssertionError("there is no " + operator);
        };
    }

    private static Stream<JsonElement> items(JsonElement list) {
        return StreamSupport.stream(list.getAsJsonArray().spliterator(), false);
    }

    private static int size(JsonElement found) {
        if (found instanceof JsonArray list) {
            return list.size();
        }
        return found instanceof JsonObject map ? map.size() : -1;
    }
}
