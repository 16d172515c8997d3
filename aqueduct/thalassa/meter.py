"""How many registrations there are a second, told as the original's `/status` tells it.

The rates of 1, 5 and 15 minutes are moving averages like a system's load: each TICK counts what came in it.
"""

import math
from typing import Final

from aqueduct.ports.clock import Clock

TICK: Final = 5.0
"""Seconds."""
_MINUTES: Final = (1, 5, 15)


class Meter:
    """Counts by a clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = self._ticked = clock.monotonic()
        self._told = self._began
        self._count = self._since_tick = self._since_told = 0
        self._rates: dict[int, float] = {}

    def mark(self) -> None:
        """Count one."""
        self._tick()
        self._count += 1
        self._since_tick += 1
        self._since_told += 1

    def document(self) -> dict[str, float]:
        """Return all rates, per second; `currentRate` is that since the last call."""
        self._tick()
        now = self._clock.monotonic()
        current = self._since_told / max(now - self._told, 1e-3)
        self._told, self._since_told = now, 0
        return {
            "mean": self._count / max(now - self._began, 1e-3),
            "count": self._count,
            "currentRate": current,
            **{f"{minutes}MinuteRate": self._rates.get(minutes, 0.0) for minutes in _MINUTES},
        }

    def _tick(self) -> None:
        """Have the ticks that are over count: the first of them has all that came, the others nothing."""
        ticks = int((self._clock.monotonic() - self._ticked) / TICK)
        if not ticks:
            return
        self._ticked += ticks * TICK
        rate, self._since_tick = self._since_tick / TICK, 0
        for minutes in _MINUTES:
            kept = math.exp(-TICK / (60 * minutes))
            average = rate + kept * (self._rates[minutes] - rate) if minutes in self._rates else rate
            self._rates[minutes] = average * kept ** (ticks - 1)
