"""Readings that go on throughout a test, each held against the one before."""

import asyncio
from typing import Self

from aqueduct.ports.statistics import COUNTERS, Line, LineKind, LineName, Reading, Statistics
from aqueduct.waiting import happens

INTERVAL = 0.1


def count(reading: Reading, counter: str, kind: LineKind, proxy: str, server: str = "") -> int:
    """Return what was counted of a line."""
    return reading.lines[LineName(kind, proxy, server)].counters[COUNTERS.index(counter)]


class Watch:
    """Reads all statistics each INTERVAL while entered. No counter may go back."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._end = asyncio.Event()
        self._last: dict[LineName, Line] = {}
        self.readings = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end.set()
        await self._task

    async def _watch(self) -> None:
        while not self._end.is_set():
            self.hold_against(await self._statistics.read())
            await happens(self._end, INTERVAL)

    def hold_against(self, reading: Reading) -> None:
        """Compare a reading with the one before."""
        for name, line in reading.lines.items():
            former = self._last.get(name)
            if former is not None:
                back = [
                    (counter, was, now)
                    for counter, was, now in zip(COUNTERS, former.counters, line.counters, strict=True)
                    if now < was
                ]
                assert not back, (name, back)
        self._last = dict(reading.lines)
        self.readings += 1
