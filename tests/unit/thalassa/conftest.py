"""A registry served by both of Thalassa's protocols."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yarl

from aqueduct.discovery.registry import Registry
from aqueduct.service.registry import Registering
from aqueduct.service.streams import Streams
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.thalassa.server import ThalassaRegistry
from tests.unit.discovery.doubles import FailingRegistrations, ManualClock


@dataclass
class Reply:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """The registry, and what is behind it."""

    server: ThalassaRegistry
    registry: Registry
    registering: Registering
    store: FailingRegistrations
    clock: ManualClock
    session: aiohttp.ClientSession
    port: int = 0
    api_port: int = 0
    closed: list[str] = field(default_factory=list)

    async def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json", **more: str
    ) -> Reply:
        url = f"http://127.0.0.1:{self.api_port}{path}"
        headers = ({"Content-Type": kind} if kind else {}) | more
        async with self.session.request(
            method, yarl.URL(url, encoded=True), data=io.BytesIO(body), headers=headers
        ) as response:
            return Reply(response.status, dict(response.headers), await response.read())


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    clock = ManualClock()
    store = FailingRegistrations(await LmdbRegistrations.open(tmp_path / "registry"))
    registry = Registry(store, clock, 30.0)
    registering = Registering(registry, Streams())
    server = ThalassaRegistry(registering, clock)
    async with aiohttp.ClientSession() as session:
        found = Served(server, registry, registering, store, clock, session)
        found.port, found.api_port = await server.start("127.0.0.1", 0, 0)
        yield found
    await server.stop(1)
    await registry.close()
    await store.close()
