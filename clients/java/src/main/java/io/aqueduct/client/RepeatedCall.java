package io.aqueduct.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A call of one answer that is made again while the server is away, for up to 10 s within its deadline.
 *
 * <p>An attempt begins once the request is whole. The listener hears of one attempt only: the last.
 */
final class RepeatedCall<Q, R> extends ClientCall<Q, R> {
    /** Seconds that a server which is not there has to come back. */
    static final long PATIENCE_S = 10;

    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 1000;

    private final Channel channel;
    private final MethodDescriptor<Q, R> method;
    private final CallOptions options;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final Context context = Context.current();
    private final Deadline until;

    private Listener<R> listener;
    private Metadata headers;
    private Q request;
    private int requested;
    private long pauseMs = FIRST_PAUSE_MS;
    private ClientCall<Q, R> attempt;
    private boolean isBetween = true;
    private boolean isCancelled;

    RepeatedCall(Channel channel, MethodDescriptor<Q, R> method, CallOptions options, ScheduledExecutorService timer) {
        this.channel = channel;
        this.method = method;
        this.options = options;
        this.timer = timer;
        this.executor = options.getExecutor() == null ? Runnable::run : options.getExecutor();
        this.until = earliest(Deadline.after(PATIENCE_S, TimeUnit.SECONDS), options.getDeadline(), context.getDeadline());
    }

    private static Deadline earliest(Deadline patience, Deadline... others) {
        Deadline found = patience;
        for (Deadline each : others) {
            found = each == null ? found : found.minimum(each);
        }
        return found;
    }

    @Override
    public synchronized void start(Listener<R> toTell, Metadata toSend) {
        listener = toTell;
        headers = toSend;
    }

    @Override
    public synchronized void request(int messages) {
        requested += messages;
        if (attempt != null) {
            attempt.request(messages);
        }
    }

    @Override
    public synchronized void sendMessage(Q message) {
        request = message;
    }

    @Override
    public void halfClose() {
        begin();
    }

    @Override
    public synchronized void cancel(String message, Throwable cause) {
        if (isCancelled) {
            return;
        }
        isCancelled = true;
        if (!isBetween) {
            attempt.cancel(message, cause);
        } else if (listener != null) {
            Status status = Status.CANCELLED.withDescription(message).withCause(cause);
            executor.execute(() -> listener.onClose(status, new Metadata()));
        }
    }

    private synchronized void begin() {
        if (isCancelled) {
            return; // which the listener knows
        }
        Context before = context.attach();
        try {
            attempt = channel.newCall(method, options);
        } finally {
            context.detach(before);
        }
        isBetween = false;
        Metadata own = new Metadata();
        own.merge(headers);
        attempt.start(new Attempt(), own);
        attempt.request(requested);
        attempt.sendMessage(request);
        attempt.halfClose();
    }

    /** Whether there will be another attempt. */
    private synchronized boolean isRepeated(Status status, Metadata trailers) {
        if (isCancelled
                || until.timeRemaining(TimeUnit.MILLISECONDS) < pauseMs
                || Methods.hasPrecondition(request)
                || !Methods.passes(AqueductException.of(status, trailers, null))) {
            return false;
        }
        try {
            timer.schedule(this::begin, pauseMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            return false;
        }
        isBetween = true;
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        return true;
    }

    /** Passes an attempt's answer on, and no more of one that is repeated. */
    private final class Attempt extends Listener<R> {
        private Metadata received;
        private boolean hasAnswered;

        @Override
        public void onHeaders(Metadata answered) {
            received = answered;
        }

        @Override
        public void onMessage(R message) {
            hasAnswered = true;
            passHeaders();
            listener.onMessage(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk() || hasAnswered || !isRepeated(status, trailers)) {
                passHeaders();
                listener.onClose(status, trailers);
            }
        }

        @Override
        public void onReady() {
            listener.onReady();
        }

        private void passHeaders() {
            if (received != null) {
                listener.onHeaders(received);
                received = null;
            }
        }
    }
}
