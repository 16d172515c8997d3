package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aqueduct.v1.Backend;
import io.aqueduct.v1.BackendServiceGrpc;
import io.aqueduct.v1.DeleteBackendRequest;
import io.aqueduct.v1.DeleteBackendResponse;
import io.aqueduct.v1.GetBackendRequest;
import io.aqueduct.v1.GetBackendResponse;
import io.aqueduct.v1.PutBackendRequest;
import io.aqueduct.v1.PutBackendResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Deadlines, repetitions and the token of calls, before a server that fails as it is told. */
@Timeout(60)
class CallsTest {
    private static final StatusRuntimeException GONE = Status.UNAVAILABLE.withDescription("gone").asRuntimeException();

    private final Backends backends = new Backends();
    private FakeServer server;
    private AqueductClient client;

    /** Answers by what it is told to. */
    private static final class Backends extends BackendServiceGrpc.BackendServiceImplBase {
        final Queue<StatusRuntimeException> failures = new ConcurrentLinkedQueue<>();
        final AtomicInteger calls = new AtomicInteger();

        private <R> void answer(StreamObserver<R> observer, R answer) {
            calls.incrementAndGet();
            StatusRuntimeException failure = failures.poll();
            if (failure != null) {
                observer.onError(failure);
                return;
            }
            observer.onNext(answer);
            observer.onCompleted();
        }

        @Override
        public void getBackend(GetBackendRequest request, StreamObserver<GetBackendResponse> observer) {
            answer(observer, GetBackendResponse.getDefaultInstance());
        }

        @Override
        public void putBackend(PutBackendRequest request, StreamObserver<PutBackendResponse> observer) {
            answer(observer, PutBackendResponse.getDefaultInstance());
        }

        @Override
        public void deleteBackend(DeleteBackendRequest request, StreamObserver<DeleteBackendResponse> observer) {
            answer(observer, DeleteBackendResponse.getDefaultInstance());
        }
    }

    private void connect(Consumer<AqueductClientBuilder> how, StatusRuntimeException... failures) throws IOException {
        backends.failures.addAll(Arrays.asList(failures));
        server = new FakeServer(backends);
        AqueductClientBuilder builder = server.client();
        how.accept(builder);
        client = builder.build();
    }

    private void connect(StatusRuntimeException... failures) throws IOException {
        connect(builder -> {}, failures);
    }

    @AfterEach
    void end() {
        if (client != null) {
            client.close();
            server.close();
        }
    }

