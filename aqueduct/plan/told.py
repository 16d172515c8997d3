"""What one worker has told of what it counts, reading after reading.

Invariants:
- What is counted of a line that is there never goes back: a counter that did tells that the server was
  deleted and added anew, live, or that somebody cleared it. What it had counted is kept, and added.
- Rows are looked for where they were at the last reading, of this worker or of the one before it. Only those
  that differ are parsed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import add, lt

from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.plan.stat_rows import JITTER, NOTHING, Layout, Row, is_idle, layout_of

Counters = tuple[int, ...]

_LISTED = (LineKind.FRONTEND, LineKind.BACKEND)
_HEADER = b"# "
_AHEAD = 32
"""Rows that may be gone in one place without all that come behind being parsed."""


def added(some: Counters, others: Counters) -> Counters:
    """Return the sums."""
    return tuple(map(add, some, others))


@dataclass(slots=True, eq=False)
class Told:
    """What one worker has told."""

    order: list[Row] = field(default_factory=list)
    """The rows as they are expected: those of the last whole answer, of this worker or of the one before."""
    rows: dict[LineName, Row] = field(default_factory=dict)
    """The last that was told of each line."""
    before: dict[LineName, Counters] = field(default_factory=dict)
    """What was counted by the servers that were a line before the one that is it."""
    numbers: dict[LineKind, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in _LISTED})
    """HAProxy's numbers of frontends and backends, as far as they are known."""
    began: int = 0
    """When the worker began, in seconds since 1970-01-01 UTC: it may not know of what was before."""
    is_in_step: bool = False
    """Whether `rows` are those of `order`."""

    def counted(self, row: Row) -> Counters:
        """Return what was counted of a row's line."""
        before = self.before.get(row.name) if self.before else None
        return row.counters if before is None else added(before, row.counters)

    def has_counted(self, name: LineName) -> bool:
        """Tell whether anything was counted of a line."""
        row = self.rows.get(name)
        return row is not None and (row.counters is not NOTHING or name in self.before)

    def is_from_before(self, row: Row) -> bool:
        """Tell whether the last change of a row's status is the start of the worker, which knows of none."""
        return abs(row.changed - self.began) <= JITTER

    def take(self, row: Row) -> None:
        """Note what is told of a line now."""
        former = self.rows.get(row.name)
        if former is row:
            return
        if former is None:
            if row.name.kind in _LISTED:
                self.numbers[row.name.kind][row.name.proxy] = row.number
        elif any(map(lt, row.counters, former.counters)):
            self.before[row.name] = self.counted(former)
        if row.name in self.before:
            row.line = None  # an expected row's comes from before its server was another
        self.rows[row.name] = row


class Answer:
    """One answer of a worker that is read, a part at a time. ValueError for what cannot be read.

    `is_whole`: it tells of all there is; else of some proxies.
    """

    def __init__(self, told: Told, *, is_whole: bool) -> None:
        self._told = told
        self._is_whole = is_whole
        self._is_in_step = told.is_in_step and is_whole
        self._expected = told.order if is_whole else []
        self._next = 0
        self._order: list[Row] = []
        self._layout: Layout | None = None
        self._open = b""
        self._is_shifted = False
        told.is_in_step = False  # until it is over
        self.has_changed = False
        """Whether any row differs from what was told before."""

    def read(self, texts: Iterable[bytes], now: int) -> list[Row]:
        """Return the rows that `texts` are, which came at second `now` since 1970-01-01 UTC."""
        expected, size = self._expected, len(self._expected)
        first = len(self._order)
        for text in texts:
            if self._next < size and expected[self._next].says(text, now) and not self._open:
                row = expected[self._next]
                self._next += 1
                if not self._is_in_step:
                    self._told.take(row)
                self._order.append(row)
            else:
                self._differs(text, now)
        return self._order[first:]

    def end(self) -> bool:
        """Note that it is over; tell whether it is of all lines, and of others than the one before."""
        if self._layout is None:
            raise ValueError("HAProxy told no statistics")
        told = self._told
        if not self._is_whole:
            return False
        is_other = self._is_shifted or not self._is_in_step or len(self._order) != len(self._expected)
        told.order, told.is_in_step = self._order, True
        if len(told.rows) != len(self._order):
            told.rows = {row.name: row for row in self._order}
            told.before = {name: was for name, was in told.before.items() if name in told.rows}
        return is_other

    def _differs(self, text: bytes, now: int) -> None:
        if text.startswith(_HEADER) and not self._open:
            self._layout = layout_of(text)
            return
        if self._layout is None:
            raise ValueError(f"HAProxy told no statistics: {text[:80]!r}")
        text = self._open + text
        self._open = text + b"\n" if Layout.is_open(text) else b""
        if self._open:
            return
        row = self._again(text, now) or self._layout.parse(text, now)
        self._find(row.name)
        self.has_changed = True
        self._told.take(row)
        self._order.append(row)

    def _again(self, text: bytes, now: int) -> Row | None:
        """Return the row that is expected, where only the time of its last change differs."""
        if self._next >= len(self._expected):
            return None
        expected = self._expected[self._next]
        row = expected.again(text, now)
        if row is not None and self._told.is_from_before(row):
            row.line = expected.line
        return row

    def _find(self, name: LineName) -> None:
        """Go on behind the row of that name, where one is expected soon."""
        for place in range(self._next, min(self._next + _AHEAD, len(self._expected))):
            if self._expected[place].name == name:
                self._is_shifted |= place != self._next
                self._next = place + 1
                return
        self._is_shifted = True


class LastAnswer(Answer):
    """The last answer of a worker: only what has counted something matters, and is read."""

    def __init__(self, told: Told) -> None:
        super().__init__(told, is_whole=False)

    def read(self, texts: Iterable[bytes], now: int) -> list[Row]:
        """Note what was counted; return nothing."""
        for text in texts:
            if self._open or not is_idle(text):
                self._differs(text, now)
        return []
