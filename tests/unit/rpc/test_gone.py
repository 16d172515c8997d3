"""Clients that are gone without a word, and clients that do not read, over gRPC."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from aqueduct.clock import SystemClock
from aqueduct.discovery.registry import Registry
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.registry import Registry as Servicer
from aqueduct.rpc.server import GrpcServer, Pings
from aqueduct.rpc.servicers import Servicers
from aqueduct.service.registry import Registering
from aqueduct.service.streams import Streams
from aqueduct.service.versions import Versions
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.registry_pb2 import Registration, WatchRegistrationsRequest
from aqueduct.v1.registry_pb2_grpc import RegistryServiceStub, add_RegistryServiceServicer_to_server
from tests.cut import line_to

from .doubles import FixedStatus, NoDiscoveries

_WATCH = """
import asyncio, sys, grpc.aio
from aqueduct.v1.registry_pb2 import WatchRegistrationsRequest
from aqueduct.v1.registry_pb2_grpc import RegistryServiceStub, add_RegistryServiceServicer_to_server

async def watch():
    async with grpc.aio.insecure_channel(sys.argv[1]) as channel:
        async for _ in RegistryServiceStub(channel).WatchRegistrations(WatchRegistrationsRequest()):
            print(flush=True)

asyncio.run(watch())
"""
"""A client as a process: it prints a line for each response."""


@dataclass
class Served:
    """A server that asks often whether its clients are there."""

    port: int
    registering: Registering
    streams: Streams

    async def left(self) -> None:
        """Return when no stream is open."""
        while self.streams.open:
            await asyncio.sleep(0.01)  # nobody tells that a stream has ended


class OnlyRegistry(Servicers):
    """The servicer of the registry alone."""

    def __init__(self, registering: Registering) -> None:
        self.registry = Servicer(registering, Versions(NoDiscoveries()))

    def add_to(self, server: grpc.aio.Server) -> None:
        add_RegistryServiceServicer_to_server(self.registry, server)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    streams = Streams()
    registrations = await LmdbRegistrations.open(tmp_path)
    registry = Registry(registrations, SystemClock(), 30.0)
    registering = Registering(registry, streams)
    server = GrpcServer(OnlyRegistry(registering), Calls(), FixedStatus(), Pings(0.2, 0.5))
    yield Served(await server.start("127.0.0.1", 0), registering, streams)
    await server.stop(0)
    await registry.close()
    await registrations.close()


async def test_a_line_that_is_cut(served: Served) -> None:
    async with line_to(served.port) as line, grpc.aio.insecure_channel(f"127.0.0.1:{line.port}") as channel:
        watch: Any = RegistryServiceStub(channel).WatchRegistrations(WatchRegistrationsRequest())
        await watch.read()
        assert served.streams.open == 1
        line.cut()
        await served.left()


async def test_a_process_that_is_stopped_and_one_that_only_says_nothing(served: Served) -> None:
    command = (sys.executable, "-c", _WATCH, f"127.0.0.1:{served.port}")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout is not None
    async with grpc.aio.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        await process.stdout.readline()
        quiet: Any = RegistryServiceStub(channel).WatchRegistrations(WatchRegistrationsRequest())
        await quiet.read()
        os.kill(process.pid, signal.SIGSTOP)
        try:
            while served.streams.open == 2:
                await asyncio.sleep(0.01)
        finally:
            process.kill()
            await process.wait()
        with pytest.raises(TimeoutError):  # it has answered several pings meanwhile, and does on
            async with asyncio.timeout(1.0):
                await quiet.read()
        assert served.streams.open == 1


async def test_a_client_that_does_not_read_holds_little(served: Served) -> None:
    """It gets the newest state when it reads again: nothing of what was meanwhile waits for it."""
    async with grpc.aio.insecure_channel(
        f"127.0.0.1:{served.port}", [("grpc.http2.bdp_probe", 0)]
    ) as channel:
        slow: Any = RegistryServiceStub(channel).WatchRegistrations(WatchRegistrationsRequest())
        await slow.read()
        changes = 3_000
        for number in range(changes):
            registration = Registration(name="w", version="1", host="10.0.0.1", port=80)
            registration.meta.update({"number": number, "text": "x" * 1_000})
            await served.registering.register(registration, "")
            await asyncio.sleep(0)
        number, read = -1, 0
        while number < changes - 1:
            response = await slow.read()
            read += 1
            number = int(response.registered[0].meta["number"])
        assert read * 1_000 < 1_000_000
