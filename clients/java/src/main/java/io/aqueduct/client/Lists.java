package io.aqueduct.client;

import io.aqueduct.v1.ActivityServiceGrpc;
import io.aqueduct.v1.Backend;
import io.aqueduct.v1.BackendServiceGrpc;
import io.aqueduct.v1.ConfigServiceGrpc;
import io.aqueduct.v1.Event;
import io.aqueduct.v1.Frontend;
import io.aqueduct.v1.FrontendServiceGrpc;
import io.aqueduct.v1.GetStatsRequest;
import io.aqueduct.v1.ListActivityRequest;
import io.aqueduct.v1.ListBackendMembersRequest;
import io.aqueduct.v1.ListBackendsRequest;
import io.aqueduct.v1.ListFrontendsRequest;
import io.aqueduct.v1.ListRegistrationsRequest;
import io.aqueduct.v1.ListRevisionsRequest;
import io.aqueduct.v1.ListVersionsRequest;
import io.aqueduct.v1.Member;
import io.aqueduct.v1.Registration;
import io.aqueduct.v1.RegistryServiceGrpc;
import io.aqueduct.v1.Revision;
import io.aqueduct.v1.ServiceVersion;
import io.aqueduct.v1.Stats;
import io.aqueduct.v1.StatsServiceGrpc;
import java.util.List;

/** Each list of the API as pages: how one is asked for, and what is in it. */
final class Lists {
    private Lists() {}

    static Pages<Frontend> frontends(AqueductClient client) {
        return new Pages<>((size, token) -> {
            var asked = ListFrontendsRequest.newBuilder().setPageSize(size).setPageToken(token).build();
            var page = client.call(FrontendServiceGrpc.getListFrontendsMethod(), asked);
            return new Pages.Page<>(page.getFrontendsList(), page.getNextPageToken());
        }, 0);
    }

    static Pages<Backend> backends(AqueductClient client) {
        return new Pages<>((size, token) -> {
            var asked = ListBackendsRequest.newBuilder().setPageSize(size).setPageToken(token).build();
            var page = client.call(BackendServiceGrpc.getListBackendsMethod(), asked);
            return new Pages.Page<>(page.getBackendsList(), page.getNextPageToken());
        }, 0);
    }

    static Pages<Member> members(AqueductClient client, String key) {
        return new Pages<>((size, token) -> {
            var asked = ListBackendMembersRequest.newBuilder().setKey(key).setPageSize(size).setPageToken(token).build();
            var page = client.call(BackendServiceGrpc.getListBackendMembersMethod(), asked);
            return new Pages.Page<>(page.getMembersList(), page.getNextPageToken());
        }, 0);
    }

    static Pages<Registration> registrations(AqueductClient client, String name, String version) {
        return new Pages<>((size, token) -> {
            var asked = ListRegistrationsRequest.newBuilder()
                    .setName(name)
                    .setVersion(version)
                    .setPageSize(size)
                    .setPageToken(token)
                    .build();
            var page = client.call(RegistryServiceGrpc.getListRegistrationsMethod(), asked);
            return new Pages.Page<>(page.getRegistrationsList(), page.getNextPageToken());
        }, 0);
    }

    static Pages<ServiceVersion> versions(AqueductClient client, List<String> names) {
        return new Pages<>((size, token) -> {
            var asked = ListVersionsRequest.newBuilder().addAllNames(names).setPageSize(size).setPageToken(token).build();
            var page = client.call(RegistryServiceGrpc.getListVersionsMethod(), asked);
            return new Pages.Page<>(page.getVersionsList(), page.getNextPageToken());
        }, 0);
    }

    static Pages<Revision> revisions(AqueductClient client, String resource) {
        return new Pages<>((size, token) -> {
            var asked = ListRevisionsRequest.newBuilder().setResource(resource).setPageSize(size).setPageToken(token).build();
            var page = client.call(ConfigServiceGrpc.getListRevisionsMethod(), asked);
            return new Pages.Page<>(page.getRevisionsList(), page.getNextPageToken());
        }, 0);
    }

    static Pages<Stats> stats(AqueductClient client, GetStatsRequest request) {
        return new Pages<>((size, token) -> {
            var asked = request.toBuilder().setPageSize(size).setPageToken(token).build();
            var page = client.call(StatsServiceGrpc.getGetStatsMethod(), asked);
            return new Pages.Page<>(page.getStatsList(), page.getNextPageToken());
        }, request.getPageSize());
    }

    static Pages<Event> activity(AqueductClient client, ListActivityRequest request) {
        return new Pages<>((size, token) -> {
            var asked = request.toBuilder().setPageSize(size).setPageToken(token).build();
            var page = client.call(ActivityServiceGrpc.getListActivityMethod(), asked);
            return new Pages.Page<>(page.getEventsList(), page.getNextPageToken());
        }, request.getPageSize());
    }
}
