package io.aqueduct.client;

import io.aqueduct.v1.ActivityWatchRequest;
import io.aqueduct.v1.Backend;
import io.aqueduct.v1.BackendServiceGrpc;
import io.aqueduct.v1.ConfigServiceGrpc;
import io.aqueduct.v1.ConfigWatchRequest;
import io.aqueduct.v1.DeleteBackendRequest;
import io.aqueduct.v1.DeleteBackendResponse;
import io.aqueduct.v1.DeleteFrontendRequest;
import io.aqueduct.v1.DeleteFrontendResponse;
import io.aqueduct.v1.DeregisterRequest;
import io.aqueduct.v1.Event;
import io.aqueduct.v1.Frontend;
import io.aqueduct.v1.FrontendServiceGrpc;
import io.aqueduct.v1.GetBackendRequest;
import io.aqueduct.v1.GetFrontendRequest;
import io.aqueduct.v1.GetStatsRequest;
import io.aqueduct.v1.GetStatusRequest;
import io.aqueduct.v1.HAProxyServiceGrpc;
import io.aqueduct.v1.ListActivityRequest;
import io.aqueduct.v1.Member;
import io.aqueduct.v1.PutBackendRequest;
import io.aqueduct.v1.PutBackendResponse;
import io.aqueduct.v1.PutFrontendRequest;
import io.aqueduct.v1.PutFrontendResponse;
import io.aqueduct.v1.RegisterRequest;
import io.aqueduct.v1.Registration;
import io.aqueduct.v1.RegistryServiceGrpc;
import io.aqueduct.v1.Revision;
import io.aqueduct.v1.ServiceVersion;
import io.aqueduct.v1.SetBackendVersionRequest;
import io.aqueduct.v1.SetBackendVersionResponse;
import io.aqueduct.v1.Stats;
import io.aqueduct.v1.StatsWatchRequest;
import io.aqueduct.v1.StatsWatchResponse;
import io.aqueduct.v1.Status;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A connection to one Aqueduct. Threads may share it. Its methods wait for the answer, and throw {@link
 * AqueductException}; a thread that is interrupted meanwhile gets {@link AqueductException.Cancelled}.
 */
public final class AqueductClient implements AutoCloseable {
    private final ManagedChannel connection;
    private final ScheduledExecutorService timer;
    private final Channel channel;

    AqueductClient(ManagedChannel connection, ScheduledExecutorService timer, Duration read, Duration write) {
        this.connection = connection;
        this.timer = timer;
        this.channel = ClientInterceptors.intercept(connection, new Calls(read, write, timer));
    }

    /**
     * {@return what says how to connect, and builds a client}
     *
     * @param target such as {@code 127.0.0.1:10001}, a unix socket ({@code unix:PATH}), or another name of gRPC's
     */
    public static AqueductClientBuilder builder(String target) {
        return new AqueductClientBuilder(target);
    }

    /**
     * {@return a client of the same connection, whose calls have another deadline} Closing either closes both.
     *
     * @param time that a call may take, repetitions included
     */
    public AqueductClient withDeadline(Duration time) {
        return new AqueductClient(connection, timer, time, time);
    }

    /**
     * {@return the channel for generated stubs, also those that do not wait} Calls have this client's deadlines and
     * repetitions; {@link AqueductException#of} reads the errors that they throw.
     */
    public Channel channel() {
        return channel;
    }

    /** Ends the connection, and all that is under way by {@link AqueductException.Cancelled}. */
    @Override
    public void close() {
        connection.shutdownNow();
        timer.shutdown();
    }

