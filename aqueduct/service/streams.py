"""The streams that are open: how many there may be, and their common end.

A stream waits by a bell of `bell`, and asks `check` each time that it rings: when Aqueduct ends, all of them
ring, and each stream ends with UNAVAILABLE and the reason. So none holds up the shutdown.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakSet

from aqueduct.errors import Exhausted, Unavailable
from aqueduct.waiting import Bell, happens

MAX_STREAMS = 10_000
"""Streams that may be open at once, by default."""


class Streams:
    """The streams of one Aqueduct, `most` of them at once."""

    def __init__(self, most: int = MAX_STREAMS) -> None:
        self.most = most
        """How many there may be."""
        self._bells: WeakSet[Bell] = WeakSet()
        self._stopping = asyncio.Event()
        self.open = 0
        """How many there are."""
        self.on_lag: Callable[[str, float], None] = lambda *_: None
        """Told the seconds from what a message tells until its stream, of that name, sends it."""

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Hold a place for a stream. Exhausted (`TOO_MANY_STREAMS`) where there is none; else as `check`."""
        self.check()
        if self.open >= self.most:
            raise Exhausted("TOO_MANY_STREAMS", f"{self.most} streams are open, as many as there may be")
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1

    def bell(self) -> Bell:
        """Return a bell that rings when Aqueduct ends, too: on and on, as who is busy then waits later."""
        bell = Bell()
        self._bells.add(bell)
        if self._stopping.is_set():
            bell.ring_on()
        return bell

    def check(self) -> None:
        """Raise Unavailable (`SHUTTING_DOWN`) where Aqueduct ends."""
        if self._stopping.is_set():
            raise Unavailable("SHUTTING_DOWN", "Aqueduct is shutting down")

    async def stopping(self, within: float | None = None) -> bool:
        """Wait until Aqueduct ends, for at most `within` seconds; tell whether it does."""
        return await happens(self._stopping, within)

    def shut_down(self) -> None:
        """End them all."""
        self._stopping.set()
        for bell in list(self._bells):
            bell.ring_on()
