package io.aqueduct.client;

import io.aqueduct.v1.ConfigServiceGrpc;
import io.aqueduct.v1.ConfigWatchRequest;
import io.aqueduct.v1.ConfigWatchResponse;
import io.grpc.Status;
import java.util.List;

/** Resumes after the last revision that came whole; begins anew where that is not known any more. */
final class ConfigFollower extends Follower<ConfigWatchRequest, ConfigWatchResponse, ConfigEvent> {
    private final ConfigWatchRequest.Builder request;
    private ConfigWatchResponse.Builder whole;
    private String reset = "";

    ConfigFollower(ConfigWatchRequest request) {
        super(ConfigServiceGrpc.getConfigWatchMethod());
        this.request = request.toBuilder();
    }

    @Override
    ConfigWatchRequest begin() {
        whole = null;
        return request.build();
    }

    @Override
    List<ConfigEvent> take(ConfigWatchResponse response) {
        if (whole == null) {
            whole = response.toBuilder();
        } else {
            join(response);
        }
        if (response.getMore()) {
            return List.of();
        }
        ConfigWatchResponse told = whole.build();
        long revision = response.getRevision();
        whole = null;
        request.setAfterRevision(revision);
        return switch (told.getEventCase()) {
            case SNAPSHOT -> {
                String why = reset;
                reset = "";
                yield List.of(new ConfigEvent.Snapshot(revision, told.getSnapshot(), why));
            }
            case CHANGE -> List.of(new ConfigEvent.Change(revision, told.getChange()));
            default -> List.of(); // a progress mark
        };
    }

    private void join(ConfigWatchResponse part) {
        if (whole.hasSnapshot()) {
            whole.getSnapshotBuilder()
                    .addAllFrontends(part.getSnapshot().getFrontendsList())
                    .addAllBackends(part.getSnapshot().getBackendsList());
        } else if (whole.hasChange()) {
            whole.getChangeBuilder().addAllChanges(part.getChange().getChangesList());
        }
    }

    @Override
    boolean canDoWithout(AqueductException ended) {
        if (ended.code() != Status.Code.OUT_OF_RANGE || !request.hasAfterRevision()) {
            return false;
        }
        request.clearAfterRevision();
        reset = ended.reason();
        return true;
    }
}
