"""What is known, and when it changed."""

from collections.abc import Iterable

import pytest

from aqueduct.model.resources import put
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.model.stats import table as tables
from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.model.stats.messages import ALL_GROUPS
from aqueduct.model.stats.names import name_of
from aqueduct.model.stats.rates import NOTHING
from aqueduct.model.stats.selection import EVERYTHING, Selection
from aqueduct.model.stats.table import Entry, Table
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_READY, Backend, Member, Membership
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    STATS_GROUP_RATES,
    STATS_GROUP_SESSIONS,
    STATS_GROUP_STATE,
    STATS_KIND_BACKEND,
)

from .build import APP, BACKEND, FRONTEND, OTHER, SERVER, WEB, line, reading

ALL = [FRONTEND, APP, BACKEND, SERVER, OTHER]
STATE = Selection(groups=frozenset({STATS_GROUP_STATE}))
RATES = Selection(groups=frozenset({STATS_GROUP_RATES}))
ONLY_WEB = Selection(keys=frozenset({"web"}))


@pytest.fixture
def table() -> Table:
    made = Table(1.0)
    made.take(reading(10.0, *map(line, ALL)), WEB, 7)
    return made


def named(entries: Iterable[Entry]) -> list[LineName]:
    return [entry.line.name for entry in entries]


def sessions(entry: Entry) -> float | None:
    """Return how many sessions begin each second."""
    return entry.rates.sessions if entry.rates is not None else None


def test_what_is_read_first_is_all_new(table: Table) -> None:
    assert (table.sequence, table.time, table.revision) == (1, 10.0, 7)
    assert named(table.selected(EVERYTHING)) == ALL
    assert named(table.selected(EVERYTHING, 0)) == ALL
    assert table.selected(EVERYTHING, 1) == []


def test_what_is_no_resource_is_left_out() -> None:
    table = Table()
    own = [LineName(LineKind.BACKEND, "gone"), LineName(LineKind.SERVER, "web", "_aqueduct_probe")]
    table.take(reading(1.0, *map(line, [*own, APP])), WEB, 1)
    assert named(table.selected(EVERYTHING)) == [APP]


def test_only_what_changed_is_told(table: Table) -> None:
    lines = {name: line(name) for name in ALL}
    table.take(reading(11.0, *lines.values()), WEB, 8)
    assert (table.sequence, table.time, table.revision) == (1, 11.0, 8)
    lines[APP] = line(APP, scur=1)
    table.take(reading(12.0, *lines.values()), WEB, 8)
    assert table.sequence == 2
    assert named(table.selected(EVERYTHING, 1)) == [APP]
    assert named(table.selected(Selection(groups=frozenset({STATS_GROUP_SESSIONS})), 1)) == [APP]
    assert table.selected(STATE, 1) == []
    assert table.selected(ONLY_WEB, 1) == []
    table.take(reading(13.0, *lines.values()), WEB, 9)
    assert (table.sequence, table.revision) == (2, 9)


def test_keys_and_kinds_are_told_in_the_order_of_names(table: Table) -> None:
    assert named(table.selected(ONLY_WEB)) == [FRONTEND, BACKEND, SERVER, OTHER]
    assert named(table.selected(Selection(keys=frozenset({"no", "app", "web"})))) == ALL
    assert named(table.selected(Selection(frozenset({STATS_KIND_BACKEND})))) == [APP, BACKEND]
    assert named(table.selected(Selection(prefixes=("ap",)))) == [APP]


