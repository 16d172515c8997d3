package io.aqueduct.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Has a channel connect again 0.1 s after it could not, then after twice as long each time, 2 s at most.
 *
 * <p>gRPC's own pauses cannot be set in Java: they begin with 1 s and come to two minutes.
 */
final class Reconnecting {
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2000;

    private final ManagedChannel channel;
    private final ScheduledExecutorService timer;
    private long pauseMs = FIRST_PAUSE_MS;
    private boolean isWaiting;

    private Reconnecting(ManagedChannel channel, ScheduledExecutorService timer) {
        this.channel = channel;
        this.timer = timer;
    }

    /** Go on until the channel or the timer is shut down. */
    static void keep(ManagedChannel channel, ScheduledExecutorService timer) {
        new Reconnecting(channel, timer).look();
    }

    private synchronized void look() {
        ConnectivityState state = channel.getState(false);
        if (state == ConnectivityState.SHUTDOWN) {
            return;
        }
        if (state == ConnectivityState.READY) {
            pauseMs = FIRST_PAUSE_MS;
        } else if (state == ConnectivityState.TRANSIENT_FAILURE && !isWaiting) {
            connectLater();
        }
        channel.notifyWhenStateChanged(state, this::look);
    }

    private void connectLater() {
        try {
            timer.schedule(this::connect, pauseMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            return;
        }
        isWaiting = true;
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }

    private synchronized void connect() {
        isWaiting = false;
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
            connectLater(); // the state may stay as it is until there is a connection
        }
    }
}
