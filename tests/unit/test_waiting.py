"""Waiting for an event for some time."""

import asyncio

import pytest

from aqueduct.waiting import Bell, all_of, happens


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


async def test_all_are_waited_for_at_once() -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def one() -> None:
        first.set()
        await second.wait()

    async def other() -> None:
        await first.wait()
        second.set()

    await all_of([one(), other()])
    await all_of([])


async def test_where_one_fails_the_others_are_waited_for_no_more() -> None:
    cancelled = asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def fails() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await all_of([hangs(), fails()])
    await cancelled.wait()


async def test_a_bell_wakes_who_waits_and_once_it_rings_on_who_comes_later() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.rings())
    await asyncio.sleep(0)
    bell.ring()
    assert await waiting
    assert not await bell.rings(0.01)
    bell.ring_on()
    bell.ring()
    assert await bell.rings()