def test_rates_are_over_the_time_between_two_ticks(table: Table) -> None:
    entry = table.selected(ONLY_WEB)[2]
    assert sessions(entry) is None
    assert table.rates_of(SERVER) is None
    table.take(reading(11.0, *map(line, ALL[:3]), line(SERVER, stot=4), line(OTHER)), WEB, 7)
    assert sessions(entry) == 4.0
    assert table.rates_of(SERVER) == entry.rates
    table.take(reading(13.0, *map(line, ALL[:3]), line(SERVER, stot=10), line(OTHER)), WEB, 7)
    assert sessions(entry) == 3.0
    sequence = table.sequence
    table.take(reading(14.0, *map(line, ALL[:3]), line(SERVER, stot=10), line(OTHER)), WEB, 7)
    assert entry.rates == NOTHING
    assert named(table.selected(RATES, sequence)) == [SERVER]
    assert table.rates_of(LineName(LineKind.BACKEND, "none")) is None


def test_what_is_taken_between_ticks_leaves_rates_as_they_are(table: Table) -> None:
    lines = [line(name, stot=1) for name in ALL]
    table.take(reading(11.0, *lines), WEB, 7)
    table.take(reading(11.5, line(SERVER, stot=5)), WEB, 7, frozenset({"web"}), is_tick=False)
    entry = table.selected(EVERYTHING)[-1]
    assert (entry.line.counters[0], sessions(entry)) == (5, 1.0)
    table.take(reading(12.0, *map(line, [APP, BACKEND]), line(SERVER, stot=7)), WEB, 7)
    assert sessions(entry) == 6.0


def test_what_came_just_before_a_tick_has_its_rates_at_the_next() -> None:
    table = Table(1.0)
    table.take(reading(10.0, line(SERVER, stot=1)), WEB, 7, is_tick=False)
    table.take(reading(10.1, line(SERVER, stot=90)), WEB, 7)
    entry = table.selected(EVERYTHING)[0]
    assert sessions(entry) is None
    table.take(reading(11.1, line(SERVER, stot=100)), WEB, 7)
    assert sessions(entry) == 10.0


def test_no_rate_is_told_of_the_time_in_which_the_clock_was_set_back(table: Table) -> None:
    table.take(reading(11.0, *(line(name, stot=2) for name in ALL)), WEB, 7)
    table.take(reading(5.0, *(line(name, stot=5) for name in ALL)), WEB, 7)
    entry = table.selected(EVERYTHING)[0]
    assert sessions(entry) == 2.0
    table.take(reading(6.0, *(line(name, stot=8) for name in ALL)), WEB, 7)
    assert sessions(entry) == 3.0


def test_what_is_gone_is_told_by_name(table: Table) -> None:
    table.take(reading(11.0, *map(line, ALL[:4])), WEB, 7)
    assert table.gone_since(EVERYTHING, 1) == [name_of(OTHER)]
    assert table.gone_since(EVERYTHING, table.sequence) == []
    assert table.gone_since(Selection(keys=frozenset({"app"})), 1) == []
    assert BACKEND in named(table.selected(STATE, 1))  # it has a member less
    table.take(reading(12.0, *map(line, ALL)), WEB, 7)
    assert table.gone_since(EVERYTHING, 1) == []
    assert OTHER in named(table.selected(EVERYTHING, 2))


def test_of_some_keys_only_these_can_be_gone(table: Table) -> None:
    table.take(reading(11.0, line(APP)), WEB, 7, frozenset({"app"}))
    assert table.gone_since(EVERYTHING, 1) == []
    table.take(reading(12.0, line(BACKEND), line(SERVER)), WEB, 7, frozenset({"web", "none"}))
    assert table.gone_since(EVERYTHING, 1) == [name_of(FRONTEND), name_of(OTHER)]


def test_a_whole_reading_will_do_for_some_keys(table: Table) -> None:
    table.keep(frozenset({"app"}))
    assert named(table.selected(EVERYTHING)) == [APP]
    table.take(reading(11.0, *map(line, ALL)), WEB, 7, frozenset({"app"}))
    assert named(table.selected(EVERYTHING)) == [APP]
    assert table.gone_since(EVERYTHING, 0) == []


