"""HTTP connections, by aiohttp's low-level server: their limits, and its errors in our words.

What a client may hold without asking for anything is bounded: the number of connections, the time until its
first request, the time between two, the sizes of lines and headers, and requests sent ahead (aiohttp: 32).
"""

import asyncio
import logging
import resource
import socket
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from google.rpc import code_pb2

from aqueduct.gateway.answers import encode
from aqueduct.gateway.errors import HttpError, error_document, malformed, too_many

FIRST_REQUEST: Final = 10.0
"""Seconds that a connection has for the head of its first request."""
IDLE: Final = 75.0
"""Seconds that a kept connection may go without a request, its head included."""
GONE: Final = 18.0
"""Seconds in which a client may acknowledge nothing, or take nothing, of what was sent."""
MAX_CONNECTIONS: Final = 1_000

_NOWHERE: Final = logging.getLogger("aqueduct.gateway.access")
_NOWHERE.disabled = True
_UNSENT: Final = 64 * 1024
"""Bytes that the kernel keeps of what a client does not take; its own limit is megabytes."""
_MAX_LINE: Final = 16_384
_MAX_HEADER: Final = 16_384
_MAX_HEADERS: Final = 100


def max_connections() -> int:
    """Return how many connections are taken: half of the files that this process may open, at the most."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files < 0 else min(MAX_CONNECTIONS, files // 2)


class Connection(web.RequestHandler):
    """A connection whose requests may be no HTTP."""

    __slots__ = ()

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
        if isinstance(exc, LineTooLong):
            error = HttpError(431, code_pb2.INVALID_ARGUMENT, "TOO_LARGE", "the request's head is too large")
        else:
            error = malformed(f"the request is no HTTP/1.1: {_one_line(exc.message)}")
        response = web.Response(
            status=error.http, text=encode(error_document(error)), content_type="application/json"
        )
        response.force_close()
        return response


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


class Connections(web.Server):
    """The connections of a server."""

    def __init__(self, answer: Any, most: int) -> None:
        super().__init__(answer, handler_cancellation=True)
        self._most = most
        self._silent: set[web.RequestHandler] = set()
        self.streams: set[asyncio.Task[Any]] = set()

    def __call__(self) -> Connection:
        """Return a new connection."""
        return Connection(
            self,
            loop=self._loop,
            keepalive_timeout=IDLE,
            max_line_size=_MAX_LINE,
            max_field_size=_MAX_HEADER,
            max_headers=_MAX_HEADERS,
            access_log=_NOWHERE,
            auto_decompress=False,
            logger=logging.getLogger("aqueduct.gateway"),
        )

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Take a connection, or refuse it where there are too many."""
        super().connection_made(handler, transport)
        if len(self._connections) > self._most:
            transport.write(_REFUSAL)
            transport.close()
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


def _refusal() -> bytes:
    error = too_many("there are too many connections")
    body = encode(error_document(error)).encode()
    head = (
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


_REFUSAL: Final = _refusal()
