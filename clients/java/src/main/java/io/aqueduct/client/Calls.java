package io.aqueduct.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Gives calls of one answer their deadline, and has them made again where that is safe. Streams pass as they are. */
final class Calls implements ClientInterceptor {
    private final Duration read;
    private final Duration write;
    private final ScheduledExecutorService timer;

    Calls(Duration read, Duration write, ScheduledExecutorService timer) {
        this.read = read;
        this.write = write;
        this.timer = timer;
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions asked, Channel next) {
        if (method.getType() != MethodDescriptor.MethodType.UNARY) {
            return next.newCall(method, asked);
        }
        CallOptions options = asked;
        if (asked.getDeadline() == null && Context.current().getDeadline() == null) {
            Duration time = Methods.reads(method) ? read : write;
            options = asked.withDeadlineAfter(time.toNanos(), TimeUnit.NANOSECONDS);
        }
        return Methods.isSafe(method) ? new RepeatedCall<>(next, method, options, timer) : next.newCall(method, options);
    }
}
