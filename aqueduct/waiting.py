"""Waiting: for an event for some time, for several things at once, for a bell. No cancellation is missed."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any


async def happens(event: asyncio.Event, within: float | None) -> bool:
    """Wait until `event` is set, for at most `within` seconds (None: for ever); tell whether it is.

    A cancellation at the moment of the event counts: `asyncio.wait_for` loses it before Python 3.12, and a
    task that was cancelled once would go on for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()


async def all_of(waits: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Wait for all at once. Where one fails, raise its error, and wait for the others no more."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


class Bell:
    """Wakes all who wait when it rings. What it rings for is theirs to look up, before and after."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._rings_on = False

    def ring(self) -> None:
        """Wake all who wait."""
        self._event.set()
        if not self._rings_on:
            self._event.clear()

    def ring_on(self) -> None:
        """Wake all who wait, and all who will: from now on it always rings."""
        self._rings_on = True
        self._event.set()

    async def rings(self, within: float | None = None) -> bool:
        """Wait until it rings, for at most `within` seconds (None: for ever); tell whether it did."""
        if within is None:
            return await self._event.wait()
        try:
            async with asyncio.timeout(within):
                return await self._event.wait()
        except TimeoutError:
            return False
