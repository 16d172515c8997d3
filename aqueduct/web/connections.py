"""HTTP connections, by aiohttp's low-level server: their limits, and its errors in the words of who serves.

What a client may hold without asking for anything is bounded: the number of connections, the time until its
first request, the time between two, the sizes of lines and headers, and requests sent ahead (aiohttp: 32).
A client that is gone without a word is noticed by the kernel.
"""

import asyncio
import logging
import resource
import socket
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from aqueduct.web.faults import Fault, answer_by_1_1, fault_of

FIRST_REQUEST: Final = 10.0
"""Seconds that a connection has for the head of its first request."""
IDLE: Final = 75.0
"""Seconds that a kept connection may go without a request, its head included."""
GONE: Final = 18.0
"""Seconds in which a client may acknowledge nothing, or take nothing, of what was sent."""
MAX_CONNECTIONS: Final = 10_000
HEADERS: Final = {"Server": "Aqueduct", "X-Content-Type-Options": "nosniff"}
"""Of each answer."""

Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""Answers a request. Where it raises that is logged, and answered with 500."""

_LOGGER: Final = logging.getLogger("aqueduct.web")
_NOWHERE: Final = logging.getLogger("aqueduct.web.access")
_NOWHERE.disabled = True
_UNSENT: Final = 64 * 1024
"""Bytes that the kernel keeps of what a client does not take; its own limit is megabytes."""
_MAX_LINE: Final = 16_384
_MAX_HEADER: Final = 16_384
_MAX_HEADERS: Final = 100


class Words(Protocol):
    """How errors are told that are told before anybody is asked for an answer."""

    def unreadable(self, fault: Fault) -> web.Response:
        """Return the answer to what is no request."""
        ...

    def too_many(self) -> web.Response:
        """Return the answer to a connection too many."""
        ...


def max_connections(share: float) -> int:
    """Return how many connections a server takes: that share of the files that this process may open.

    The shares of all servers come to a half, so that no connections ever keep it from its work.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files < 0 else min(MAX_CONNECTIONS, int(files * share))


class Connection(web.RequestHandler):
    """A connection whose requests may be no HTTP."""

    __slots__ = ("words",)

    words: Words

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer to what cannot be read, and close: it is the client's affair, not logged."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        answer_by_1_1(request)
        response = self.words.unreadable(fault_of(exc))
        response.force_close()
        return response


class Connections(web.Server):
    """The connections of a server, `most` of them at once.

    `cancel`: a request whose client leaves is answered no further. Bodies are left as they come.
    """

    def __init__(self, answer: Answering, words: Words, most: int, *, cancel: bool) -> None:
        super().__init__(answer, handler_cancellation=cancel)
        self._words = words
        self._most = most
        self._silent: set[web.RequestHandler] = set()

    def __call__(self) -> Connection:
        """Return a new connection."""
        connection = Connection(
            self,
            loop=self._loop,
            keepalive_timeout=IDLE,
            max_line_size=_MAX_LINE,
            max_field_size=_MAX_HEADER,
            max_headers=_MAX_HEADERS,
            access_log=_NOWHERE,
            auto_decompress=False,
            logger=_LOGGER,
        )
        connection.words = self._words
        return connection

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Take a connection, or refuse it where there are too many."""
        super().connection_made(handler, transport)
        if len(self._connections) > self._most:
            transport.write(_written(self._words.too_many()))
            self._loop.call_soon(transport.close)  # aiohttp's task must begin before its connection is lost
            return
        _settle(transport.get_extra_info("socket"))
        self._silent.add(handler)
        self._loop.call_later(FIRST_REQUEST, self._end_if_silent, handler, transport)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection."""
        self._silent.discard(handler)
        super().connection_lost(handler, exc)

    def heard(self, handler: web.RequestHandler) -> None:
        """Note that a connection has sent a request."""
        self._silent.discard(handler)

    def _end_if_silent(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        if handler in self._silent:
            transport.close()


def _settle(connection: socket.socket) -> None:
    """Have the kernel end the connection of a client that is gone without a word, and hold little for it.

    What is sent and not acknowledged tells it, or acknowledged with no room for more (tcp(7),
    TCP_USER_TIMEOUT). Streams send something every ALIVE seconds; the kernel asks where nothing is sent.
    """
    within = round(GONE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(GONE * 1e3))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(1, within // 2))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(1, within // 4))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)


def _written(response: web.Response) -> bytes:
    """Return an answer as it is sent where there is no request."""
    body = response.body if isinstance(response.body, bytes) else b""
    headers = {**response.headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {response.status} {response.reason}\r\n{lines}\r\n".encode() + body
