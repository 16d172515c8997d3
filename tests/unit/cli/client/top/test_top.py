"""`aqueduct top`, but for its terminal: messages and keys in, lines out."""

import pytest

from aqueduct.cli.client.top.controls import Controls
from aqueduct.cli.client.top.figures import chart, short
from aqueduct.cli.client.top.page import Line, View, page
from aqueduct.cli.client.top.table import Choice, Name, Sort, Table
from aqueduct.cli.client.top.terminal import named
from aqueduct.model.times import timestamp
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_MAINT,
    OPERATIONAL_STATE_UP,
    STATS_KIND_BACKEND,
    STATS_KIND_FRONTEND,
    STATS_KIND_MEMBER,
    CheckStats,
    OperationalState,
    RateStats,
    SessionStats,
    StateStats,
    Stats,
    StatsKind,
    StatsName,
    StatsWatchResponse,
)


def stats(
    kind: StatsKind,
    key: str,
    member: str = "",
    *,
    requests: float = 0.0,
    state: OperationalState = OPERATIONAL_STATE_UP,
    words: str = "",
    errors: float = 0.0,
    sessions: int = 0,
) -> Stats:
    return Stats(
        kind=kind,
        key=key,
        member=member,
        state=StateStats(
            status=OperationalState.Name(state).rpartition("_")[2],
            operational_state=state,
            check=CheckStats(description=words),
        ),
        sessions=SessionStats(current=sessions),
        rates=RateStats(requests=requests, responses_5xx=errors),
    )


def told(*found: Stats, snapshot: bool = True, more: bool = False) -> StatsWatchResponse:
    return StatsWatchResponse(snapshot=snapshot, more=more, stats=found, revision=7)


ALL = (
    stats(STATS_KIND_MEMBER, "b", "10.0.0.2:80", state=OPERATIONAL_STATE_DOWN, words="refused"),
    stats(STATS_KIND_MEMBER, "b", "10.0.0.1:80", requests=5),
    stats(STATS_KIND_BACKEND, "b", requests=5, errors=1),
    stats(STATS_KIND_BACKEND, "a", requests=9, state=OPERATIONAL_STATE_MAINT, sessions=3),
    stats(STATS_KIND_FRONTEND, "web", requests=14),
)


def names(table: Table, choice: Choice) -> list[str]:
    return [f"{row.stats.key}{'/' * bool(row.stats.member)}{row.stats.member}" for row in table.rows(choice)]


@pytest.fixture
def table() -> Table:
    made = Table()
    assert made.take(told(*ALL))
    return made


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.04, "0"),
        (0.44, "0.4"),
        (7, "7"),
        (9.96, "10"),
        (123.4, "123"),
        (999.4, "999"),
        (999.5, "1k"),
        (1_234, "1.2k"),
        (45_000_000, "45M"),
        (3e21, "3000000P"),
    ],
)
def test_figures_are_short(value: float, text: str) -> None:
    assert short(value) == text


def test_a_chart_has_its_newest_value_to_the_right() -> None:
    assert chart([0, 1, 4, 8], 6) == "   ▂▅█"
    assert chart([8, 1, 4, 8], 2) == "▅█"
    assert chart([1, 2], 2, is_ascii=True) == "=#"
    assert chart([], 3) == "   "
    assert chart([1], 0) == ""


class TestTable:
    def test_members_follow_their_backend(self, table: Table) -> None:
        assert names(table, Choice()) == ["web", "a", "b", "b/10.0.0.1:80", "b/10.0.0.2:80"]
        assert names(table, Choice(has_members=False)) == ["web", "a", "b"]

    def test_it_is_sorted_within_a_kind(self, table: Table) -> None:
        orders = {sort: names(table, Choice(sort, has_members=False)) for sort in Sort}
        assert orders[Sort.REQUESTS] == ["web", "a", "b"]
        assert orders[Sort.SESSIONS] == ["web", "a", "b"]
        assert orders[Sort.ERRORS] == ["web", "b", "a"]

    def test_words_find_backends_with_all_their_members_and_single_members(self, table: Table) -> None:
        assert names(table, Choice(text="B")) == ["web", "b", "b/10.0.0.1:80", "b/10.0.0.2:80"]
        assert names(table, Choice(text="0.2:")) == ["b", "b/10.0.0.2:80"]

    def test_members_can_be_all_that_was_asked_for(self) -> None:
        table = Table()
        table.take(told(*ALL[:2]))
        assert names(table, Choice()) == ["b/10.0.0.1:80", "b/10.0.0.2:80"]

    def test_a_snapshot_in_parts_takes_the_place_of_all_before_as_a_whole(self, table: Table) -> None:
        assert not table.take(told(ALL[2], more=True))
        assert len(table.stats) == 5
        assert table.take(told(ALL[3]))
        assert names(table, Choice()) == ["a", "b"]

    def test_changes_are_laid_over_and_what_is_gone_is_gone(self, table: Table) -> None:
        change = told(stats(STATS_KIND_BACKEND, "a", requests=1), snapshot=False)
        change.removed.append(StatsName(kind=STATS_KIND_FRONTEND, key="web"))
        table.take(change)
        assert table.stats[Name(STATS_KIND_BACKEND, "a")].rates.requests == 1
        assert names(table, Choice(has_members=False)) == ["a", "b"]

    def test_the_chart_goes_back_some_intervals(self, table: Table) -> None:
        table.chart()
        table.take(told(stats(STATS_KIND_FRONTEND, "web", requests=20), snapshot=False))
        table.chart()
        assert table.rows(Choice())[0].requests == (14, 20)

    def test_totals(self, table: Table) -> None:
        totals = table.totals()
        assert (totals.frontends, totals.backends, totals.backends_down) == (1, 2, 0)
        assert (totals.members, totals.members_down, totals.requests) == (2, 1, 14)


