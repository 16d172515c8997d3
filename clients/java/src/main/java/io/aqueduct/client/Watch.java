package io.aqueduct.client;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Events as they come, over restarts and crashes of the server.
 *
 * <p>{@link #hasNext} and {@link #next} wait for an event, in one thread. {@link #close} may be called by any, and ends
 * the wait: there are no more events then, and no error. All else by which a watch ends is thrown, each time: an error of
 * the server's, the interruption of the thread, the end of gRPC's {@code Context} in which the watch was made, or the
 * client's own. A server that is away is waited for: for 10 s at first, for as long as it takes once it was there.
 *
 * @param <E> what is told
 */
public final class Watch<E> implements Iterator<E>, Iterable<E>, AutoCloseable {
    private final ManagedChannel connection;
    private final Follower<?, ?, E> follower;
    private final Resumption resumption = new Resumption(Resumption.patience());
    private final Context.CancellableContext context = Context.current().withCancellation();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Queue<E> events = new ArrayDeque<>();
    private Iterator<List<E>> stream;
    private AqueductException failure;
    private volatile boolean isClosed;

    Watch(ManagedChannel connection, Follower<?, ?, E> follower) {
        this.connection = connection;
        this.follower = follower;
        context.addListener(ended -> over.countDown(), Runnable::run);
    }

    /**
     * Waits for the next event.
     *
     * @return whether there is one; false once the watch is closed
     * @throws AqueductException by which the watch has ended
     */
    @Override
    public boolean hasNext() {
        while (!isClosed && events.isEmpty()) {
            if (failure != null) {
                throw failure;
            }
            advance();
        }
        return !isClosed;
    }

    /**
     * Waits for the next event.
     *
     * @return the event
     * @throws AqueductException by which the watch has ended
     * @throws NoSuchElementException once the watch is closed
     */
    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the watch is closed");
        }
        return events.remove();
    }

    /**
     * For loops.
     *
     * @return this watch
     */
    @Override
    public Iterator<E> iterator() {
        return this;
    }

    /** Ends the watch. */
    @Override
    public void close() {
        isClosed = true;
        context.cancel(null);
    }

    private void advance() {
        AqueductException ended = take();
        if (ended == null || isClosed) {
            return;
        }
        stream = null;
        boolean isOver = context.isCancelled() || connection.isShutdown() || Thread.currentThread().isInterrupted();
        if (isOver || !goesOn(ended)) {
            failure = connection.isShutdown() ? AqueductException.closed(ended) : interrupted(ended);
            context.cancel(failure);
        }
    }

    private static AqueductException interrupted(AqueductException ended) {
        boolean isToldSo = !Thread.currentThread().isInterrupted() || ended instanceof AqueductException.Cancelled;
        return isToldSo ? ended : AqueductException.of(Status.CANCELLED.withDescription("Thread interrupted"), null, ended);
    }

    /** Take one response; return how the stream ended where there is none. */
    private AqueductException take() {
        try {
            if (stream == null) {
                context.run(() -> stream = follower.open(connection));
            }
            if (!stream.hasNext()) {
                return AqueductException.of(Status.UNAVAILABLE.withDescription("the server ended the stream"), null, null);
            }
            events.addAll(stream.next());
            resumption.answered();
            return null;
        } catch (StatusRuntimeException error) {
            return AqueductException.of(error);
        }
    }

    /** Wait until the next stream may be opened; return whether it may. */
    private boolean goesOn(AqueductException ended) {
        if (follower.canDoWithout(ended)) {
            return true;
        }
        OptionalLong pause = resumption.pause(ended);
        if (pause.isEmpty()) {
            return false;
        }
        try {
            return !over.await(pause.getAsLong(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
