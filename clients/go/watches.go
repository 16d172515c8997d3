package aqueduct

import (
	"context"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	v1 "aqueduct/client/aqueductv1"
)

// ConfigEvent is what [Client.WatchConfig] tells: a [*ConfigSnapshot] or a [*ConfigChange].
type ConfigEvent interface {
	// GetRevision returns the revision up to which all is known.
	GetRevision() int64
	isConfigEvent()
}

// ConfigSnapshot is the configuration at a revision, in place of what was known.
type ConfigSnapshot struct {
	Revision      int64
	Configuration *v1.Configuration
	// Reset is empty for the first; else why the watch began anew: what happened in between is not known any more
	// (COMPACTED), or the server has another store (FUTURE_REVISION).
	Reset string
}

// ConfigChange is what a revision changed, all of it.
type ConfigChange struct {
	Revision int64
	Change   *v1.Revision
}

// GetRevision returns the revision of the snapshot.
func (s *ConfigSnapshot) GetRevision() int64 { return s.Revision }

// GetRevision returns the revision that made the change.
func (c *ConfigChange) GetRevision() int64 { return c.Revision }

func (*ConfigSnapshot) isConfigEvent() {}
func (*ConfigChange) isConfigEvent()   {}

// ConfigWatch selects what [Client.WatchConfig] tells.
type ConfigWatch struct {
	// Resources selects some ("backends/web", "backends/"); all, where it is empty.
	Resources []string
	// After begins with what changed after that revision; nil: with a snapshot.
	After *int64
}

// WatchConfig yields the configuration, then each change of it once and in order, over restarts of the server. It ends
// by an error, that of ctx among them.
func (c *Client) WatchConfig(ctx context.Context, what ConfigWatch) iter.Seq2[ConfigEvent, error] {
	return watch(ctx, c, &configFollower{client: c, resources: what.Resources, known: what.After})
}

type configFollower struct {
	client    *Client
	resources []string
	known     *int64
	reset     string
	whole     *v1.ConfigWatchResponse
}

func (f *configFollower) open(ctx context.Context) (grpc.ServerStreamingClient[v1.ConfigWatchResponse], error) {
	f.whole = nil
	return f.client.Config.ConfigWatch(ctx, &v1.ConfigWatchRequest{AfterRevision: f.known, Resources: f.resources})
}

func (f *configFollower) take(response *v1.ConfigWatchResponse) []ConfigEvent {
	if f.whole == nil {
		f.whole = response
	} else {
		f.join(response)
	}
	if response.GetMore() {
		return nil
	}
	whole, revision := f.whole, response.GetRevision()
	f.whole, f.known = nil, &revision
	switch event := whole.GetEvent().(type) {
	case *v1.ConfigWatchResponse_Snapshot:
		reset := f.reset
		f.reset = ""
		return []ConfigEvent{&ConfigSnapshot{revision, event.Snapshot, reset}}
	case *v1.ConfigWatchResponse_Change:
		return []ConfigEvent{&ConfigChange{revision, event.Change}}
	default:
		return nil // a progress mark
	}
}

func (f *configFollower) join(part *v1.ConfigWatchResponse) {
	if snapshot := f.whole.GetSnapshot(); snapshot != nil {
		snapshot.Frontends = append(snapshot.Frontends, part.GetSnapshot().GetFrontends()...)
		snapshot.Backends = append(snapshot.Backends, part.GetSnapshot().GetBackends()...)
	} else if change := f.whole.GetChange(); change != nil {
		change.Changes = append(change.Changes, part.GetChange().GetChanges()...)
	}
}

func (f *configFollower) beginsAnew(failed *Error) bool {
	if failed.Code == codes.OutOfRange && f.known != nil {
		f.known, f.reset = nil, failed.Reason
		return true
	}
	return failed.Reason == "SLOW_WATCHER"
}

// WatchStats yields the statistics that request selects, then what changes; all of them again (Snapshot) over restarts
// of the server. It ends by an error, that of ctx among them.
func (c *Client) WatchStats(ctx context.Context, request *v1.StatsWatchRequest) iter.Seq2[*v1.StatsWatchResponse, error] {
	return watch(ctx, c, &statsFollower{client: c, request: request})
}

type statsFollower struct {
	client  *Client
	request *v1.StatsWatchRequest
	whole   *v1.StatsWatchResponse
}

func (f *statsFollower) open(ctx context.Context) (grpc.ServerStreamingClient[v1.StatsWatchResponse], error) {
	f.whole = nil
	return f.client.Stats.StatsWatch(ctx, f.request)
}

func (f *statsFollower) take(response *v1.StatsWatchResponse) []*v1.StatsWatchResponse {
	if f.whole == nil {
		f.whole = response
	} else {
		f.whole.Stats = append(f.whole.Stats, response.GetStats()...)
		f.whole.Removed = append(f.whole.Removed, response.GetRemoved()...)
	}
	if response.GetMore() {
		return nil
	}
	whole := f.whole
	f.whole, whole.More = nil, false
	return []*v1.StatsWatchResponse{whole}
}

func (f *statsFollower) beginsAnew(failed *Error) bool { return failed.Reason == "SLOW_WATCHER" }

// ActivityEvent is what [Client.WatchActivity] tells: an event, or how many were Missed before the next one, since the
// client was too slow or they are kept no more.
type ActivityEvent struct {
	Event  *v1.Event
	Missed int64
}

// WatchActivity yields what happens and request selects, each event once, over restarts of the server. It ends by an
// error, that of ctx among them.
func (c *Client) WatchActivity(ctx context.Context, request *v1.ActivityWatchRequest) iter.Seq2[ActivityEvent, error] {
	return watch(ctx, c, &activityFollower{client: c, request: cloned(request)})
}

type activityFollower struct {
	client  *Client
	request *v1.ActivityWatchRequest
}

func (f *activityFollower) open(ctx context.Context) (grpc.ServerStreamingClient[v1.ActivityWatchResponse], error) {
	return f.client.Activity.ActivityWatch(ctx, f.request)
}

func (f *activityFollower) take(response *v1.ActivityWatchResponse) []ActivityEvent {
	f.request.AfterId = proto.Int64(response.GetLastId())
	var events []ActivityEvent
	if missed := response.GetMissed(); missed > 0 {
		events = append(events, ActivityEvent{Missed: missed})
	}
	for _, event := range response.GetEvents() {
		events = append(events, ActivityEvent{Event: event})
	}
	return events
}

func (f *activityFollower) beginsAnew(failed *Error) bool { return failed.Reason == "SLOW_WATCHER" }
