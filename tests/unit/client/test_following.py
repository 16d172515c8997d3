"""Followers of streams: what comes in parts is one event, and what broke off comes again."""

import grpc

from aqueduct.client.errors import CallError, Details, made
from aqueduct.client.events import ActivityMissed, ConfigChange, ConfigSnapshot
from aqueduct.client.following import ActivityFollower, ConfigFollower, StatsFollower
from aqueduct.v1.activity_pb2 import ActivityWatchRequest, ActivityWatchResponse, Event
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import ConfigWatchRequest, ConfigWatchResponse
from aqueduct.v1.history_pb2 import Configuration, ResourceChange, Revision
from aqueduct.v1.stats_pb2 import Stats, StatsName, StatsWatchRequest, StatsWatchResponse


def _snapshot(revision: int, *keys: str, more: bool = False) -> ConfigWatchResponse:
    snapshot = Configuration(backends=[Backend(key=key) for key in keys])
    return ConfigWatchResponse(revision=revision, snapshot=snapshot, more=more)


def _change(revision: int, *names: str, more: bool = False) -> ConfigWatchResponse:
    change = Revision(revision=revision, changes=[ResourceChange(resource=name) for name in names])
    return ConfigWatchResponse(revision=revision, change=change, more=more)


def _error(code: grpc.StatusCode, reason: str = "") -> CallError:
    return made(code, "", Details(reason=reason))


def test_parts_are_one_event() -> None:
    follower = ConfigFollower(["backends/"], None)
    assert follower.begin() == ConfigWatchRequest(resources=["backends/"])
    assert list(follower.take(_snapshot(5, "a", more=True))) == []
    (snapshot,) = follower.take(_snapshot(5, "b"))
    assert isinstance(snapshot, ConfigSnapshot)
    assert [each.key for each in snapshot.configuration.backends] == ["a", "b"]
    assert (snapshot.revision, snapshot.reset) == (5, "")
    assert list(follower.take(_change(7, "backends/a", more=True))) == []
    (change,) = follower.take(_change(7, "backends/b"))
    assert isinstance(change, ConfigChange)
    assert [each.resource for each in change.change.changes] == ["backends/a", "backends/b"]


def test_a_broken_revision_is_asked_for_again() -> None:
    follower = ConfigFollower([], None)
    list(follower.take(_snapshot(5)))
    list(follower.take(_change(6, "backends/a", more=True)))
    assert follower.begin().after_revision == 5
    (change,) = follower.take(_change(6, "backends/a"))
    assert isinstance(change, ConfigChange)
    assert len(change.change.changes) == 1


def test_progress_counts_and_is_not_told() -> None:
    follower = ConfigFollower([], 3)
    assert list(follower.take(ConfigWatchResponse(revision=9))) == []
    assert follower.begin() == ConfigWatchRequest(after_revision=9)


def test_an_empty_snapshot_is_one() -> None:
    (event,) = ConfigFollower([], None).take(_snapshot(0))
    assert isinstance(event, ConfigSnapshot)


def test_what_is_forgotten_begins_anew_and_says_so_once() -> None:
    follower = ConfigFollower([], 3)
    assert follower.begins_anew(_error(grpc.StatusCode.OUT_OF_RANGE, "COMPACTED"))
    assert not follower.begin().HasField("after_revision")
    (event,) = follower.take(_snapshot(9))
    assert isinstance(event, ConfigSnapshot)
    assert event.reset == "COMPACTED"
    (event,) = follower.take(_snapshot(9))
    assert isinstance(event, ConfigSnapshot)
    assert event.reset == ""


def test_a_snapshot_that_is_out_of_range_is_an_error() -> None:
    assert not ConfigFollower([], None).begins_anew(_error(grpc.StatusCode.OUT_OF_RANGE, "COMPACTED"))


def test_who_is_slow_goes_on_at_once() -> None:
    slow, other = (
        _error(grpc.StatusCode.RESOURCE_EXHAUSTED, each) for each in ("SLOW_WATCHER", "TOO_MANY_STREAMS")
    )
    for follower in (
        ConfigFollower([], None),
        StatsFollower(StatsWatchRequest()),
        ActivityFollower(ActivityWatchRequest()),
    ):
        assert follower.begins_anew(slow)
        assert not follower.begins_anew(other)


def test_a_sequence_of_statistics_is_one_event() -> None:
    follower = StatsFollower(StatsWatchRequest(keys=["a"]))
    assert list(follower.take(StatsWatchResponse(sequence=1, more=True, stats=[Stats(key="a")]))) == []
    (event,) = follower.take(
        StatsWatchResponse(sequence=1, stats=[Stats(key="b")], removed=[StatsName(key="c")])
    )
    assert [each.key for each in event.stats] == ["a", "b"]
    assert not event.more
    list(follower.take(StatsWatchResponse(sequence=2, more=True, stats=[Stats(key="x")])))
    assert follower.begin() == StatsWatchRequest(keys=["a"])
    (event,) = follower.take(StatsWatchResponse(sequence=1, snapshot=True))
    assert not event.stats


def test_activity_resumes_after_what_was_told() -> None:
    request = ActivityWatchRequest(resources=["backends/"])
    follower = ActivityFollower(request)
    assert follower.begin() == request
    events = list(
        follower.take(ActivityWatchResponse(last_id=7, missed=2, events=[Event(id=6), Event(id=7)]))
    )
    assert events == [ActivityMissed(2), Event(id=6), Event(id=7)]
    assert list(follower.take(ActivityWatchResponse(last_id=9))) == []
    assert follower.begin() == ActivityWatchRequest(resources=["backends/"], after_id=9)
    assert not request.HasField("after_id")
