package io.aqueduct.client;

import io.aqueduct.v1.ActivityServiceGrpc;
import io.aqueduct.v1.ActivityWatchRequest;
import io.aqueduct.v1.ActivityWatchResponse;
import java.util.ArrayList;
import java.util.List;

/** Resumes after the last event that the server has looked at. */
final class ActivityFollower extends Follower<ActivityWatchRequest, ActivityWatchResponse, ActivityEvent> {
    private final ActivityWatchRequest.Builder request;

    ActivityFollower(ActivityWatchRequest request) {
        super(ActivityServiceGrpc.getActivityWatchMethod());
        this.request = request.toBuilder();
    }

    @Override
    ActivityWatchRequest begin() {
        return request.build();
    }

    @Override
    List<ActivityEvent> take(ActivityWatchResponse response) {
        request.setAfterId(response.getLastId());
        List<ActivityEvent> told = new ArrayList<>();
        if (response.getMissed() > 0) {
            told.add(new ActivityEvent.Missed(response.getMissed()));
        }
        response.getEventsList().forEach(event -> told.add(new ActivityEvent.Happened(event)));
        return told;
    }
}
