package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a channel that could not connect tries again. */
class ReconnectingTest {
    private final FakeChannel channel = new FakeChannel();
    private final FakeTimer timer = new FakeTimer();

    /** A channel whose state is what it is told. */
    private static final class FakeChannel extends ManagedChannel {
        private ConnectivityState state = ConnectivityState.IDLE;
        private Runnable changed;
        private int resets;

        void become(ConnectivityState next) {
            state = next;
            Runnable told = changed;
            changed = null;
            told.run();
        }

        @Override
        public ConnectivityState getState(boolean requestConnection) {
            return state;
        }

        @Override
        public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
            changed = callback;
        }

        @Override
        public void resetConnectBackoff() {
            resets++;
        }

        @Override
        public ManagedChannel shutdown() {
            return this;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public ManagedChannel shutdownNow() {
            return this;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String authority() {
            return "";
        }
    }

    /** A timer that keeps what it is given, and how long it was to wait. */
    private static final class FakeTimer extends ScheduledThreadPoolExecutor {
        private final List<Long> pauses = new ArrayList<>();
        private Runnable next;

        FakeTimer() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
            pauses.add(unit.toMillis(delay));
            next = work;
            return null;
        }
    }

    @Test
    void soonAndThenEveryTwoSeconds() {
        Reconnecting.keep(channel, timer);
        channel.become(ConnectivityState.CONNECTING);
        assertEquals(List.of(), timer.pauses);
        channel.become(ConnectivityState.TRANSIENT_FAILURE);
        for (int i = 0; i < 6; i++) {
            timer.next.run();
        }
        assertEquals(List.of(100L, 200L, 400L, 800L, 1600L, 2000L, 2000L), timer.pauses);
        assertEquals(6, channel.resets);
    }

    @Test
    void soonAgainOnceItWasConnected() {
        Reconnecting.keep(channel, timer);
        channel.become(ConnectivityState.TRANSIENT_FAILURE);
        timer.next.run();
        channel.become(ConnectivityState.READY);
        timer.next.run();
        channel.become(ConnectivityState.TRANSIENT_FAILURE);
        assertEquals(List.of(100L, 200L, 100L), timer.pauses);
        assertEquals(1, channel.resets);
    }

    @Test
    void neverOnceItIsShutDown() {
        Reconnecting.keep(channel, timer);
        channel.become(ConnectivityState.SHUTDOWN);
        assertEquals(List.of(), timer.pauses);
    }
}
