"""Waiting: for an event for some time, without missing that one is cancelled; for several things at once."""

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
