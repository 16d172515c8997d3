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

from aqueduct.model.thalassa.axon import encode
from aqueduct.model.thalassa.registrations import document_of
from aqueduct.service.registry import Registering
from aqueduct.web.connections import max_connections
from aqueduct.web.listening import listen, port_of

log = structlog.get_logger()

MOST_WAITING: Final = 100_000
"""Ids that a subscriber may leave waiting; one that does not read at all is cut off then."""
_BUFFERED: Final = 1024 * 1024
"""Bytes that are given to a connection before it is waited for."""
_IGNORED: Final = 4_096
_ASKED_AFTER: Final = 15
"""Seconds after which the kernel asks whether a subscriber is there; then three times, each 5 s."""


class Publisher:
    """Publishes what becomes of the registrations.

    `share` is that of this process's files which subscribers may take: one too many is turned away.
    """

    def __init__(self, registering: Registering, share: float) -> None:
        self._registering = registering
        self._share = share
        self._most = 0
        self._is_full = False
        self._subscribers: set[_Subscriber] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`; return the port. ConfigurationError where it cannot be had."""
        self._most = max_connections(self._share)
        self._server = await listen(self._connection, host, port)
        return port_of(self._server)

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

    def _connection(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=_IGNORED), self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._turns_away():
            writer.transport.abort()
            return
        subscriber = _Subscriber(writer, self._frame)
        self._subscribers.add(subscriber)
        try:
            with suppress(OSError):  # it is gone, which is its right
                await subscriber.run(reader)
        finally:
            self._subscribers.discard(subscriber)
            writer.close()

    def _turns_away(self) -> bool:
        was_full, self._is_full = self._is_full, len(self._subscribers) >= self._most
        if self._is_full and not was_full:
            log.warning("there are too many subscribers: no more are taken", subscribers=self._most)
        return self._is_full

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
        _notice_its_end(writer.get_extra_info("socket"))

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


def _notice_its_end(connection: socket.socket) -> None:
    """Have the kernel tell when the other side is gone without a word: subscribers never say any."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, _ASKED_AFTER),
        (socket.TCP_KEEPINTVL, _ASKED_AFTER // 3),
        (socket.TCP_KEEPCNT, 3),
    ):
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
