package io.aqueduct.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** How to connect to an Aqueduct. */
public final class AqueductClientBuilder {
    private static final Pattern LOCAL =
            Pattern.compile("unix(-abstract)?:.*|([a-z]+:/*)?(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\])(:\\d+)?");
    private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final String target;
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private String token = "";
    private Duration read = Duration.ofSeconds(10);
    private Duration write = Duration.ofSeconds(90);
    private Consumer<ManagedChannelBuilder<?>> more = channel -> {};

    AqueductClientBuilder(String target) {
        this.target = target;
    }

    /**
     * Has the connection use TLS: {@code TlsChannelCredentials.create()} goes by the system's roots, its builder takes
     * others, and a certificate of the client's.
     *
     * @param with gRPC's credentials of a channel
     * @return this builder
     */
    public AqueductClientBuilder credentials(ChannelCredentials with) {
        credentials = with;
        return this;
    }

    /**
     * Sends {@code authorization: Bearer TOKEN} with each call. Without TLS that is refused, but to this machine.
     *
     * @param bearer the token; none where it is empty
     * @return this builder
     */
    public AqueductClientBuilder token(String bearer) {
        token = bearer;
        return this;
    }

    /**
     * How long calls have, repetitions included, where neither they nor gRPC's {@code Context} have a deadline.
     *
     * @param reading for calls that change nothing; 10 s by default
     * @param writing for the others; 90 s by default, since a switch of members may wait for 60 s
     * @return this builder
     */
    public AqueductClientBuilder deadlines(Duration reading, Duration writing) {
        read = reading;
        write = writing;
        return this;
    }

    /**
     * Sets more of the channel, by gRPC's own names: interceptors, an authority.
     *
     * @param settings is given the channel's builder, after all else is set
     * @return this builder
     */
    public AqueductClientBuilder channel(Consumer<ManagedChannelBuilder<?>> settings) {
        more = settings;
        return this;
    }

    /**
     * The client. Nothing is sent before the first call.
     *
     * @return a client, to be closed
     * @throws IllegalStateException for a token that would leave this machine without TLS
     */
    public AqueductClient build() {
        ManagedChannelBuilder<?> channel = Grpc.newChannelBuilder(target, credentials)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .maxInboundMessageSize(Integer.MAX_VALUE) // large configurations are the caller's to read
                .disableServiceConfigLookUp()
                .proxyDetector(address -> null); // HTTP_PROXY is meant for the web
        if (!token.isEmpty()) {
            if (credentials instanceof InsecureChannelCredentials && !isLocal(target)) {
                throw new IllegalStateException("a token is not sent to " + target + " without TLS");
            }
            Metadata headers = new Metadata();
            headers.put(AUTHORIZATION, "Bearer " + token);
            channel.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
        }
        more.accept(channel);
        ManagedChannel connection = channel.build();
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, AqueductClientBuilder::timer);
        Reconnecting.keep(connection, timer);
        return new AqueductClient(connection, timer, read, write);
    }

    static boolean isLocal(String target) {
        return LOCAL.matcher(target).matches();
    }

    private static Thread timer(Runnable work) {
        Thread thread = new Thread(work, "aqueduct-client");
        thread.setDaemon(true);
        return thread;
    }
}
