"""Waiting for an event for some time."""

import asyncio

import pytest

from aqueduct.waiting import happens


async def test_it_tells_whether_it_happened() -> None:
    event = asyncio.Event()
    assert not await happens(event, 0.0)
    asyncio.get_running_loop().call_soon(event.set)
    assert await happens(event, None)
    assert await happens(event, 0.0)


async def test_a_cancellation_at_the_moment_of_the_event_counts() -> None:
    event = asyncio.Event()
    task = asyncio.create_task(happens(event, 60.0))
    await asyncio.sleep(0)
    event.set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
