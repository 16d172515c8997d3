"""What all workers of an HAProxy have counted together: each line, over reloads.

A line comes to what former workers counted of it until they ended (retired), what those counted that still
finish their sessions (ending), and what the worker counted that serves. A worker goes from serving to ending
to retired; at each step what it counted is in exactly one of them.

Invariants:
- Counters of a line that is there never go back. A line that a whole reading misses is forgotten.
- A line that comes to what it came to before is the same object.
- What `retire` does a slice at a time is the same at each moment: a line is moved in one step.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from aqueduct.model.stats.lines import GAUGES, Line, LineName
from aqueduct.plan.stat_rows import JITTER, NOTHING, Row
from aqueduct.plan.told import Counters, Told, added

_SLICE = 500
"""Lines that are retired in one step."""
_CROWD = 10_000
_SUMMED = tuple(map(GAUGES.index, ("scur", "qcur")))
_MOST = tuple(map(GAUGES.index, ("smax", "qmax")))


class Totals:
    """The lines of one HAProxy, over its workers."""

    def __init__(self) -> None:
        self._retired: dict[LineName, Counters] = {}
        self._most: dict[LineName, tuple[int, ...]] = {}
        self._ending: list[Told] = []
        self._version = 0
        self._is_to_forget = False
        self._lines: dict[LineName, Line] = {}
        self._since: dict[LineName, Line] = {}

    def ends(self, told: Told) -> None:
        """Note that a worker serves no more."""
        if told not in self._ending:
            self._ending.append(told)
            self._version += 1

    def changed(self) -> None:
        """Note that a worker that serves no more told something new."""
        self._version += 1

    def retire(self, told: Told) -> Iterator[None]:
        """Keep what a worker that serves no more has told last, a slice at each step."""
        names = list(told.rows)
        for first in range(0, len(names), _SLICE):
            for name in names[first : first + _SLICE]:
                self._keep(name, told)
            yield
        self._ending.remove(told)
        self._is_to_forget = True

    @property
    def is_crowded(self) -> bool:
        """Whether lines gather that may be gone, as long as nothing is read whole."""
        return len(self._retired) > _CROWD + 2 * len(self._lines)

    def _keep(self, name: LineName, told: Told) -> None:
        row = told.rows[name]
        counted = told.counted(row)
        if counted is not NOTHING:
            retired = self._retired.get(name)
            self._retired[name] = counted if retired is None else added(retired, counted)
            most = tuple(row.gauges[place] for place in _MOST)
            self._most[name] = tuple(map(max, most, self._most.get(name, most)))
        del told.rows[name]

    def line(self, row: Row, told: Told) -> Line:
        """Return what the line of `row`, which is told by the worker that serves, comes to."""
        if row.version != self._version or row.line is None:
            row.line, row.version = self._made(row, told), self._version
        return row.line

    def read(self, lines: dict[LineName, Line], *, is_other: bool) -> None:
        """Note what a whole reading came to. `is_other`: it may be of other lines than the one before."""
        self._lines, self._since = lines, {}
        if is_other or self._is_to_forget:
            self._is_to_forget = False
            self._forget(lines)

    def read_some(self, lines: Mapping[LineName, Line]) -> None:
        """Note what a reading of some proxies came to."""
        self._since |= lines

    def _forget(self, kept: Collection[LineName]) -> None:
        self._retired = {name: counted for name, counted in self._retired.items() if name in kept}
        self._most = {name: most for name, most in self._most.items() if name in kept}

    def _made(self, row: Row, told: Told) -> Line:
        name, counters, gauges = row.name, told.counted(row), row.gauges
        beside = [other for other in self._ending if other is not told and other.has_counted(name)]
        retired = self._retired.get(name)
        if beside or retired is not None:
            counters, gauges = self._together(name, counters, gauges, beside)
        elif row.line is not None and row.line.counters is counters and row.line.gauges is gauges:
            return row.line
        former = self._since.get(name) or self._lines.get(name)
        changed = row.changed
        if former is not None and former.status == row.status:
            is_old = abs(former.changed - changed) <= JITTER or told.is_from_before(row)
            changed = former.changed if is_old else changed
        line = Line(name, counters, gauges, row.status, row.check, row.check_text, changed)
        return former if former == line else line

    def _together(
        self, name: LineName, counters: Counters, gauges: Counters, beside: Sequence[Told]
    ) -> tuple[Counters, Counters]:
        sums = list(gauges)
        for other in beside:
            row = other.rows[name]
            counters = added(counters, other.counted(row))
            for place in _SUMMED:
                sums[place] += max(0, row.gauges[place])
            for place in _MOST:
                sums[place] = max(sums[place], row.gauges[place])
        if name in self._retired:
            counters = added(counters, self._retired[name])
            for place, most in zip(_MOST, self._most[name], strict=True):
                sums[place] = max(sums[place], most)
        return counters, tuple(sums)
