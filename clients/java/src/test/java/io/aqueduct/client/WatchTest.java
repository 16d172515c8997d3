package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aqueduct.v1.Backend;
import io.aqueduct.v1.ConfigServiceGrpc;
import io.aqueduct.v1.ConfigWatchRequest;
import io.aqueduct.v1.ConfigWatchResponse;
import io.aqueduct.v1.Configuration;
import io.aqueduct.v1.ResourceChange;
import io.aqueduct.v1.Revision;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Watches before a server whose streams end as they are told. */
@Timeout(60)
class WatchTest {
    private final Streams streams = new Streams();
    private FakeServer server;
    private AqueductClient client;
    private Watch<ConfigEvent> watch;

    /** What happens in a stream. */
    private interface Script {
        void play(StreamObserver<ConfigWatchResponse> observer);
    }

    /** Plays one script after the other, and notes what it is asked; then there are streams in which nothing happens. */
    private static final class Streams extends ConfigServiceGrpc.ConfigServiceImplBase {
        final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
        final List<Long> after = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void configWatch(ConfigWatchRequest request, StreamObserver<ConfigWatchResponse> observer) {
            after.add(request.hasAfterRevision() ? request.getAfterRevision() : null);
            var script = scripts.poll();
            if (script != null) {
                script.play(observer);
            }
        }
    }

    /** A stream's answers, and the error that ends it; it goes on where that is null. */
    private static Script stream(RuntimeException end, ConfigWatchResponse... answers) {
        return observer -> {
            Arrays.asList(answers).forEach(observer::onNext);
            if (end != null) {
                observer.onError(end);
            }
        };
    }

    private static ConfigWatchResponse snapshot(long revision, boolean more, String key) {
        var backend = Backend.newBuilder().setKey(key);
        return ConfigWatchResponse.newBuilder()
                .setRevision(revision)
                .setMore(more)
                .setSnapshot(Configuration.newBuilder().addBackends(backend))
                .build();
    }

    private static ConfigWatchResponse change(long revision, boolean more, String resource) {
        var change = Revision.newBuilder().setRevision(revision).addChanges(ResourceChange.newBuilder().setResource(resource));
        return ConfigWatchResponse.newBuilder().setRevision(revision).setMore(more).setChange(change).build();
    }

    private static ConfigWatchResponse mark(long revision) {
        return ConfigWatchResponse.newBuilder().setRevision(revision).build();
    }

    private static RuntimeException gone() {
        return Status.UNAVAILABLE.asRuntimeException();
    }

    private void begin(Script... scripts) throws IOException {
        streams.scripts.addAll(Arrays.asList(scripts));
        server = new FakeServer(streams);
        client = server.client().build();
        watch = client.watchConfig(ConfigWatchRequest.getDefaultInstance());
    }

    @AfterEach
    void end() {
        watch.close();
        client.close();
        server.close();
    }

    private static List<String> keys(ConfigEvent event) {
        return ((ConfigEvent.Snapshot) event).configuration().getBackendsList().stream().map(Backend::getKey).toList();
    }

    private static List<String> resources(ConfigEvent event) {
        return ((ConfigEvent.Change) event).change().getChangesList().stream().map(ResourceChange::getResource).toList();
    }

    @Test
    void whatComesInPartsIsOneEvent() throws IOException {
        begin(stream(
                null,
                snapshot(5, true, "a"),
                snapshot(5, false, "b"),
                change(6, true, "backends/a"),
                change(6, false, "backends/b")));
        ConfigEvent first = watch.next();
        assertEquals(List.of("a", "b"), keys(first));
        assertEquals(5, first.revision());
        assertEquals(List.of("backends/a", "backends/b"), resources(watch.next()));
    }

    @Test
    void whatHasComeInPartComesWholeAgain() throws IOException {
        begin(
                stream(gone(), snapshot(5, true, "a")),
                stream(gone(), snapshot(5, true, "a"), snapshot(5, false, "b"), change(6, true, "backends/a")),
                stream(null, change(6, false, "backends/a")));
        assertEquals(List.of("a", "b"), keys(watch.next()));
        assertEquals(List.of("backends/a"), resources(watch.next()));
        assertEquals(Arrays.asList(null, null, 5L), streams.after);
    }

    @Test
    void marksCountAndAreNotTold() throws IOException {
        begin(stream(gone(), snapshot(5, false, "a"), mark(8)), stream(null, change(9, false, "backends/a")));
        assertEquals(5, watch.next().revision());
        assertEquals(9, watch.next().revision());
        assertEquals(Arrays.asList(null, 8L), streams.after);
    }

    @Test
    void anEndWithoutAnErrorIsNoEnd() throws IOException {
        begin(StreamObserver::onCompleted, stream(null, snapshot(5, false, "a")));
        assertEquals(5, watch.next().revision());
    }

    @Test
    void aSlowWatcherGoesOn() throws IOException {
        begin(
                stream(Errors.of(Status.Code.RESOURCE_EXHAUSTED, "SLOW_WATCHER"), snapshot(5, false, "a")),
                stream(null, change(6, false, "backends/a")));
        watch.next();
        assertEquals(6, watch.next().revision());
        assertEquals(Arrays.asList(null, 5L), streams.after);
    }

    @Test
    void beginsAnewAndSaysSo() throws IOException {
        begin(
                stream(gone(), snapshot(5, false, "a")),
                stream(Errors.of(Status.Code.OUT_OF_RANGE, "COMPACTED")),
                stream(null, snapshot(9, false, "b")));
        assertEquals("", ((ConfigEvent.Snapshot) watch.next()).reset());
        assertEquals("COMPACTED", ((ConfigEvent.Snapshot) watch.next()).reset());
        assertEquals(Arrays.asList(null, 5L, null), streams.after);
    }

    @Test
    void otherErrorsEndIt() throws IOException {
        begin(stream(Errors.of(Status.Code.INVALID_ARGUMENT, "INVALID_FIELD"), snapshot(5, false, "a")));
        watch.next();
        var error = assertThrows(AqueductException.InvalidArgument.class, watch::next);
        assertSame(error, assertThrows(AqueductException.class, watch::hasNext));
    }

    @Test
    void anotherThreadClosesIt() throws IOException {
        begin(observer -> watch.close());
        assertFalse(watch.hasNext());
        assertThrows(NoSuchElementException.class, watch::next);
    }

    @Test
    void itsThreadIsInterrupted() throws IOException {
        Thread reader = Thread.currentThread();
        begin(observer -> reader.interrupt());
        assertThrows(AqueductException.Cancelled.class, watch::next);
        assertTrue(Thread.interrupted());
    }

    @Test
    void itsThreadIsInterruptedAsTheServerIsAway() throws IOException {
        Thread reader = Thread.currentThread();
        begin(observer -> {
            reader.interrupt();
            observer.onError(gone());
        });
        assertThrows(AqueductException.Cancelled.class, watch::next);
        assertTrue(Thread.interrupted());
    }

    @Test
    void itsContextEnds() throws IOException {
        Context.CancellableContext context = Context.current().withCancellation();
        begin(observer -> context.cancel(null));
        context.run(() -> watch = client.watchConfig(ConfigWatchRequest.getDefaultInstance()));
        assertThrows(AqueductException.Cancelled.class, watch::next);
    }

    @Test
    void itsClientIsClosed() throws IOException {
        begin(observer -> client.close());
        assertThrows(AqueductException.Cancelled.class, watch::next);
    }
}
