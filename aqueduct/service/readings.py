"""HAProxy's statistics, read once for all who ask at about the same time.

Few keys are read by themselves: to find one proxy takes HAProxy about as long as to tell twenty others.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.names import proxies_of
from aqueduct.ports.clock import Clock
from aqueduct.ports.statistics import Reading, Statistics
from aqueduct.service.answering import Answering

_FEW: Final = 20
"""How many times as many proxies there have to be for keys to be few."""


class Serving(Protocol):
    """Tells what HAProxy serves."""

    @property
    def served(self) -> Snapshot:
        """The snapshot."""
        ...

    @property
    def applied_revision(self) -> int:
        """Its revision."""
        ...


@dataclass(frozen=True, slots=True)
class _Read:
    reading: Reading
    keys: frozenset[str] | None
    began: float
    revision: int


class Readings:
    """Reads `statistics` of what `serving` tells is served. `answering` is told whether HAProxy answers."""

    def __init__(self, statistics: Statistics, serving: Serving, clock: Clock, answering: Answering) -> None:
        self._statistics = statistics
        self._serving = serving
        self._clock = clock
        self._answering = answering
        self._turn = asyncio.Lock()
        self._last: list[_Read] = []
        self._not_before = 0.0
        self.cost = 0.0
        """Seconds that the last whole reading took."""

    async def read(self, keys: frozenset[str] | None, age: float) -> Reading:
        """Return a reading of `keys` at the least; of all for None.

        It is up to `age` seconds old, and no older than what is served. HAProxyFailed where HAProxy does
        not answer.
        """
        if keys is not None and not self._is_few(keys):
            keys = None
        asked = self._clock.monotonic()
        async with self._turn:
            oldest, revision = max(asked - age, self._not_before), self._serving.applied_revision
            for last in self._last:
                if last.began >= oldest and last.revision == revision and last.keys in (None, keys):
                    return last.reading
            return await self._read(keys)

    @property
    def silent_since(self) -> float | None:
        """Since when HAProxy does not answer, in seconds since 1970-01-01 UTC; None while it does."""
        return self._answering.silent_since

    def forget(self) -> None:
        """Tell nobody any more what was read, or is being read now: something has changed since."""
        self._last.clear()
        self._not_before = self._clock.monotonic()

    async def _read(self, keys: frozenset[str] | None) -> Reading:
        began, revision = self._clock.monotonic(), self._serving.applied_revision
        with self._answering.asking():
            reading = await self._statistics.read(None if keys is None else proxies_of(keys))
        if keys is None:
            self.cost = self._clock.monotonic() - began
        others = [last for last in self._last if (last.keys is None) != (keys is None)]
        self._last = [*others, _Read(reading, keys, began, revision)]
        return reading

    def _is_few(self, keys: frozenset[str]) -> bool:
        served = self._serving.served
        return len(keys) * _FEW <= len(served.frontends) + len(served.served)
