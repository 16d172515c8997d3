"""A server of the API on loopback, and a client of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio
import pytest

from aqueduct.clock import SystemClock
from aqueduct.discovery.registry import Registry
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.server import GrpcServer
from aqueduct.rpc.servicers import Servicers
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.registry import Registering
from aqueduct.service.streams import Streams
from aqueduct.service.versions import Versions
from aqueduct.store.lmdb import LmdbStore
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.backend_pb2_grpc import BackendServiceStub
from aqueduct.v1.config_pb2_grpc import ConfigServiceStub
from aqueduct.v1.frontend_pb2_grpc import FrontendServiceStub
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceStub
from aqueduct.v1.stats_pb2_grpc import StatsServiceStub
from tests.unit.service.statistics.doubles import Played

if TYPE_CHECKING:  # they are of the stubs only
    from aqueduct.v1.backend_pb2_grpc import BackendServiceAsyncStub
    from aqueduct.v1.config_pb2_grpc import ConfigServiceAsyncStub
    from aqueduct.v1.frontend_pb2_grpc import FrontendServiceAsyncStub
    from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceAsyncStub
    from aqueduct.v1.stats_pb2_grpc import StatsServiceAsyncStub

from .doubles import (
    FixedStatus,
    Happening,
    InstantAdmission,
    NoDiscoveries,
    NotedReloads,
    configuration,
    history,
)


@dataclass(frozen=True, slots=True)
class Api:
    """A running server: what is behind it, and a client's stubs."""

    server: GrpcServer
    port: int
    store: LmdbStore
    admission: InstantAdmission
    status: FixedStatus
    reloads: NotedReloads
    played: Played
    happening: Happening
    channel: grpc.aio.Channel

    @property
    def frontends(self) -> "FrontendServiceAsyncStub":
        return FrontendServiceStub(self.channel)

    @property
    def backends(self) -> "BackendServiceAsyncStub":
        return BackendServiceStub(self.channel)

    @property
    def config(self) -> "ConfigServiceAsyncStub":
        return ConfigServiceStub(self.channel)

    @property
    def haproxy(self) -> "HAProxyServiceAsyncStub":
        return HAProxyServiceStub(self.channel)

    @property
    def stats(self) -> "StatsServiceAsyncStub":
        return StatsServiceStub(self.channel)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    store = await LmdbStore.open(tmp_path / "store")
    registrations = await LmdbRegistrations.open(tmp_path / "registry")
    registry = Registry(registrations, SystemClock(), 30.0)
    admission, status, reloads = InstantAdmission(store), FixedStatus(), NotedReloads()
    past = history(store, admission)
    streams, played = Streams(), Played()
    happening = await Happening.open(tmp_path / "activity", streams)
    servicers = Servicers(
        configuration(store, admission),
        past,
        status,
        reloads,
        Registering(registry, streams),
        versions=Versions(NoDiscoveries()),
        config_watch=ConfigWatch(store, streams, SystemClock()),
        statistics=played.service,
        activity=happening.service,
    )
    writing = asyncio.create_task(happening.log.run())
    collecting = asyncio.create_task(played.service.run())
    server = GrpcServer(servicers, Calls(), status)
    port = await server.start("127.0.0.1", 0)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Api(server, port, store, admission, status, reloads, played, happening, channel)
    await server.stop(0)
    collecting.cancel()
    happening.log.stop()
    await asyncio.wait([collecting, writing])
    await happening.store.close()
    await registry.close()
    await registrations.close()
    await store.close()
