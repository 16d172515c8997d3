"""Streams of the real program: they end with it and with their clients, and are no more than there may be."""

import asyncio
import json
import os
import re
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from aiohttp import ClientConnectionError, ClientSession, WSMsgType

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceStub
from aqueduct.v1.registry_pb2 import (
    KeepAliveRequest,
    RegisterRequest,
    Registration,
    WatchRegistrationsRequest,
)
from aqueduct.v1.registry_pb2_grpc import RegistryServiceStub
from tests.cut import line_to
from tests.haproxies import binaries
from tests.integration.asking import status_of
from tests.integration.members import Live, members
from tests.refusals import refused
from tests.web import Web

_LONG = os.environ.get("AQUEDUCT_TEST_LONG") == "1"
_WATCH = "/v1/registrations:watch"
_EVENTS = {"Accept": "text/event-stream"}


def url(aqueduct: Aqueduct, path: str) -> str:
    return f"http://127.0.0.1:{aqueduct.port}{path}"


@pytest.fixture
async def few(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct that has three streams at the most."""
    options = ("--max-streams=3", "--shutdown-grace=5s", "--stats-history=60s")
    place = tmp_path_factory.mktemp("aq")
    async with Aqueduct(place / "data", binaries()[0], options) as process:
        yield process


async def test_every_kind_of_stream_ends_with_the_reason(few: Aqueduct) -> None:
    await few.registry.Register(
        RegisterRequest(registration=Registration(name="w", version="1", host="10.0.0.1", port=1))
    )
    watch: Any = few.registry.WatchRegistrations(WatchRegistrationsRequest())
    alive: Any = few.registry.KeepAlive()
    await alive.write(KeepAliveRequest(id="/w/1/10.0.0.1/1"))
    await alive.read()
    await watch.read()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ClientSession())
        lines = await stack.enter_async_context(client.get(url(few, _WATCH)))
        socket = await stack.enter_async_context(client.ws_connect(url(few, _WATCH)))
        await lines.content.readline()
        await socket.receive()
        assert await few.end() == 0, few.log.read_text()
        for stream in (watch, alive):
            error = await refused(stream.read())
            assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
        error_document = json.loads(await lines.content.readline())["error"]
        assert (error_document["status"], error_document["message"]) == (
            "UNAVAILABLE",
            "Aqueduct is shutting down",
        )
        assert json.loads((await socket.receive()).data)["error"] == error_document
        assert await socket.receive() == (WSMsgType.CLOSE, 1001, "Aqueduct is shutting down")


async def test_events_end_with_the_reason(few: Aqueduct) -> None:
    async with ClientSession() as client, client.get(url(few, _WATCH), headers=_EVENTS) as events:
        await events.content.readuntil(b"\n\n")
        assert await few.end() == 0, few.log.read_text()
        last = (await events.content.read()).decode()
    assert last.startswith("event: error\ndata: ")
    assert "SHUTTING_DOWN" in last


async def test_one_stream_too_many(few: Aqueduct) -> None:
    watches: list[Any] = [few.registry.WatchRegistrations(WatchRegistrationsRequest()) for _ in range(3)]
    for watch in watches:
        await watch.read()
    error = await refused(few.registry.WatchRegistrations(WatchRegistrationsRequest()).read())
    assert (error.code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS")
    async with ClientSession() as client:
        for headers in ({}, _EVENTS):
            async with client.get(url(few, _WATCH), headers=headers) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
                document = await answer.json()
                assert document["message"] == "3 streams are open, as many as there may be"
        watches[0].cancel()
        while True:  # until the server has noticed
            async with client.get(url(few, _WATCH)) as answer:
                if answer.status == 200:
                    break
    for watch in watches:
        watch.cancel()


async def test_a_call_under_way_finishes_and_a_new_one_is_refused(few: Aqueduct) -> None:
    """The call is a switch, which waits for its new member as long as the test wants it to."""
    async with Web("old") as old:
        port = free_port()
        live = await Live.on(few, members([old]), free_port())
        put = asyncio.create_task(live.put([Member(host="127.0.0.1", port=port)]))
        await status_of(few, lambda status: bool(status.transitions))
        watch: Any = few.registry.WatchRegistrations(WatchRegistrationsRequest())
        await watch.read()
        os.kill(few.pid, signal.SIGTERM)
        assert (await refused(watch.read())).reason == "SHUTTING_DOWN"  # the end has begun
        async with grpc.aio.insecure_channel(few.target) as another, ClientSession() as client:
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await HAProxyServiceStub(another).GetStatus(GetStatusRequest())
            assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
            with pytest.raises(ClientConnectionError):
                await client.get(url(few, "/v1/status"))
        assert not put.done()
        async with Web("new", port):
            assert (await put).apply.revision > 0
            assert await few.wait() == 0, few.log.read_text()


async def test_there_is_a_descriptor_for_each_stream_where_the_system_gives_few(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        async with Aqueduct(tmp_path / "data", binaries()[0]) as few:
            assert resource.prlimit(few.pid, resource.RLIMIT_NOFILE) == (min(hard, 65_536), hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class TestGoneWithinThirtySeconds:
    """Takes a minute: collected with AQUEDUCT_TEST_LONG=1. tests/unit/rpc/test_gone.py has it in short."""

    __test__ = _LONG

    async def open(self, aqueduct: Aqueduct) -> float:
        async with ClientSession() as client, client.get(url(aqueduct, "/metrics")) as answer:
            found = re.search(r"^aqueduct_streams_limited (\S+)$", await answer.text(), re.MULTILINE)
        assert found is not None
        return float(found[1])

    async def left(self, aqueduct: Aqueduct) -> None:
        async with asyncio.timeout(30):
            while await self.open(aqueduct):
                await asyncio.sleep(0.1)

    async def test_by_grpc(self, few: Aqueduct) -> None:
        async with (
            line_to(few.grpc_port) as line,
            grpc.aio.insecure_channel(f"127.0.0.1:{line.port}") as channel,
        ):
            watch: Any = RegistryServiceStub(channel).WatchRegistrations(WatchRegistrationsRequest())
            await watch.read()
            line.cut()
            await self.left(few)

    async def test_by_http(self, few: Aqueduct) -> None:
        async with line_to(few.port) as line, ClientSession(f"http://127.0.0.1:{line.port}") as client:
            lines = await client.get(_WATCH)
            events = await client.get(_WATCH, headers=_EVENTS)
            socket = await client.ws_connect(_WATCH)
            await lines.content.readline()
            await events.content.readline()
            await socket.receive()
            assert await self.open(few) == 3
            line.cut()
            await self.left(few)

    async def test_a_process_that_is_stopped(self, few: Aqueduct) -> None:
        command = (sys.executable, "-c", _STOPPED, few.target, url(few, _WATCH))
        process = await asyncio.create_subprocess_exec(*command)
        try:
            while await self.open(few) < 2:
                await asyncio.sleep(0.1)
            os.kill(process.pid, signal.SIGSTOP)
            await self.left(few)
        finally:
            process.kill()
            await process.wait()


_STOPPED = """
import asyncio, sys, aiohttp, grpc.aio
from aqueduct.v1.registry_pb2 import WatchRegistrationsRequest
from aqueduct.v1.registry_pb2_grpc import RegistryServiceStub

async def watch():
    async with grpc.aio.insecure_channel(sys.argv[1]) as channel, aiohttp.ClientSession() as client:
        async with client.ws_connect(sys.argv[2]) as socket:
            watch = RegistryServiceStub(channel).WatchRegistrations(WatchRegistrationsRequest())
            await watch.read()
            await asyncio.gather(watch.read(), socket.receive(), socket.receive())

asyncio.run(watch())
"""
