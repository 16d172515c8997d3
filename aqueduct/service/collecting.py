"""Collects statistics for all who watch, and for the history: one reading serves whoever is due.

Intervals end at multiples of themselves, so that they coincide wherever they can. What is watched decides
what is read; with nobody who watches, only the history reads. What HAProxy pushes of a state has its backend
read at once, whatever the interval.
"""

import asyncio
from collections.abc import Collection, Iterator
from typing import Final

import structlog

from aqueduct.model.stats.history import History
from aqueduct.model.stats.lines import LineName, Reading
from aqueduct.model.stats.rates import Rates
from aqueduct.model.stats.selection import Selection
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.service.readings import Readings, Serving
from aqueduct.service.series import NOTHING, Series
from aqueduct.service.streams import Streams
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, HAProxyState
from aqueduct.waiting import happens

log = structlog.get_logger()

FRESH: Final = 1.0
"""Seconds that statistics may be old for those who ask once, or begin to watch."""

_SHARED: Final = 0.02
"""Seconds that a reading may be old for those who are due."""
_COALESCE: Final = 0.005
"""Seconds in which what HAProxy pushes is gathered."""


class Collecting:
    """Collects by `readings`, of what `serving` tells is served, while `run` runs."""

    def __init__(
        self, readings: Readings, serving: Serving, streams: Streams, clock: Clock, history: History
    ) -> None:
        self._readings = readings
        self._serving = serving
        self._streams = streams
        self._clock = clock
        self._history = history
        self._history_due = 0
        self._series: dict[int, Series] = {}
        self.counted_since = clock.time()
        """When counters began, in seconds since 1970-01-01 UTC."""
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._has_failed = False
        self.is_up = False
        """Whether HAProxy serves."""

    async def run(self) -> None:
        """Collect until cancelled."""
        self._history_due = self._end_of(self._history.step(0))
        while True:
            if await happens(self._wake, self._seconds_to_rest()):
                self._wake.clear()
            if not self.is_up:
                self._changed.clear()
                self._skip()
                continue
            try:
                await self._collect()
            except HAProxyFailed as error:
                self._note_failure(error)
            else:
                self._has_failed = False

    async def join(self, selection: Selection, interval: int) -> Series:
        """Return the series of an interval, with the newest of what is selected. To be left again."""
        series = self._series.get(interval)
        if series is None:
            series = self._series[interval] = Series(interval, self._streams.bell(), self.counted_since)
            series.due = self._end_of(interval)
        series.add(selection)
        try:
            async with series.joining:
                await self._bring_up(series, selection)
        except BaseException:
            self.leave(series, selection)
            raise
        self._wake.set()
        return series

    def leave(self, series: Series, selection: Selection) -> None:
        """Watch `selection` no more."""
        series.remove(selection)
        if not series:
            self._series.pop(series.interval, None)

    def changed(self, backends: Collection[str]) -> None:
        """Have the backends of these keys read at once: HAProxy has told that a member's state is another."""
        if not backends:
            return
        self._readings.forget()
        self._changed.update(backends)
        self._wake.set()

    def became(self, state: HAProxyState) -> None:
        """Note what has become of HAProxy."""
        was_up, self.is_up = self.is_up, state == HA_PROXY_STATE_RUNNING
        self._readings.forget()
        for series in self._series.values():
            if self.is_up:
                series.due = 0
            elif was_up:
                series.stop(self._clock.time())
        self._wake.set()

    def rates_of(self, name: LineName) -> Rates | None:
        """Return the rates of a line over the shortest interval that is watched; None for none."""
        for interval in sorted(self._series):
            rates = self._series[interval].table.rates_of(name)
            if rates is not None:
                return rates
        return None

    async def _bring_up(self, series: Series, selection: Selection) -> None:
        """Have a series hold the newest of what is selected, as far as HAProxy tells it."""
        is_fresh = self._clock.monotonic() - series.ticked <= FRESH
        if not self.is_up or (is_fresh and series.covers(selection)):
            return
        try:
            reading = await self._read(selection.exact, FRESH)
        except HAProxyFailed as error:
            self._note_failure(error)
        else:
            series.extend(reading, selection, self._serving.served, self._serving.applied_revision)

    async def _collect(self) -> None:
        if self._changed:
            await asyncio.sleep(_COALESCE)
            await self._read_changed()
        now = self._now()
        due = [(series, series.wanted) for series in self._series.values() if series.due <= now]
        is_history_due = self._history.window > 0 and self._history_due <= now
        self._skip()
        if due or is_history_due:
            wanted = None if is_history_due else _union(keys for _, keys in due)
            reading = await self._read(wanted, _SHARED)
            for series, keys in due:
                if series and self.is_up:
                    self._tick(series, keys, reading)
            if is_history_due:
                await self._keep(reading)

    def _tick(self, series: Series, keys: frozenset[str] | None, reading: Reading) -> None:
        if not reading.is_whole and series.wanted != keys:  # somebody has joined while it was read
            series.due = 0
            self._wake.set()
            return
        now = self._clock.monotonic()
        series.tick(reading, now, self._serving.served, self._serving.applied_revision)

    async def _read_changed(self) -> None:
        changed, self._changed = frozenset(self._changed), set()
        covered = _union(series.covered for series in self._series.values())
        if covered is not None:
            changed &= covered
        if not changed:
            return
        reading = await self._read(changed, _SHARED)
        for series in self._series.values():
            if self.is_up:
                series.change(reading, changed, self._serving.served, self._serving.applied_revision)

    async def _read(self, keys: frozenset[str] | None, age: float) -> Reading:
        """Read (see Readings), and have all who watch know whether HAProxy answers."""
        try:
            return await self._readings.read(keys, age)
        finally:
            if self.is_up:
                for series in self._series.values():
                    series.note_silence(self._readings.silent_since)

    async def _keep(self, reading: Reading) -> None:
        began = self._clock.monotonic()
        for _ in self._history.taking(reading):
            await asyncio.sleep(0)
        cost = self._readings.cost + self._clock.monotonic() - began
        self._history_due = self._end_of(self._history.step(cost))

    def _skip(self) -> None:
        """Have what is due come back at the end of its next interval."""
        now = self._now()
        for series in self._series.values():
            if series.due <= now:
                series.due = self._end_of(series.interval)
        if self._history_due <= now:
            self._history_due = self._end_of(self._history.step(self._readings.cost))

    def _seconds_to_rest(self) -> float | None:
        due = [series.due for series in self._series.values()]
        if self._history.window > 0:
            due.append(self._history_due)
        return max(0.0, min(due) / 1e3 - self._clock.monotonic()) if due else None

    def _end_of(self, interval: int) -> int:
        """Return when the present interval of so many milliseconds ends."""
        return (self._now() // interval + 1) * interval

    def _now(self) -> int:
        return round(self._clock.monotonic() * 1e3)

    def _note_failure(self, error: HAProxyFailed) -> None:
        if not self._has_failed and self.is_up:
            log.warning("HAProxy's statistics cannot be read", error=str(error))
        self._has_failed = True


def _union(all_keys: Iterator[frozenset[str] | None]) -> frozenset[str] | None:
    """Return all keys, None where any of them are all there are."""
    found = NOTHING
    for keys in all_keys:
        if keys is None:
            return None
        found |= keys
    return found