def test_the_name_of_what_is_gone_long_since_is_forgotten(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_GONE", 1)
    table.take(reading(11.0, *map(line, ALL[:4])), WEB, 7)
    assert table.forgotten == 0
    table.take(reading(12.0, *map(line, ALL[:3])), WEB, 7)
    assert table.forgotten == 2
    assert table.gone_since(EVERYTHING, 2) == [name_of(SERVER)]


def test_what_stands_in_for_a_deleted_backend_is_none_of_ours(table: Table) -> None:
    less = Snapshot(8, WEB.frontends, {"app": Backend(key="app")})
    table.take(reading(11.0, line(FRONTEND), line(APP), line(BACKEND)), less, 8)
    assert named(table.selected(EVERYTHING)) == [FRONTEND, APP]
    assert name_of(BACKEND) in table.gone_since(EVERYTHING, 1)


def test_admin_states_are_those_that_operators_set(table: Table) -> None:
    member = Member(host="10.0.0.1", port=80)
    drained = Member(host="10.0.0.1", port=80, admin_state=ADMIN_STATE_DRAIN)
    lines = {name: line(name) for name in ALL}

    def take(snapshot: Snapshot) -> list[int]:
        since = table.sequence
        table.take(reading(table.time + 1.0, *lines.values()), snapshot, snapshot.revision)
        return [table.stats(entry).state.admin_state for entry in table.selected(STATE, since)]

    take(WEB)
    set_ = after(WEB, [put(Membership(key="web", members=[drained]))], 8)
    assert take(set_) == [ADMIN_STATE_DRAIN]
    assert take(set_) == []
    same = after(set_, [put(Membership(key="app", members=[member]))], 9)
    assert take(same) == []
    back = after(same, [put(Membership(key="web", members=[member]))], 10)
    assert take(back) == [ADMIN_STATE_READY]
    again = after(back, [put(Membership(key="web", members=[drained]))], 11)
    assert take(again) == [ADMIN_STATE_DRAIN]
    assert take(Snapshot(12, WEB.frontends, WEB.backends)) == [ADMIN_STATE_READY]


def test_a_backend_has_as_many_members_as_haproxy_has(table: Table) -> None:
    backend = table.selected(ONLY_WEB)[1]
    assert table.stats(backend).state.members == 2
    assert not table.stats(backend, frozenset({STATS_GROUP_RATES})).HasField("state")


def test_a_member_may_come_without_its_backend() -> None:
    table = Table()
    table.take(reading(1.0, line(SERVER)), WEB, 7)
    assert named(table.selected(EVERYTHING)) == [SERVER]


def test_rates_are_those_given_where_none_are_known(table: Table) -> None:
    entry = table.selected(EVERYTHING)[0]
    assert not table.stats(entry).HasField("rates")
    assert table.stats(entry, ALL_GROUPS, NOTHING._replace(sessions=1.0)).rates.sessions == 1.0


def test_with_haproxy_everything_is_down_and_nothing_goes_through(table: Table) -> None:
    lines = [line(name, scur=1, stot=3) for name in ALL]
    table.take(reading(11.0, *lines), WEB, 7)
    table.stop(12.0)
    assert (table.sequence, table.time) == (3, 12.0)
    for entry in table.selected(EVERYTHING, 2):
        stats = table.stats(entry)
        assert stats.state.operational_state == OPERATIONAL_STATE_DOWN
        assert (stats.sessions.current, stats.sessions.total) == (0, 3)
        assert entry.rates == NOTHING
    table.stop(13.0)
    assert table.sequence == 3
    table.take(reading(14.0, *lines), WEB, 7)
    assert len(table.selected(STATE, 3)) == len(ALL)


def test_one_that_has_ended_is_silent_no_more(table: Table) -> None:
    table.note_silence(9.0)
    table.stop(12.0)
    assert table.silent_since is None
    assert table.noted > 1


def test_what_has_no_rates_yet_has_none_when_haproxy_ends(table: Table) -> None:
    table.stop(11.0)
    assert table.selected(EVERYTHING)[0].rates is None