    static Stream<Arguments> calls() {
        Backend none = Backend.getDefaultInstance();
        return Stream.of(
                Arguments.of("get", 2, (Consumer<AqueductClient>) client -> client.getBackend("a")),
                Arguments.of("put", 2, (Consumer<AqueductClient>) client -> client.putBackend(none)),
                Arguments.of("conditional put", 1, (Consumer<AqueductClient>)
                        client -> client.putBackend(none, WriteOption.mustNotExist())),
                Arguments.of("delete", 1, (Consumer<AqueductClient>) client -> client.deleteBackend("a")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("calls")
    void whatIsSafeIsMadeAgain(String name, int times, Consumer<AqueductClient> call) throws IOException {
        connect(GONE);
        if (times == 1) {
            assertThrows(AqueductException.Unavailable.class, () -> call.accept(client));
        } else {
            call.accept(client);
        }
        assertEquals(times, backends.calls.get());
    }

    @Test
    void aServerThatEndsIsWaitedFor() throws IOException {
        connect(Errors.of(Status.Code.UNAVAILABLE, "SHUTTING_DOWN"), GONE, GONE);
        client.getBackend("a");
        assertEquals(4, backends.calls.get());
    }

    @Test
    void whatTheServerRefusesIsNotMadeAgain() throws IOException {
        connect(Errors.of(Status.Code.UNAVAILABLE, "NOT_SERVED"), Errors.of(Status.Code.NOT_FOUND, "NOT_FOUND"));
        assertThrows(AqueductException.Unavailable.class, () -> client.getBackend("a"));
        assertThrows(AqueductException.NotFound.class, () -> client.getBackend("a"));
        assertEquals(2, backends.calls.get());
    }

    @Test
    void stubsHaveTheSame() throws IOException, ExecutionException, InterruptedException {
        connect(GONE);
        BackendServiceGrpc.newBlockingStub(client.channel()).getBackend(GetBackendRequest.getDefaultInstance());
        backends.failures.addAll(List.of(GONE, Errors.of(Status.Code.ABORTED, "REVISION_MISMATCH")));
        var future = BackendServiceGrpc.newFutureStub(client.channel()).getBackend(GetBackendRequest.getDefaultInstance());
        var failed = assertThrows(ExecutionException.class, future::get);
        assertEquals("REVISION_MISMATCH", AqueductException.of(failed).reason());
        assertEquals(4, backends.calls.get());
    }

    @Test
    void theClientsDeadline() throws IOException {
        connect(builder -> builder.deadlines(Duration.ofNanos(1), Duration.ofMinutes(1)));
        assertThrows(AqueductException.DeadlineExceeded.class, () -> client.getBackend("a"));
        client.putBackend(Backend.getDefaultInstance());
        client.withDeadline(Duration.ofMinutes(1)).getBackend("a");
    }

    @Test
    void theContextHasTheLastWord() throws Exception {
        connect(builder -> builder.deadlines(Duration.ofNanos(1), Duration.ofNanos(1)));
        var timer = Executors.newSingleThreadScheduledExecutor();
        try (var context = Context.current().withDeadlineAfter(1, TimeUnit.MINUTES, timer)) {
            context.call(() -> client.getBackend("a"));
        } finally {
            timer.shutdown();
        }
    }

    @Test
    void noMoreAttemptsThanTheDeadlineLeavesTimeFor() throws IOException {
        connect(GONE, GONE, GONE, GONE, GONE);
        AqueductClient hasty = client.withDeadline(Duration.ofMillis(250));
        assertThrows(AqueductException.class, () -> hasty.getBackend("a"));
        assertTrue(backends.calls.get() <= 2, "after 100 and 300 ms");
    }

    @Test
    void anInterruptedThreadIsCancelled() throws IOException {
        connect();
        Thread.currentThread().interrupt();
        assertThrows(AqueductException.Cancelled.class, () -> client.getBackend("a"));
        assertTrue(Thread.interrupted());
    }

    /** Tells when the layer above knows of the end of the first attempt. */
    private static final class Ends implements ClientInterceptor {
        final CountDownLatch first = new CountDownLatch(1);

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    super.start(
                            new SimpleForwardingClientCallListener<>(listener) {
                                @Override
                                public void onClose(Status status, Metadata trailers) {
                                    super.onClose(status, trailers);
                                    first.countDown();
                                }
                            },
                            headers);
                }
            };
        }
    }

    @Test
    void aCallCanBeCancelledBetweenAttempts() throws IOException, InterruptedException {
        Ends ends = new Ends();
        connect(builder -> builder.channel(channel -> channel.intercept(ends)), GONE, GONE, GONE, GONE, GONE, GONE);
        CountDownLatch isOver = new CountDownLatch(1);
        AtomicReference<Status> told = new AtomicReference<>();
        ClientCall<GetBackendRequest, GetBackendResponse> call =
                client.channel().newCall(BackendServiceGrpc.getGetBackendMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        told.set(status);
                        isOver.countDown();
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(GetBackendRequest.getDefaultInstance());
        call.halfClose();
        ends.first.await();
        call.cancel("enough", null);
        isOver.await();
        assertEquals(Status.Code.CANCELLED, told.get().getCode());
    }

    @Test
    void aClosedClientsCallsEnd() throws IOException, InterruptedException {
        Ends ends = new Ends();
        connect(builder -> builder.channel(channel -> channel.intercept(ends)), GONE, GONE, GONE, GONE, GONE, GONE);
        var future = BackendServiceGrpc.newFutureStub(client.channel()).getBackend(GetBackendRequest.getDefaultInstance());
        ends.first.await();
        client.close();
        var failed = assertThrows(ExecutionException.class, future::get);
        assertEquals(Status.Code.UNAVAILABLE, AqueductException.of(failed).code());
        assertThrows(AqueductException.Cancelled.class, () -> client.getBackend("a"));
    }

    @Test
    void theTokenGoesWithEachCall() throws IOException, InterruptedException {
        connect(builder -> builder.token("secret"));
        client.getBackend("a");
        var authorization = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
        assertEquals("Bearer secret", server.headers.take().get(authorization));
    }
}
