"""Streams: how many there may be, and their end, whatever each is at then."""

import asyncio

import pytest

from aqueduct.errors import Exhausted, Unavailable
from aqueduct.service.streams import Streams


def test_there_are_no_more_than_there_may_be() -> None:
    streams = Streams(1)
    with streams.one_more():
        assert streams.open == 1
        with pytest.raises(Exhausted) as raised, streams.one_more():
            pass
        assert raised.value.reason == "TOO_MANY_STREAMS"
    assert streams.open == 0


async def test_those_who_wait_are_woken_at_the_end_and_no_further_one_begins() -> None:
    streams = Streams()
    bell = streams.bell()
    waiting = asyncio.create_task(bell.rings())
    await asyncio.sleep(0)
    streams.shut_down()
    assert await waiting
    for begun in (streams.check, streams.one_more().__enter__):
        with pytest.raises(Unavailable) as raised:
            begun()
        assert raised.value.reason == "SHUTTING_DOWN"
    assert await streams.stopping()


async def test_one_that_is_sending_at_the_end_does_not_miss_it() -> None:
    """It waits for its bell only when its client has taken what came before."""
    streams = Streams()
    bell = streams.bell()
    streams.shut_down()
    assert await bell.rings()
    assert await streams.bell().rings()
