package io.aqueduct.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.aqueduct.v1.ActivityWatchRequest;
import io.aqueduct.v1.ConfigServiceGrpc;
import io.aqueduct.v1.ConfigWatchRequest;
import io.aqueduct.v1.ExportRequest;
import io.aqueduct.v1.Revision;
import io.aqueduct.v1.StatsWatchRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assertions;

/** The run of one scenario of clients/conformance. */
final class Scenario implements AutoCloseable {
    private static final Duration OF_A_STEP = Duration.ofSeconds(15);

    /** A call that was begun; its thread is interrupted to cancel it. */
    private record Begun(FutureTask<JsonObject> answer, Thread thread) {}

    private final AqueductClient client;
    private final Served server;
    private final Map<String, String> variables;
    private final Map<String, Begun> begun = new HashMap<>();
    private final Map<String, Watched<?>> watches = new HashMap<>();
    private final Map<String, JsonObject> watchSteps = new HashMap<>();

    Scenario(AqueductClient client, Served server) {
        this.client = client;
        this.server = server;
        this.variables = server.variables();
    }

    /** Make a step, and hold it to what is expected. */
    void make(JsonObject template) {
        JsonObject step = Documents.filled(template, variables).getAsJsonObject();
        Assertions.assertTimeoutPreemptively(OF_A_STEP, () -> hold(step), template::toString);
    }

    private void hold(JsonObject step) throws Exception {
        JsonObject answer;
        JsonElement expected = step.get("expect");
        try {
            answer = answer(step);
            if (step.has("error")) {
                Assertions.fail("no error, but " + answer);
            }
        } catch (AqueductException error) {
            if (!step.has("error")) {
                throw error;
            }
            expected = step.get("error");
            answer = Documents.of(error);
        }
        if (expected != null) {
            Matching.mismatch(expected, answer, "answer").ifPresent(wrong -> Assertions.fail(wrong + "\n" + step));
        }
        if (step.has("save")) {
            for (var each : step.getAsJsonObject("save").entrySet()) {
                variables.put(each.getKey(), Documents.at(each.getValue().getAsString(), answer));
            }
        }
    }

    private JsonObject answer(JsonObject step) throws Exception {
        String kind = step.keySet().iterator().next();
        String name = step.get(kind).getAsString();
        switch (kind) {
            case "call":
                return call(step);
            case "begin":
                begun.put(name, begin(step));
                return null;
            case "cancel":
                begun.get(name).thread().interrupt();
                return null;
            case "finish":
                return finish(begun.get(name));
            case "list":
                return ByName.list(client, name, step.get("request"));
            case "watch":
                watches.put(step.get("as").getAsString(), watch(name, step));
                watchSteps.put(step.get("as").getAsString(), step);
                return null;
            case "next":
                return watches.get(name).next();
            case "seek":
                return seek(watches.get(name), step.get("expect"));
            case "folded":
                foldsToWhatIsStored(watches.get(name), resources(watchSteps.get(name)));
                return null;
            case "close":
                watches.get(name).close();
                return null;
            case "server":
                return server.tell(name);
            case "health":
                var request = HealthCheckRequest.newBuilder().setService(name).build();
                return Documents.of(client.call(HealthGrpc.getCheckMethod(), request));
            case "fetch":
                return fetch(name);
            default:
                throw new AssertionError("no such step: " + step);
        }
    }

    private JsonObject call(JsonObject step) {
        AqueductClient caller = step.has("deadline")
                ? client.withDeadline(Duration.ofMillis((long) (1000 * step.get("deadline").getAsDouble())))
                : client;
        return ByName.call(caller, step.get("call").getAsString(), step.get("request"));
    }

    private Begun begin(JsonObject step) {
        FutureTask<JsonObject> answer = new FutureTask<>(() -> call(step));
        Thread thread = new Thread(answer, "call");
        thread.setDaemon(true);
        thread.start();
        return new Begun(answer, thread);
    }

    private static JsonObject finish(Begun call) throws InterruptedException {
        try {
            return call.answer().get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof AqueductException error) {
                throw error;
            }
            throw new AssertionError(failed);
        }
    }

    private Watched<?> watch(String what, JsonObject step) {
        JsonElement request = step.get("request");
        switch (what) {
            case "config":
                var asked = ConfigWatchRequest.newBuilder().addAllResources(resources(step));
                if (step.has("after")) {
                    asked.setAfterRevision(step.get("after").getAsLong());
                }
                var made = new Watched<>(client.watchConfig(asked.build()), Documents::of);
                made.folding.began = asked.getAfterRevision();
                return made;
            case "stats":
                return new Watched<>(
                        client.watchStats(Documents.message(StatsWatchRequest.getDefaultInstance(), request)), Documents::of);
            case "activity":
                return new Watched<>(
                        client.watchActivity(Documents.message(ActivityWatchRequest.getDefaultInstance(), request)), Documents::of);
            default:
                throw new AssertionError("no watch of " + what);
        }
    }

    private static List<String> resources(JsonObject step) {
        return step.has("resources")
                ? step.getAsJsonArray("resources").asList().stream().map(JsonElement::getAsString).toList()
                : List.of();
    }

    private static JsonObject seek(Watched<?> watch, JsonElement expected) throws InterruptedException {
        JsonObject event = watch.next();
        while (!Matching.matches(expected, event)) {
            event = watch.next();
        }
        return event;
    }

    private void foldsToWhatIsStored(Watched<?> watch, List<String> resources) throws InterruptedException {
        var request = ExportRequest.newBuilder().addAllResources(resources).build();
        var stored = client.call(ConfigServiceGrpc.getExportMethod(), request).getConfiguration();
        while (!watch.folding.state.equals(Folding.named(stored))) {
            watch.next();
        }
        if (resources.isEmpty()) {
            List<Long> revisions = client.listRevisions("").stream()
                    .map(Revision::getRevision)
                    .filter(each -> watch.folding.began < each && each <= watch.folding.revision())
                    .sorted()
                    .toList();
            Assertions.assertEquals(revisions, watch.folding.told);
        }
    }

    private static JsonObject fetch(String url) throws IOException, InterruptedException {
        HttpClient direct = HttpClient.newBuilder().proxy(ProxySelector.of(null)).version(HttpClient.Version.HTTP_1_1).build();
        var answer = direct.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        return Documents.map("status", Integer.toString(answer.statusCode()), "body", answer.body());
    }

    @Override
    public void close() {
        watches.values().forEach(Watched::close);
        begun.values().forEach(each -> each.thread().interrupt());
    }
}
