"""The axon socket of Aqueduct's own registry: each subscriber is sent each event.

    online   id, "online", the registration as JSON     offline   id, "offline"

As the original does: no greeting, nothing of what was before, a renewal is an `online` again. A subscriber
that reads slowly slows nobody down, and misses no end state: what is to be sent are ids, and each is sent
as it is when its turn comes.

Invariants: what is kept for a subscriber is bounded by the registrations there are, and by MOST_WAITING. The
last message of an id tells its present state.
"""

import asyncio
import json
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

import structlog

from aqueduct.errors import ConfigurationError
from aqueduct.model.thalassa.axon import encode
from aqueduct.model.thalassa.registrations import document_of
from aqueduct.service.registry import Registering

log = structlog.get_logger()

MOST_WAITING: Final = 100_000
"""Ids that a subscriber may leave waiting; one that does not read at all is cut off then."""
_BUFFERED: Final = 1024 * 1024
"""Bytes that are given to a connection before it is waited for."""
_IGNORED: Final = 4_096


class Publisher:
    """Publishes what becomes of the registrations."""

    def __init__(self, registering: Registering) -> None:
        self._registering = registering
        self._subscribers: set[_Subscriber] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`; return the port. ConfigurationError where it cannot be had."""
        try:
            self._server = await asyncio.start_server(self._serve, host, port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigurationError(f"cannot listen on {host}, port {port}: {reason}") from error
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Send no more, and end the connections: subscribers try again by themselves."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for subscriber in tuple(self._subscribers):
            subscriber.end()
        await server.wait_closed()

    def publish(self, keys: Collection[str]) -> None:
        """Tell the present state of the registrations `keys` to everybody."""
        for subscriber in self._subscribers:
            subscriber.add(keys)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        subscriber = _Subscriber(writer, self._frame)
        self._subscribers.add(subscriber)
        try:
            with suppress(OSError):  # it is gone, which is its right
                await subscriber.run(reader)
        finally:
            self._subscribers.discard(subscriber)
            writer.close()

    def _frame(self, key: str) -> bytes:
        registration = self._registering.get(key)
        if registration is None:
            return encode((key.encode(), b"offline"))
        told = json.dumps(document_of(registration), ensure_ascii=False, separators=(",", ":"))
        return encode((key.encode(), b"online", told.encode()))


class _Subscriber:
    """One connection, and the ids that it has not been sent yet."""

    def __init__(self, writer: asyncio.StreamWriter, frame: Callable[[str], bytes]) -> None:
        self._writer = writer
        self._frame = frame
        self._waiting: dict[str, None] = {}
        self._is_waiting = asyncio.Event()
        writer.transport.set_write_buffer_limits(high=_BUFFERED)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def add(self, keys: Collection[str]) -> None:
        """Have ids be sent."""
        self._waiting.update(dict.fromkeys(keys))
        self._is_waiting.set()
        if len(self._waiting) > MOST_WAITING:
            log.warning("a subscriber reads nothing: it is cut off", waiting=len(self._waiting))
            self.end()

    def end(self) -> None:
        """Cut the connection; `run` returns."""
        self._waiting.clear()
        self._writer.transport.abort()

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Send until the subscriber goes. What it says is of no interest."""
        sending = asyncio.create_task(self._send(), name="events to a subscriber")
        try:
            while await reader.read(_IGNORED):
                pass
        finally:
            sending.cancel()
            await asyncio.wait([sending])

    async def _send(self) -> None:
        with suppress(OSError):  # whoever reads meets it as well
            while True:
                await self._is_waiting.wait()
                while self._waiting:
                    key = next(iter(self._waiting))
                    del self._waiting[key]
                    self._writer.write(self._frame(key))
                    await self._writer.drain()
                self._is_waiting.clear()
