"""Waiting for an event for some time, without missing that one is cancelled."""

import asyncio
from contextlib import suppress


async def happens(event: asyncio.Event, within: float | None) -> bool:
    """Wait until `event` is set, for at most `within` seconds (None: for ever); tell whether it is.

    A cancellation at the moment of the event counts: `asyncio.wait_for` loses it before Python 3.12, and a
    task that was cancelled once would go on for ever.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()
