"""A Thalassa registry on loopback that says what tests have it say, when they have it say it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from aqueduct.model.thalassa.axon import encode
from aqueduct.settings import RegistryAddress
from aqueduct.thalassa.routes import ThalassaWords
from aqueduct.web.server import HttpServer


def told(port: int, *, version: str = "1.0.0", last_known: int = 1, **meta: Any) -> dict[str, Any]:
    """Return the registration of `web` at a port."""
    return {
        "name": "web",
        "version": version,
        "host": "10.0.0.1",
        "port": port,
        "lastKnown": last_known,
        "meta": meta,
        "id": f"/web/{version}/10.0.0.1/{port}",
    }


class FakeRegistry:
    """Answers with `answers`, and sends what it is told to."""

    def __init__(self) -> None:
        self.answers: Any = []
        """A value for JSON, or bytes."""
        self.status = 200
        self.asked: list[str] = []
        self.bodies: list[Any] = []
        self.gate = asyncio.Event()
        """No request is answered while it is not set."""
        self.gate.set()
        self.subscribers: list[asyncio.StreamWriter] = []
        self.subscribed = asyncio.Event()
        self.requested = asyncio.Event()
        self.axon_port = self.port = 0

    @property
    def address(self) -> RegistryAddress:
        return RegistryAddress("127.0.0.1", self.axon_port, self.port)

    async def start_http(self) -> None:
        self._http = HttpServer(self._answer, ThalassaWords())
        self.port = await self._http.start("127.0.0.1", self.port)

    async def stop_http(self) -> None:
        await self._http.stop(0)

    async def start_axon(self) -> None:
        self._axon = await asyncio.start_server(self._subscribe, "127.0.0.1", self.axon_port)
        self.axon_port = self._axon.sockets[0].getsockname()[1]

    async def stop_axon(self) -> None:
        self._axon.close()
        for writer in self.subscribers:
            writer.transport.abort()
        self.subscribers.clear()
        self.subscribed.clear()
        await self._axon.wait_closed()

    def online(self, registration: dict[str, Any]) -> bytes:
        return self.send(registration["id"].encode(), b"online", json.dumps(registration).encode())

    def offline(self, port: int, version: str = "1.0.0") -> bytes:
        return self.send(f"/web/{version}/10.0.0.1/{port}".encode(), b"offline")

    def send(self, *parts: bytes) -> bytes:
        frame = encode(parts)
        self.send_raw(frame)
        return frame

    def send_raw(self, content: bytes) -> None:
        for writer in self.subscribers:
            writer.write(content)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path}")
        self.bodies.append(json.loads(await request.read() or "null"))
        answers = self.answers
        self.requested.set()
        await self.gate.wait()
        body = answers if isinstance(answers, bytes) else json.dumps(answers).encode()
        return web.Response(status=self.status, body=body, content_type="application/json")

    async def _subscribe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.subscribers.append(writer)
        self.subscribed.set()
        await reader.read()
        writer.close()


@asynccontextmanager
async def fake_registry() -> AsyncIterator[FakeRegistry]:
    """Run one."""
    registry = FakeRegistry()
    await registry.start_http()
    await registry.start_axon()
    try:
        yield registry
    finally:
        registry.gate.set()
        await registry.stop_axon()
        await registry.stop_http()
