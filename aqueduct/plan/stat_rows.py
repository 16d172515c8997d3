"""The rows of `show stat`, each read as cheaply as it deserves (HAProxy management guide, section 9.1).

Between two readings most rows change in nothing but columns that go with the time: for how long it is up or
down, and since when it is idle. So a Row keeps its text around those, and `says` tells by three comparisons
that a text is the same row still: that is the way of nearly all of tens of thousands. Rows may be shared by
the workers that tell them: what an idle server says does not change with a reload.
"""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from sys import intern
from typing import Final

from aqueduct.model.stats.lines import COUNTERS, GAUGES, Line, LineKind, LineName
from aqueduct.plan.verify import PROBE

NOTHING: Final = (0,) * len(COUNTERS)
"""The counters of what has counted nothing: all such rows share it."""
OURS: Final = "_aqueduct"
"""What the names of proxies begin with that Aqueduct made for itself."""
JITTER: Final = 2
"""Seconds by which a time may differ that is told by its age in whole seconds."""
_OTHERS = ("pxname", "svname", "iid", "type", "status", "check_status", "lastchg")
_TIMES = ("lastchg", "downtime", "lastsess")
_UNDER_WAY = "* "
_QUOTE = b'"'
_MOST_SHARED = 4_096
_IDLE = re.compile(rb"(?:[^,]*,){7}0,0,0,(?:0?,){7}(?:[^,]*,){4}0?,0?,")
"""No session, byte, denial, error, retry and failed check: nothing that could count anything else."""

Cells = Callable[[Sequence[str]], tuple[str, ...]]


@dataclass(slots=True, eq=False)
class Row:
    """What one worker tells of one proxy or server. All but `line` and `version` stays as it is."""

    name: LineName
    number: str
    """HAProxy's of the proxy."""
    is_hidden: bool
    """Whether it is of what Aqueduct made for itself."""
    counters: tuple[int, ...]
    gauges: tuple[int, ...]
    status: str
    check: str
    check_text: str
    changed: int
    """In seconds since 1970-01-01 UTC, with JITTER; 0 where that is not told."""
    head: bytes
    """Its text until `lastchg`."""
    middle: bytes
    """Its text behind `downtime` and until `lastsess`."""
    tail: bytes
    """Its text behind `lastsess`."""
    line: Line | None = field(default=None, init=False)
    """What it comes to over all workers, in the `version` of the others (totals.py)."""
    version: int = field(default=-1, init=False)

    def says(self, text: bytes, now: int) -> bool:
        """Tell whether `text`, of second `now`, is this row, but for what goes with the time."""
        if not text.startswith(self.head):
            return False
        begin = len(self.head)
        end = text.find(b",", begin)
        if self.changed and abs(now - int(text[begin:end]) - self.changed) > JITTER:
            return False
        middle = text.find(b",", end + 1)
        if not text.startswith(self.middle, middle):
            return False
        return text[text.find(b",", middle + len(self.middle)) :] == self.tail

    def again(self, text: bytes, now: int) -> "Row | None":
        """Return what `text` is where it is this row but for the time of the last change; else None."""
        begin = len(self.head)
        since = text[begin : text.find(b",", begin)]
        if not self.changed or not text.startswith(self.head) or not since.isdigit():
            return None
        other = self._with(now - int(since))
        return other if other.says(text, now) else None

    def _with(self, changed: int) -> "Row":  # dataclasses.replace takes four times as long
        return Row(
            *(self.name, self.number, self.is_hidden, self.counters, self.gauges),
            *(self.status, self.check, self.check_text, changed),
            *(self.head, self.middle, self.tail),
        )


class Layout:
    """Where things stand in the rows of an answer. ValueError where it has not all that is needed."""

    def __init__(self, header: bytes) -> None:
        """`header` is the first line of the answer."""
        names = header.decode(errors="replace").removeprefix("# ").split(",")
        missing = {*COUNTERS, *GAUGES, *_OTHERS, *_TIMES}.difference(names)
        if missing:
            raise ValueError(f"HAProxy's statistics do not tell {', '.join(sorted(missing))}")
        at = names.index
        self._counters: Cells = itemgetter(*map(at, COUNTERS))
        self._gauges: Cells = itemgetter(*map(at, GAUGES))
        self._others: Cells = itemgetter(*map(at, _OTHERS))
        self._texts = [at(name) for name in ("check_desc", "last_chk") if name in names]
        self._since, self._idle = at("lastchg"), at("lastsess")
        self._width = len(names) - 1  # a comma ends each line, the first too
        self._shared: dict[tuple[int, ...], tuple[int, ...]] = {}

    @staticmethod
    def is_open(text: bytes) -> bool:
        """Tell whether a row goes on in the next line: what is quoted may hold the end of a line."""
        return _QUOTE in text and text.count(_QUOTE) % 2 == 1

    def parse(self, text: bytes, now: int) -> Row:
        """Return the row that `text`, of second `now`, is. ValueError where it is none."""
        pieces = text.split(b",", self._idle + 1)
        whole = text.decode(errors="replace")
        cells = whole.split(",") if _QUOTE not in text else next(csv.reader([whole]))
        if len(cells) < self._width:
            raise ValueError(f"HAProxy's statistics have a row of {len(cells)} columns: {whole[:80]!r}")
        proxy, server, number, kind, status, check, since = self._others(cells)
        name = _name(LineKind(int(kind)), proxy, server)
        return Row(
            name=name,
            number=number,
            is_hidden=name.proxy.startswith(OURS) or name.server.startswith(PROBE),
            counters=_counted(self._counters(cells)),
            gauges=self._share(tuple([int(cell) if cell else -1 for cell in self._gauges(cells)])),
            status=intern(status),
            check=intern(check.removeprefix(_UNDER_WAY)),
            check_text=intern(": ".join(filter(None, (cells[column] for column in self._texts)))),
            changed=now - int(since) if since else 0,
            head=b",".join(pieces[: self._since]) + b",",
            middle=b",".join([b"", *pieces[self._since + 2 : self._idle], b""]),
            tail=b"," + pieces[-1],
        )

    def _share(self, gauges: tuple[int, ...]) -> tuple[int, ...]:
        if len(self._shared) >= _MOST_SHARED:
            self._shared.clear()
        return self._shared.setdefault(gauges, gauges)


def is_idle(text: bytes) -> bool:
    """Tell whether a row has counted nothing, whatever it is of. The columns are those of every HAProxy."""
    return _IDLE.match(text) is not None


@lru_cache(maxsize=4)
def layout_of(header: bytes) -> Layout:
    """Return the layout that a header tells. ValueError where it has not all that is needed."""
    return Layout(header)


def _name(kind: LineKind, proxy: str, server: str) -> LineName:
    return LineName(kind, intern(proxy), intern(server) if kind is LineKind.SERVER else "")


def _counted(cells: tuple[str, ...]) -> tuple[int, ...]:
    counters = tuple([int(cell) if cell else 0 for cell in cells])
    return counters if any(counters) else NOTHING
