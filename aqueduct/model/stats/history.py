"""How load went over the last minutes: points in compact arrays.

A frame holds the points of all lines of one reading, 40 bytes each. How often one is made depends on what it
costs (`step`), so that the whole stays within MOST_BYTES.
"""

from array import array
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Final, assert_never

from aqueduct.model.stats.lines import GAUGES, Line, LineKind, LineName, Reading
from aqueduct.model.stats.rates import DIGITS, Rates, between, totals
from aqueduct.model.stats.selection import rounded_up
from aqueduct.model.stats.states import operational_state
from aqueduct.model.times import timestamp
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_UP, StatsPoint

MOST_BYTES: Final = 24_000_000
"""Bytes of all frames together, about."""

_SHORTEST: Final = 5.0
"""Seconds between two frames at the least."""
_SHARE: Final = 0.02
"""Of all time, what readings may take."""
_SLICE: Final = 1_000
"""Lines that are taken before others have their turn, 3 ms."""
_GAUGES: Final = 3
_RATES: Final = len(Rates._fields)
_WIDTH: Final = _GAUGES + _RATES
_BYTES: Final = 4
_UNKNOWN: Final = (nan,) * _RATES
_SCUR, _QCUR, _ACT, _BCK = map(GAUGES.index, ("scur", "qcur", "act", "bck"))


@dataclass(frozen=True, slots=True)
class _Frame:
    time: float
    names: tuple[LineName, ...]
    values: "array[float]"
    """Of each name sessions, queue, up and the rates, which are NaN where there is no earlier frame."""

    def rates(self, at: int) -> Rates | None:
        """Return the rates of the name at a position, None where they are not known."""
        first = at * _WIDTH + _GAUGES
        found = self.values[first : first + _RATES]
        return None if isnan(found[0]) else Rates(*(round(rate, DIGITS) for rate in found))

    def point(self, at: int) -> StatsPoint:
        """Return the point of the name at a position."""
        sessions, queue, up = map(int, self.values[at * _WIDTH : at * _WIDTH + _GAUGES])
        rates = self.rates(at)
        return StatsPoint(
            time=timestamp(self.time),
            sessions=sessions,
            queue=queue,
            up=up,
            rates=rates.message() if rates is not None else None,
        )


class History:
    """The frames of the last `window` seconds; 0 for none at all."""

    def __init__(self, window: float) -> None:
        self.window = window
        self._frames: deque[_Frame] = deque()
        self._last = array("d")
        """Totals of the last frame's names."""

    @property
    def names(self) -> tuple[LineName, ...]:
        """What there was at last."""
        return self._frames[-1].names if self._frames else ()

    def step(self, cost: float) -> int:
        """Return how many milliseconds two frames are apart, where a reading takes `cost` seconds."""
        most = max(1.0, MOST_BYTES / (_BYTES * _WIDTH * max(1, len(self.names))))
        return rounded_up(max(_SHORTEST, cost / _SHARE, self.window / most) * 1e3)

    def taking(self, reading: Reading) -> Iterator[None]:
        """Take a whole reading, with pauses for others to have a turn."""
        while self._frames and self._frames[-1].time >= reading.time:  # the clock was set back
            self._frames.pop()
        before = self._frames[-1].time if self._frames else reading.time
        names = tuple(reading.lines)
        former = self._former(names) if self._frames else [-1] * len(names)
        values, last = array("f"), array("d")
        for position, line in enumerate(reading.lines.values()):
            now = totals(line)
            last.extend(now)
            values.extend((max(line.gauges[_SCUR], 0), max(line.gauges[_QCUR], 0), _up(line)))
            at = former[position] * _RATES
            values.extend(
                _UNKNOWN if at < 0 else between(self._last[at : at + _RATES], now, reading.time - before)
            )
            if position % _SLICE == _SLICE - 1:
                yield
        if names == self.names:
            names = self.names  # the very same, for all frames
        self._frames.append(_Frame(reading.time, names, values))
        self._last = last
        while self._frames[0].time < reading.time - self.window:
            self._frames.popleft()

    def last_rates(self, wanted: Collection[LineName]) -> dict[LineName, Rates]:
        """Return the rates of the last frame, as far as they are known."""
        if not self._frames:
            return {}
        frame = self._frames[-1]
        found = {name: frame.rates(at) for name, at in _positions(frame.names, wanted).items()}
        return {name: rates for name, rates in found.items() if rates is not None}

    def points(self, wanted: Collection[LineName], since: float) -> dict[LineName, list[StatsPoint]]:
        """Return the points of each line from a time on, the oldest first."""
        found: dict[LineName, list[StatsPoint]] = {name: [] for name in wanted}
        names: tuple[LineName, ...] = ()
        for frame in self._frames:
            if frame.time < since:
                continue
            if frame.names is not names:
                names, positions = frame.names, _positions(frame.names, found)
            for name, at in positions.items():
                found[name].append(frame.point(at))
        return found

    def _former(self, names: tuple[LineName, ...]) -> Sequence[int]:
        """Return where in the last frame each name is, -1 where it is not."""
        if names == self.names:
            return range(len(names))
        known = {name: position for position, name in enumerate(self.names)}
        return [known.get(name, -1) for name in names]


def _positions(names: tuple[LineName, ...], wanted: Collection[LineName]) -> dict[LineName, int]:
    return {name: position for position, name in enumerate(names) if name in wanted}


def _up(line: Line) -> int:
    """Return how many members are up: of a backend all, of a member itself, of a frontend none."""
    match line.name.kind:
        case LineKind.FRONTEND:
            return 0
        case LineKind.BACKEND:
            return max(line.gauges[_ACT], 0) + max(line.gauges[_BCK], 0)
        case LineKind.SERVER:
            return int(operational_state(line.status) == OPERATIONAL_STATE_UP)
        case never:
            assert_never(never)
