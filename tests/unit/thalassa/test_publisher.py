"""The axon socket: what subscribers are sent, and what a slow one costs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from aqueduct.errors import ConfigurationError, Exhausted
from aqueduct.model.thalassa.axon import Decoder
from aqueduct.service.registry import Registering
from aqueduct.service.streams import Streams
from aqueduct.thalassa import publisher
from aqueduct.thalassa.server import ThalassaRegistry
from aqueduct.v1.registry_pb2 import Registration

from .conftest import Served

KEY = "/web/1.0.0/10.0.0.1/80"
PATH = f"/registrations{KEY}"


class Subscribed:
    """A connection to the axon socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._decoder = Decoder()
        self._messages: list[tuple[bytes, ...]] = []

    async def next(self) -> str:
        while not self._messages:
            content = await self.reader.read(65_536)
            assert content, "the connection was closed"
            self._messages += self._decoder.feed(content)
        key, state, *rest = self._messages.pop(0)
        told = f" {json.loads(rest[0])['meta'].get('az', '')}" if rest else ""
        return f"{state.decode()} {key.decode()}{told}".strip()


@asynccontextmanager
async def subscribed(served: Served) -> AsyncIterator[Subscribed]:
    known = len(served.server._publisher._subscribers)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1_000)
    while len(served.server._publisher._subscribers) == known:
        await asyncio.sleep(0)
    yield Subscribed(reader, writer)
    writer.close()


def _registration(port: int = 80, az: str = "") -> Registration:
    registration = Registration(name="web", version="1.0.0", host="10.0.0.1", port=port)
    registration.meta.update({"az": az})
    return registration


async def test_each_post_is_published_once_renewals_too(served: Served) -> None:
    async with subscribed(served) as one, subscribed(served) as other:
        await served.ask("POST", PATH, b'{"az":"a"}')
        await served.ask("POST", PATH, b'{"az":"a"}')
        await served.ask("POST", PATH, b'{"az":"b"}')
        await served.ask("DELETE", PATH)
        await served.ask("DELETE", PATH)
        for subscriber in (one, other):
            assert [await subscriber.next() for _ in range(5)] == [
                f"online {KEY} a",
                f"online {KEY} a",
                f"online {KEY} b",
                f"offline {KEY}",
                f"offline {KEY}",
            ]


async def test_what_is_registered_otherwise_is_published_too(served: Served) -> None:
    async with subscribed(served) as subscriber:
        await served.registering.register(_registration(az="g"), "")
        await served.registering.register(_registration(az="g"), "")  # a renewal
        await served.registering.deregister(KEY)
        assert await subscriber.next() == f"online {KEY} g"
        assert await subscriber.next() == f"offline {KEY}"


async def test_one_that_runs_out_is_published(served: Served) -> None:
    await served.ask("POST", PATH)
    for port in (81, 82):
        await served.registering.register(_registration(port), "")
    async with subscribed(served) as subscriber:
        served.clock.advance(10)
        served.registry.expire()
        assert await subscriber.next() == f"offline {KEY}"


async def test_a_post_that_fails_tells_the_state_there_is(served: Served) -> None:
    served.store.failures.append(Exhausted("DISK_FULL", "full"))
    async with subscribed(served) as subscriber:
        assert (await served.ask("POST", PATH)).status == 429
        assert await subscriber.next() == f"offline {KEY}"


async def test_a_slow_subscriber_gets_the_newest_state_and_holds_up_nobody(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "_BUFFERED", 1)
    async with subscribed(served) as slow:
        await served.registering.register(_registration(az="x" * 8_000), "")
        for _ in range(2_000):
            served.server._publisher.publish([KEY])
            await asyncio.sleep(0)
        await served.registering.register(_registration(az="last"), "")
        told = [await slow.next()]
        while told[-1] != f"online {KEY} last":
            told.append(await slow.next())
        assert len(told) < 1_900


async def test_one_that_does_not_read_at_all_is_cut_off(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "MOST_WAITING", 10)
    async with subscribed(served) as subscriber:
        served.server._publisher.publish([f"/web/1.0.0/10.0.0.1/{port}" for port in range(1, 12)])
        while served.server._publisher._subscribers:
            await asyncio.sleep(0)
        with pytest.raises((AssertionError, ConnectionResetError)):
            await subscriber.next()


async def test_subscribers_are_ended_with_it(served: Served) -> None:
    async with subscribed(served) as subscriber:
        await served.server.stop(1)
        with pytest.raises((AssertionError, ConnectionResetError)):
            await subscriber.next()


async def test_ports_that_are_taken_are_told(served: Served) -> None:
    for ports in ((served.port, 0), (0, served.api_port)):
        other = ThalassaRegistry(Registering(served.registry, Streams()), served.clock)
        with pytest.raises(ConfigurationError, match=r"cannot listen on 127\.0\.0\.1"):
            await other.start("127.0.0.1", *ports)
        await other.stop(0)
