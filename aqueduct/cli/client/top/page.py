"""The page that `aqueduct top` draws: lines of a given width and height. Pure.

Cells are cut to their columns: a name of any length leaves the others where they are. On a narrow terminal
columns are left out, those that matter least first. A member that is down, and does nothing, has the last
words of its check in place of figures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from aqueduct.cli.client.screen import plain
from aqueduct.cli.client.state_words import check_words, clock, silence, state_word
from aqueduct.cli.client.top.figures import chart, short
from aqueduct.cli.client.top.table import KEPT, Choice, Row, Table, Totals, load_of
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_MAINT,
    STATS_KIND_FRONTEND,
    STATS_KIND_MEMBER,
    Stats,
)

KEYS: Final = "q quit  s sort  m members  / find  arrows scroll  space pause"
_AROUND: Final = 5
"""Lines that are no rows."""
_NAME: Final = (16, 48)
"""Columns of a name: the fewest and the most."""
_STATE: Final = 10
_FIGURE: Final = 5
_CHART: Final = 12
"""Columns of the chart at the least."""
_GAP: Final = "  "
_COLOURS: Final = {
    OPERATIONAL_STATE_DOWN: "red",
    OPERATIONAL_STATE_DRAIN: "yellow",
    OPERATIONAL_STATE_MAINT: "yellow",
}


class Line(NamedTuple):
    """A line, in a colour, or not."""

    text: str
    colour: str | None = None
    is_bold: bool = False


class _Column(NamedTuple):
    title: str
    figure: Callable[[Stats], float]
    weight: int
    """Columns of the least weight are left out first."""


_COLUMNS: Final = (
    _Column("SESS", lambda stats: stats.sessions.current, 7),
    _Column("QUEUE", lambda stats: stats.sessions.queue_current, 3),
    _Column("REQ/S", load_of, 8),
    _Column("4XX/S", lambda stats: stats.rates.responses_4xx, 5),
    _Column("5XX/S", lambda stats: stats.rates.responses_5xx, 6),
    _Column("ERR/S", lambda stats: stats.rates.errors, 4),
    _Column("IN/S", lambda stats: stats.rates.bytes_in, 1),
    _Column("OUT/S", lambda stats: stats.rates.bytes_out, 2),
)


@dataclass(slots=True)
class View:
    """How the page is looked at."""

    target: str
    """The server."""
    interval: str
    choice: Choice = field(default_factory=Choice)
    first: int = 0
    """The row that is shown first."""
    is_paused: bool = False
    note: str = ""
    """What to tell in place of the keys: that the connection is lost, or what is being typed."""
    is_ascii: bool = False


class _Layout(NamedTuple):
    """What fits into the width."""

    width: int
    names: int
    columns: Sequence[_Column]
    is_ascii: bool

    def row(self, name: str, state: str, figures: Sequence[str]) -> str:
        cut = name if len(name) <= self.names else f"{name[: self.names - 1]}~"
        cells = [cut.ljust(self.names), state[:_STATE].ljust(_STATE)]
        return _GAP.join([*cells, *(figure.rjust(_FIGURE) for figure in figures), ""])

    def line(self, row: Row) -> Line:
        stats = row.stats
        values = [column.figure(stats) for column in self.columns]
        state, words = stats.state.operational_state, plain(check_words(stats.state))
        word = plain(state_word(stats.state))
        if state == OPERATIONAL_STATE_DOWN and words and not any(values):
            text = self.row(_name(stats), word, [])
            return Line(text + words, _COLOURS[state])
        figures = [short(value) if value else "-" for value in values]
        text = self.row(_name(stats), word, figures)
        load = chart(row.requests, min(KEPT, self.width - len(text)), is_ascii=self.is_ascii)
        return Line(text + load, _COLOURS.get(state))


def page(table: Table, view: View, width: int, height: int) -> list[Line]:
    """Return the lines; `view.first` is moved to where there are rows."""
    rows = table.rows(view.choice)
    room = max(1, height - _AROUND)
    view.first = max(0, min(view.first, len(rows) - room))
    layout = _layout(rows, width, is_ascii=view.is_ascii)
    shown = rows[view.first : view.first + room]
    lines = [
        Line(_title(table, view), is_bold=True),
        Line(_summary(table.totals())),
        Line(silence(table.silent_since) if table.silent_since else "", "red"),
        Line(layout.row("NAME", "STATE", [each.title for each in layout.columns]) + "LOAD", is_bold=True),
        *map(layout.line, shown),
        *(Line("") for _ in range(room - len(shown))),
        Line(view.note or _foot(len(rows), view, room)),
    ]
    return [line._replace(text=line.text[:width].rstrip()) for line in lines[-height:]]


def _layout(rows: Sequence[Row], width: int, *, is_ascii: bool) -> _Layout:
    least, most = _NAME
    columns = list(_COLUMNS)
    while columns and _taken(columns) + least > width:
        columns.remove(min(columns, key=lambda each: each.weight))
    longest = max((len(_name(row.stats)) for row in rows), default=0)
    names = max(least, min(longest, most, width - _taken(columns)))
    return _Layout(width, names, columns, is_ascii)


def _taken(columns: Sequence[_Column]) -> int:
    """Return the columns of a terminal that all but the name takes."""
    return _STATE + (len(columns) + 2) * len(_GAP) + len(columns) * _FIGURE + _CHART


def _title(table: Table, view: View) -> str:
    at = clock(table.time) if table.time else "no figures yet"
    words = ["aqueduct top", plain(view.target), at, f"every {view.interval}", f"revision {table.revision}"]
    return _GAP.join([*words, *(["paused"] if view.is_paused else [])])


def _summary(totals: Totals) -> str:
    backends = f"{totals.backends} backends{_down(totals.backends_down)}"
    members = f"{totals.members} members{_down(totals.members_down)}"
    responses = f"{short(totals.responses_4xx)} 4xx/s, {short(totals.responses_5xx)} 5xx/s"
    return (
        f"{totals.frontends} frontends, {backends}, {members};  "
        f"{short(totals.requests)} req/s, {responses};  "
        f"{short(totals.sessions)} sessions, {short(totals.queue)} queued;  "
        f"in {short(totals.bytes_in)}B/s, out {short(totals.bytes_out)}B/s"
    )


def _down(count: int) -> str:
    return f" ({count} down)" if count else ""


def _foot(count: int, view: View, room: int) -> str:
    last = min(count, view.first + room)
    where = f"{view.first + 1}-{last} of {count}" if count else "nothing to show"
    found = f"{_GAP}find: {plain(view.choice.text)}" if view.choice.text else ""
    return f"{where}{_GAP}by {view.choice.sort}{found}{_GAP} {KEYS}"


def _name(stats: Stats) -> str:
    if stats.kind == STATS_KIND_MEMBER:
        return f"  {plain(stats.member)}"
    return f"{'>' if stats.kind == STATS_KIND_FRONTEND else '='} {plain(stats.key)}"