class TestPage:
    def lines(self, table: Table, view: View, width: int = 140, height: int = 12) -> list[Line]:
        found = page(table, view, width, height)
        assert len(found) == height
        assert all(len(line.text) <= width for line in found)
        return found

    def test_a_member_that_is_down_says_why(self, table: Table) -> None:
        lines = self.lines(table, View("host:1", "1s"))
        down = next(line for line in lines if "10.0.0.2:80" in line.text)
        assert (down.colour, down.text.endswith("refused")) == ("red", True)
        assert next(line for line in lines if "= a" in line.text).colour == "yellow"
        assert "host:1" in lines[0].text
        assert "2 members (1 down)" in lines[1].text

    def test_with_haproxy_all_is_down_and_no_check_says_why(self) -> None:
        member = stats(STATS_KIND_MEMBER, "b", "m", state=OPERATIONAL_STATE_DOWN, words="refused")
        frontend = stats(STATS_KIND_FRONTEND, "web", state=OPERATIONAL_STATE_DOWN)
        member.state.status = frontend.state.status = ""
        table = Table()
        table.take(told(member, frontend))
        rows = self.lines(table, View("host:1", "1s"))[4:6]
        assert all("  down " in row.text for row in rows)
        assert not any("refused" in row.text for row in rows)

    def test_an_haproxy_that_is_silent_is_told(self, table: Table) -> None:
        assert not self.lines(table, View("host:1", "1s"))[2].text
        table.take(StatsWatchResponse(silent_since=timestamp(60.0)))
        assert self.lines(table, View("host:1", "1s"))[2].text.startswith("HAProxy does not answer since ")
        table.take(StatsWatchResponse())
        assert not self.lines(table, View("host:1", "1s"))[2].text

    def test_narrow_terminals_show_what_matters_most(self, table: Table) -> None:
        head = self.lines(table, View("host:1", "1s"), width=60)[3].text
        assert "REQ/S" in head
        assert "IN/S" not in head
        self.lines(table, View("host:1", "1s"), width=1)

    def test_it_is_scrolled_to_where_there_are_rows(self, table: Table) -> None:
        view = View("host:1", "1s", first=99)
        lines = self.lines(table, view, height=7)
        assert view.first == 3
        assert "10.0.0.2" in lines[5].text
        assert lines[6].text.startswith("4-5 of 5")
        view.first = -5
        assert "> web" in self.lines(table, view, height=7)[4].text

    def test_names_of_any_length_leave_the_columns_where_they_are(self) -> None:
        table = Table()
        table.take(told(stats(STATS_KIND_BACKEND, "x" * 300, requests=4), stats(STATS_KIND_BACKEND, "y")))
        long, short_ = self.lines(table, View("host:1", "1s"))[4:6]
        assert long.text.index("UP") == short_.text.index("UP")

    def test_nothing_moves_the_cursor(self) -> None:
        table = Table()
        table.take(
            told(stats(STATS_KIND_MEMBER, "b", "m\x1b[2J", state=OPERATIONAL_STATE_DOWN, words="\x1b[H"))
        )
        assert all("\x1b" not in line.text for line in self.lines(table, View("h\x1b", "1s")))


class TestKeys:
    def test_they_are_told_by_name(self) -> None:
        assert named(b"q\x1b[A\x1b[6~ \r\x7f\x1b") == [
            "q",
            "up",
            "page down",
            " ",
            "enter",
            "backspace",
            "escape",
        ]
        assert named("é\xff".encode("latin-1") + "é".encode())[-1] == "é"

    def test_what_is_typed_is_found_at_once(self) -> None:
        controls = Controls(View("host:1", "1s"))
        for key in ["/", "w", "x", "backspace", "q"]:
            controls.press(key, 20)
        assert (controls.view.choice.text, controls.note) == ("wq", "find: wq_")
        controls.press("enter", 20)
        assert (controls.view.choice.text, controls.note, controls.is_over) == ("wq", "", False)
        controls.press("escape", 20)
        assert controls.view.choice.text == ""
        for key in ["/", "z", "escape"]:
            controls.press(key, 20)
        assert (controls.view.choice.text, controls.note) == ("", "")

    def test_they_sort_scroll_pause_and_end(self) -> None:
        controls = Controls(View("host:1", "1s"))
        view = controls.view
        sorts = []
        for _ in Sort:
            controls.press("s", 20)
            sorts.append(view.choice.sort)
        assert sorts == [Sort.REQUESTS, Sort.SESSIONS, Sort.ERRORS, Sort.NAME]
        for key in ["down", "j", "up", "page down", "m", " "]:
            controls.press(key, 20)
        assert (view.first, view.choice.has_members, view.is_paused) == (15, False, True)
        controls.press("end", 20)
        assert view.first > 10**6
        controls.press("home", 20)
        controls.press("?", 20)
        assert (view.first, controls.is_over) == (0, False)
        controls.press("q", 20)
        assert controls.is_over
