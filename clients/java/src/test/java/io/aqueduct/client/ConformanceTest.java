package io.aqueduct.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every scenario of clients/conformance, one after the other, with one server and one client. */
class ConformanceTest {
    private static Served server;
    private static AqueductClient client;

    @BeforeAll
    static void start() throws IOException {
        server = new Served();
        client = AqueductClient.builder(server.target()).build();
    }

    @AfterAll
    static void end() throws IOException {
        client.close();
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> scenarios() throws IOException {
        return server.tell("scenarios").getAsJsonArray("scenarios").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .map(each -> DynamicTest.dynamicTest(each.get("name").getAsString(), () -> run(each)));
    }

    private static void run(JsonObject scenario) throws IOException {
        server.tell("reset");
        try (Scenario run = new Scenario(client, server)) {
            scenario.getAsJsonArray("steps").forEach(step -> run.make(step.getAsJsonObject()));
        }
    }
}
