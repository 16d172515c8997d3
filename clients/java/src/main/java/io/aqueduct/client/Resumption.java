package io.aqueduct.client;

import io.grpc.Deadline;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** When to open the next stream of a watch. */
final class Resumption {
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2000;

    private final Deadline patience;
    private boolean hasBeenThere;
    private long pauseMs;

    Resumption(Deadline patience) {
        this.patience = patience;
    }

    /** Take note of an answer: the server is there, and worth any wait from now on. */
    void answered() {
        hasBeenThere = true;
        pauseMs = 0;
    }

    /**
     * Take note of how a stream ended.
     *
     * @return the milliseconds to wait for the next one; empty where the error ends the watch
     */
    OptionalLong pause(AqueductException ended) {
        if ("SLOW_WATCHER".equals(ended.reason())) {
            return OptionalLong.of(0);
        }
        if (!isLost(ended) || (!hasBeenThere && patience.isExpired())) {
            return OptionalLong.empty();
        }
        pauseMs = Math.min(Math.max(2 * pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
        return OptionalLong.of(pauseMs);
    }

    /** A deadline by which the first stream has to have come about. */
    static Deadline patience() {
        return Deadline.after(RepeatedCall.PATIENCE_S, TimeUnit.SECONDS);
    }

    private static boolean isLost(AqueductException ended) {
        return switch (ended.code()) {
            case UNAVAILABLE -> true;
            case CANCELLED, UNKNOWN, INTERNAL -> ended.reason().isEmpty(); // what a connection that breaks comes to
            default -> false;
        };
    }
}
