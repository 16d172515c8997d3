"""The lines of `watch stats`."""

from aqueduct.cli.client.statistics import lines_of
from aqueduct.model.times import timestamp
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    STATS_KIND_MEMBER,
    CheckStats,
    StateStats,
    Stats,
    StatsWatchResponse,
)


def line(status: str) -> str:
    """Return the line of a member that is down, without its time."""
    check = CheckStats(description="Connection refused")
    state = StateStats(status=status, operational_state=OPERATIONAL_STATE_DOWN, check=check)
    stats = Stats(kind=STATS_KIND_MEMBER, key="web", member="m", state=state)
    [told] = lines_of(StatsWatchResponse(time=timestamp(1.0), stats=[stats]))
    return told.partition(" ")[2]


def test_a_member_that_is_down_says_why() -> None:
    assert line("DOWN").startswith("backends/web/members/m DOWN (Connection refused), 0 sessions")


def test_with_haproxy_it_is_down_whatever_its_check_said() -> None:
    assert line("").startswith("backends/web/members/m down, 0 sessions")


def test_that_haproxy_is_silent_is_told() -> None:
    response = StatsWatchResponse(time=timestamp(61.0), silent_since=timestamp(60.0))
    [told] = lines_of(response)
    clock = told[: len("00:01:")]
    assert told == f"{clock}01 HAProxy does not answer since {clock}00: figures are of before"