    /**
     * {@return the answer of a call that has no method here}
     *
     * @param <Q> the request
     * @param <R> the answer
     * @param method such as {@code ConfigServiceGrpc.getApplyMethod()}
     * @param request what is asked
     */
    public <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
        try {
            return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
        } catch (StatusRuntimeException error) {
            throw connection.isShutdown() ? AqueductException.closed(error) : AqueductException.of(error);
        }
    }

    /**
     * {@return a frontend as it is stored} {@link AqueductException.NotFound} where there is none.
     *
     * @param key its key
     */
    public Frontend getFrontend(String key) {
        var request = GetFrontendRequest.newBuilder().setKey(key).build();
        return call(FrontendServiceGrpc.getGetFrontendMethod(), request).getFrontend();
    }

    /**
     * Creates or replaces a frontend, whole.
     *
     * @param frontend all of it
     * @param options how
     * @return as stored, and what was done for it
     */
    public PutFrontendResponse putFrontend(Frontend frontend, WriteOption... options) {
        var request = PutFrontendRequest.newBuilder().setFrontend(frontend);
        return call(FrontendServiceGrpc.getPutFrontendMethod(), WriteOption.into(request, options).build());
    }

    /**
     * Deletes a frontend.
     *
     * @param key its key; {@link AqueductException.NotFound} where there is none
     * @param options how
     * @return as it was, and what was done for it
     */
    public DeleteFrontendResponse deleteFrontend(String key, WriteOption... options) {
        var request = DeleteFrontendRequest.newBuilder().setKey(key);
        return call(FrontendServiceGrpc.getDeleteFrontendMethod(), WriteOption.into(request, options).build());
    }

    /**
     * {@return a backend as it is stored} {@link AqueductException.NotFound} where there is none.
     *
     * @param key its key
     */
    public Backend getBackend(String key) {
        var request = GetBackendRequest.newBuilder().setKey(key).build();
        return call(BackendServiceGrpc.getGetBackendMethod(), request).getBackend();
    }

    /**
     * Creates or replaces a backend, whole.
     *
     * @param backend all of it
     * @param options how
     * @return as stored, and what was done for it
     */
    public PutBackendResponse putBackend(Backend backend, WriteOption... options) {
        var request = PutBackendRequest.newBuilder().setBackend(backend);
        return call(BackendServiceGrpc.getPutBackendMethod(), WriteOption.into(request, options).build());
    }

    /**
     * Deletes a backend.
     *
     * @param key its key; {@link AqueductException.NotFound} where there is none
     * @param options how
     * @return as it was, and what was done for it
     */
    public DeleteBackendResponse deleteBackend(String key, WriteOption... options) {
        var request = DeleteBackendRequest.newBuilder().setKey(key);
        return call(BackendServiceGrpc.getDeleteBackendMethod(), WriteOption.into(request, options).build());
    }

    /**
     * Switches a dynamic backend to the members of a version. {@link AqueductException.FailedPrecondition} where too few
     * of them come up: the old ones serve on then.
     *
     * @param key the backend's
     * @param version of the service, as its instances register
     * @param options how
     * @return as stored, and what was done for it
     */
    public SetBackendVersionResponse setVersion(String key, String version, WriteOption... options) {
        var request = SetBackendVersionRequest.newBuilder().setKey(key).setVersion(version);
        return call(BackendServiceGrpc.getSetBackendVersionMethod(), WriteOption.into(request, options).build());
    }

    /**
     * {@return the registration as kept, with its id} It tells where a service runs, or renews that.
     *
     * @param registration what runs where, and for how long that holds
     */
    public Registration register(Registration registration) {
        var request = RegisterRequest.newBuilder().setRegistration(registration).build();
        return call(RegistryServiceGrpc.getRegisterMethod(), request).getRegistration();
    }

    /**
     * {@return a registration, which this ends}
     *
     * @param id its id; {@link AqueductException.NotFound} where there is none
     */
    public Registration deregister(String id) {
        var request = DeregisterRequest.newBuilder().setId(id).build();
        return call(RegistryServiceGrpc.getDeregisterMethod(), request).getRegistration();
    }

    /** {@return whether what is stored is what is served} */
    public Status getStatus() {
        return call(HAProxyServiceGrpc.getGetStatusMethod(), GetStatusRequest.getDefaultInstance()).getStatus();
    }

    /** {@return all frontends, ordered by key} */
    public Pages<Frontend> listFrontends() {
        return Lists.frontends(this);
    }

    /** {@return all backends, ordered by key} */
    public Pages<Backend> listBackends() {
        return Lists.backends(this);
    }

    /**
     * {@return the members of a backend, in the order of its server lines}
     *
     * @param key the backend's
     */
    public Pages<Member> listMembers(String key) {
        return Lists.members(this, key);
    }

    /**
     * {@return registrations, ordered by id}
     *
     * @param name of the service; empty: all
     * @param version of the service; empty: all
     */
    public Pages<Registration> listRegistrations(String name, String version) {
        return Lists.registrations(this, name, version);
    }

    /**
     * {@return versions of services that backends can take members from, of every source, ordered by name}
     *
     * @param names of services; none: all
     */
    public Pages<ServiceVersion> listVersions(String... names) {
        return Lists.versions(this, List.of(names));
    }

    /**
     * {@return the history, the newest revision first}
     *
     * @param resource such as {@code backends/web}; empty: all
     */
    public Pages<Revision> listRevisions(String resource) {
        return Lists.revisions(this, resource);
    }

    /**
     * {@return statistics}
     *
     * @param request selects them; its page token is of no account
     */
    public Pages<Stats> listStats(GetStatsRequest request) {
        return Lists.stats(this, request);
    }

    /**
     * {@return what happened, the newest first}
     *
     * @param request selects it; its page token is of no account
     */
    public Pages<Event> listActivity(ListActivityRequest request) {
        return Lists.activity(this, request);
    }

    /**
     * {@return a watch, to be closed} It tells the configuration, then each change of it once and in order, over restarts of the server.
     *
     * @param request selects resources, and where to begin: with a snapshot, or after a revision
     */
    public Watch<ConfigEvent> watchConfig(ConfigWatchRequest request) {
        return new Watch<>(connection, new ConfigFollower(request));
    }

    /**
     * {@return a watch, to be closed} It tells statistics, then what changes of them; all of them again over restarts of the server.
     *
     * @param request selects them
     */
    public Watch<StatsWatchResponse> watchStats(StatsWatchRequest request) {
        return new Watch<>(connection, new StatsFollower(request));
    }

    /**
     * {@return a watch, to be closed} It tells what happens, each event once, over restarts of the server.
     *
     * @param request selects events, and where to begin
     */
    public Watch<ActivityEvent> watchActivity(ActivityWatchRequest request) {
        return new Watch<>(connection, new ActivityFollower(request));
    }
}
