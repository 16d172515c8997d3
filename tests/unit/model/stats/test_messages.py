"""Lines as messages, and what of them differs."""

from typing import Any

import pytest

from aqueduct.model.stats.lines import COUNTERS, GAUGES, Line, LineName
from aqueduct.model.stats.messages import ALL_GROUPS, Known, differing, stats_of
from aqueduct.model.stats.names import name_of
from aqueduct.model.stats.rates import Rates
from aqueduct.model.times import duration, timestamp
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_READY
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_UP,
    STATS_GROUP_RATES,
    STATS_GROUP_STATE,
    STATS_GROUP_TRAFFIC,
    CheckStats,
    ErrorStats,
    RateStats,
    SessionStats,
    StateStats,
    Stats,
    StatsGroup,
    TimeStats,
    TrafficStats,
)

from .build import BACKEND, FRONTEND, SERVER, line

FULL: dict[str, Any] = {name: number for number, name in enumerate((*COUNTERS, *GAUGES), 1)}
KNOWN = Known(Rates(1.0), ADMIN_STATE_DRAIN, 4)


def told(name: LineName, known: Known = KNOWN, **lines: int) -> Stats:
    full = line(name, "UP 1/3", "L7OK", "Layer7 check passed", 1_700_000_000, **(lines or FULL))
    return stats_of(name_of(name), full, known)


def test_a_member_is_told_whole() -> None:
    stats = told(SERVER)
    assert (stats.key, stats.member) == ("web", "10.0.0.1:80")
    assert stats.state == StateStats(
        status="UP 1/3",
        operational_state=OPERATIONAL_STATE_UP,
        admin_state=ADMIN_STATE_DRAIN,
        weight=27,
        check=CheckStats(
            status="L7OK",
            code=34,
            duration=duration(0.035),
            description="Layer7 check passed",
            failures=20,
            downs=21,
        ),
        change_time=timestamp(1_700_000_000),
    )
    assert stats.sessions == SessionStats(
        current=22, max=23, limit=24, total=1, queue_current=25, queue_max=26
    )
    assert stats.traffic == TrafficStats(
        bytes_in=2,
        bytes_out=3,
        requests=5 + 6 + 7 + 8 + 9 + 10,
        responses_1xx=5,
        responses_2xx=6,
        responses_3xx=7,
        responses_4xx=8,
        responses_5xx=9,
        responses_other=10,
    )
    assert stats.times == TimeStats(
        queue=duration(0.030), connect=duration(0.031), response=duration(0.032), total=duration(0.033)
    )
    assert stats.errors == ErrorStats(
        denied_requests=11,
        denied_responses=12,
        requests=13,
        connections=14,
        responses=15,
        retries=16,
        redispatches=17,
        client_aborts=18,
        server_aborts=19,
    )
    assert stats.rates == RateStats(sessions=1.0)


def test_a_backend_has_members_and_no_check() -> None:
    stats = told(BACKEND)
    assert (stats.state.active_members, stats.state.backup_members, stats.state.members) == (28, 29, 4)
    assert not stats.state.HasField("check")
    assert not stats.state.admin_state
    assert stats.traffic.requests == 4


def test_a_frontend_has_neither_times_nor_members() -> None:
    stats = told(FRONTEND)
    assert not stats.HasField("times")
    assert (stats.state.members, stats.state.active_members, stats.state.admin_state) == (0, 0, 0)


def test_what_haproxy_does_not_tell_is_absent() -> None:
    stats = stats_of(name_of(SERVER), line(status="no check"), Known())
    assert stats.state == StateStats(
        status="no check", operational_state=OPERATIONAL_STATE_UP, admin_state=ADMIN_STATE_READY
    )
    assert stats.sessions == SessionStats()
    assert stats.times == TimeStats()
    assert not stats.HasField("rates")


@pytest.mark.parametrize("group", sorted(ALL_GROUPS))
def test_only_the_groups_selected_are_told(group: StatsGroup) -> None:
    full = line(SERVER, **FULL)
    stats = stats_of(name_of(SERVER), full, KNOWN, frozenset({group}))
    field = StatsGroup.Name(group).removeprefix("STATS_GROUP_").lower()
    assert [each.name for each, _ in stats.ListFields()] == ["kind", "key", "member", field]


def test_lines_that_are_equal_differ_in_nothing() -> None:
    assert differing(line(**FULL), line(**FULL)) == set()


@pytest.mark.parametrize("name", [SERVER, BACKEND])
@pytest.mark.parametrize("field", FULL)
def test_a_group_differs_when_its_message_does(name: LineName, field: str) -> None:
    before, now = line(name, check="L4OK", **FULL), line(name, check="L4OK", **{**FULL, field: 99})
    assert differing(before, now) >= by_message(before, now)
    assert STATS_GROUP_RATES not in differing(before, now)


@pytest.mark.parametrize(
    "changed", [line(status="DOWN"), line(check="L4CON"), line(text="refused"), line(changed=9)]
)
def test_words_are_of_the_state(changed: Line) -> None:
    assert differing(line(), changed) == {STATS_GROUP_STATE}


def test_each_counter_is_of_one_group() -> None:
    assert differing(line(bin=1), line(bin=2)) == {STATS_GROUP_TRAFFIC}


def by_message(before: Line, now: Line) -> set[StatsGroup]:
    one, other = (
        [stats_of(name_of(each.name), each, KNOWN, frozenset({group})) for group in sorted(ALL_GROUPS)]
        for each in (before, now)
    )
    return {
        group
        for group, before_it, now_it in zip(sorted(ALL_GROUPS), one, other, strict=True)
        if before_it != now_it
    }
