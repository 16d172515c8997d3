package io.aqueduct.client;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One service on a free port of loopback, which notes the headers that come. */
final class FakeServer implements AutoCloseable {
    final BlockingQueue<Metadata> headers = new LinkedBlockingQueue<>();
    private final Server server;

    FakeServer(BindableService service) throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .intercept(new Noting())
                .build()
                .start();
    }

    AqueductClientBuilder client() {
        return AqueductClient.builder("127.0.0.1:" + server.getPort());
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Noting implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata received, ServerCallHandler<Q, R> next) {
            headers.add(received);
            return next.startCall(call, received);
        }
    }
}
