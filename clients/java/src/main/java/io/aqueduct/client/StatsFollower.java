package io.aqueduct.client;

import io.aqueduct.v1.StatsServiceGrpc;
import io.aqueduct.v1.StatsWatchRequest;
import io.aqueduct.v1.StatsWatchResponse;
import java.util.List;

/** Begins anew with each stream, by a snapshot. */
final class StatsFollower extends Follower<StatsWatchRequest, StatsWatchResponse, StatsWatchResponse> {
    private final StatsWatchRequest request;
    private StatsWatchResponse.Builder whole;

    StatsFollower(StatsWatchRequest request) {
        super(StatsServiceGrpc.getStatsWatchMethod());
        this.request = request;
    }

    @Override
    StatsWatchRequest begin() {
        whole = null;
        return request;
    }

    @Override
    List<StatsWatchResponse> take(StatsWatchResponse response) {
        if (whole == null) {
            whole = response.toBuilder();
        } else {
            whole.addAllStats(response.getStatsList()).addAllRemoved(response.getRemovedList());
        }
        if (response.getMore()) {
            return List.of();
        }
        StatsWatchResponse told = whole.clearMore().build();
        whole = null;
        return List.of(told);
    }
}
