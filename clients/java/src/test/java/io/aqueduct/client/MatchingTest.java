package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How answers are matched, as clients/conformance/README.md has it. */
class MatchingTest {
    private static final JsonElement ANSWER = JsonParser.parseString(
            "{\"a\": \"x1\", \"n\": \"5\", \"t\": true, \"f\": 0.0, \"l\": [{\"k\": \"1\"}, {\"k\": \"2\"}], \"m\": {}}");

    @ParameterizedTest
    @ValueSource(strings = {
        "{}",
        "{a: x1, n: 5, t: 'true', f: 0, b: null}",
        "{l: [{k: 1}, {}], m: {}}",
        "{a: {$contains: '1'}, l: {$size: 2}, n: {$above: 4}, m: {$any: true}}",
        "{l: {$has: [{k: '2'}]}, a: {$not: x}}",
    })
    void matches(String expected) {
        assertTrue(Matching.matches(JsonParser.parseString(expected), ANSWER));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "{a: null} | answer.a is there",
        "{a: x} | answer.a",
        "{b: x} | answer.b",
        "{b: {$any: true}} | answer.b",
        "{b: {$not: 1}} | answer.b",
        "{m: ''} | answer.m",
        "{m: []} | answer.m",
        "{a: {}} | answer.a",
        "{l: [{}]} | answer.l",
        "{l: [{}, {k: 3}]} | answer.l[1].k",
        "{l: {$size: 1}} | answer.l",
        "{l: {$has: [{k: 3}]}} | answer.l",
        "{n: {$above: 5}} | answer.n",
        "{a: {$contains: y}} | answer.a",
    })
    void doesNotMatch(String expected, String where) {
        String wrong = Matching.mismatch(JsonParser.parseString(expected), ANSWER, "answer").orElse("");
        assertTrue(wrong.startsWith(where), wrong);
    }

    @Test
    void putsVariablesInPlaceOfTheirNames() {
        JsonElement filled = Documents.filled(
                JsonParser.parseString("{'${a}': ['<${a}${b}>', 1, null]}"), Map.of("a", "x", "b", "$1"));
        assertEquals(JsonParser.parseString("{'${a}': ['<x$1>', 1, null]}"), filled);
        assertEquals("2", Documents.at("l.1.k", ANSWER));
    }
}
