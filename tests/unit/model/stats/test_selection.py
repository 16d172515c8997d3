"""What requests select, and how often they are told."""

import pytest
from google.protobuf.duration_pb2 import Duration

from aqueduct.errors import Invalid
from aqueduct.model.stats.messages import ALL_GROUPS
from aqueduct.model.stats.names import Name
from aqueduct.model.stats.selection import (
    EVERYTHING,
    Selection,
    interval_of,
    rounded_up,
    selection_of,
    window_of,
)
from aqueduct.model.times import duration
from aqueduct.v1.stats_pb2 import (
    STATS_GROUP_STATE,
    STATS_KIND_BACKEND,
    STATS_KIND_MEMBER,
    GetStatsHistoryRequest,
    StatsWatchRequest,
)

WEB, API = Name(STATS_KIND_BACKEND, "web"), Name(STATS_KIND_MEMBER, "api", "10.0.0.1:80")


def test_an_empty_request_selects_everything() -> None:
    selection = selection_of(StatsWatchRequest())
    assert selection == EVERYTHING
    assert selection.exact is None
    assert selection.groups is ALL_GROUPS
    assert selection.holds(WEB)
    assert selection.holds(API)


def test_a_request_selects_by_kind_key_and_group() -> None:
    request = StatsWatchRequest(
        kinds=[STATS_KIND_MEMBER], keys=["web", "api", "web"], groups=[STATS_GROUP_STATE]
    )
    selection = selection_of(request)
    assert selection == Selection(
        frozenset({STATS_KIND_MEMBER}), frozenset({"web", "api"}), (), frozenset({STATS_GROUP_STATE})
    )
    assert selection.exact == frozenset({"web", "api"})
    assert not selection.holds(WEB)
    assert selection.holds(API)


def test_keys_and_prefixes_add_up() -> None:
    selection = selection_of(StatsWatchRequest(keys=["web"], prefixes=["ap", "ap"]))
    assert selection.prefixes == ("ap",)
    assert selection.exact is None
    assert selection.holds(WEB)
    assert selection.holds(API)
    assert not selection.holds(Name(STATS_KIND_BACKEND, "other"))


def test_equal_requests_are_one_selection() -> None:
    one, other = StatsWatchRequest(prefixes=["b", "a"]), StatsWatchRequest(prefixes=["a", "b"])
    assert selection_of(one) == selection_of(other)
    assert hash(selection_of(one)) == hash(selection_of(other))


def test_all_groups_are_all_groups() -> None:
    assert selection_of(StatsWatchRequest(groups=sorted(ALL_GROUPS))).groups is ALL_GROUPS


def test_history_has_no_groups() -> None:
    assert selection_of(GetStatsHistoryRequest(keys=["web"])) == Selection(keys=frozenset({"web"}))


def test_values_that_there_are_not_are_refused_by_field() -> None:
    request = StatsWatchRequest(kinds=[STATS_KIND_MEMBER, 9, 0], groups=[77])  # type: ignore[list-item]
    with pytest.raises(Invalid) as raised:
        selection_of(request)
    assert list(map(str, raised.value.violations)) == [
        "kinds[1]: must be one of frontend, backend, member, not 9",
        "kinds[2]: must be one of frontend, backend, member, not 0",
        "groups[0]: must be one of state, sessions, traffic, times, errors, rates, not 77",
    ]


@pytest.mark.parametrize(
    ("wanted", "rounded"),
    [
        (100, 100), (100.5, 200), (200, 200), (300, 500), (900, 1_000), (1_000, 1_000), (1_001, 2_000),
        (4_000, 5_000), (7_000, 10_000), (20_001, 50_000), (50_000, 50_000), (50_001, 60_000),
        (60_001, 120_000), (3_600_000, 3_600_000),
    ],
)  # fmt: skip
def test_intervals_are_rounded_up(wanted: float, rounded: int) -> None:
    assert rounded_up(wanted) == rounded
    assert interval_of(StatsWatchRequest(interval=duration(wanted / 1e3))) == rounded


def test_the_interval_is_a_second_where_nothing_is_said() -> None:
    assert interval_of(StatsWatchRequest()) == 1_000


@pytest.mark.parametrize("wanted", [0.0, -1.0, 0.0999, 3_600.001])
def test_an_interval_that_is_too_short_or_too_long_is_refused(wanted: float) -> None:
    with pytest.raises(Invalid, match="interval: must be from 100 ms to 1 h"):
        interval_of(StatsWatchRequest(interval=duration(wanted)))


def test_a_window_goes_back() -> None:
    assert window_of(Duration(seconds=30)) == 30.0
    with pytest.raises(Invalid, match="window: must be longer than 0 s, not 0 s"):
        window_of(Duration())
