"""The gateway: what is answered before a method is found, and how it begins and ends."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from aiohttp import HttpVersion11, web

from aqueduct.gateway.ahead import Ahead
from aqueduct.gateway.answers import Answer, encode, offered
from aqueduct.gateway.bodies import Bodies
from aqueduct.gateway.compression import encoded
from aqueduct.gateway.conditions import Conditions, entity_tag
from aqueduct.gateway.errors import (
    error_document,
    http_code,
    http_headers,
    malformed,
    no_such_path,
    not_allowed,
)
from aqueduct.gateway.exchange import Exchange, Request, tagged
from aqueduct.gateway.negotiation import JSON, NDJSON, chosen
from aqueduct.gateway.origins import Origins
from aqueduct.gateway.routes import Route
from aqueduct.gateway.sending import send, send_messages, send_stream
from aqueduct.gateway.templates import normal
from aqueduct.gateway.words import GatewayWords
from aqueduct.rpc.calls import Refused
from aqueduct.rpc.status import internal_status
from aqueduct.settings import GatewaySettings
from aqueduct.web.connections import HEADERS
from aqueduct.web.server import HttpServer

log = structlog.get_logger()

Pages = Mapping[str, Callable[[str | None], Answer]]
"""What is served beside the methods, by path; made for the `Accept` of a request."""

_SHARE: Final = 1 / 4
"""Of this process's files, for connections."""
_OF_PAGES: Final = ("GET", "HEAD", "OPTIONS")


class Gateway:
    """Serves an exchange, and pages, over HTTP/1.1, without TLS."""

    def __init__(self, exchange: Exchange, settings: GatewaySettings, pages: Pages | None = None) -> None:
        self._exchange = exchange
        self._pages = pages or {}
        self._origins = Origins(settings.cors_origins)
        self._bodies = Bodies(settings.max_body)
        self._streams: set[Ahead] = set()
        self._http = HttpServer(self._answer, GatewayWords(), _SHARE, cancel=True)

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`, 0 for any that is free; return the port.

        ConfigurationError where that address cannot be had.
        """
        return await self._http.start(host, port)

    async def stop(self, grace: float) -> None:
        """Take no more connections; what is under way has `grace` seconds to finish, then it is cancelled.

        Streams end at once, with the reason.
        """
        for stream in self._streams:
            stream.stop()
        await self._http.stop(grace)
        self._exchange.close()

    async def _answer(self, incoming: web.BaseRequest) -> web.StreamResponse:
        request = self._request(incoming)
        headers = {**HEADERS, **self._origins.headers(request.headers)}
        try:
            return await self._respond(incoming, request, headers)
        except Refused as refused:
            return await _send_error(incoming, refused, headers)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # the edge: nothing may pass but an answer
            log_id = uuid.uuid4().hex[:12]
            log.error("a request failed by a fault of Aqueduct's", id=log_id, exc_info=error)
            return await _send_error(incoming, Refused(internal_status(log_id), None), headers)

    def _request(self, incoming: web.BaseRequest) -> Request:
        headers: dict[str, str] = {}
        for name, value in incoming.headers.items():
            lower, text = name.lower(), value if value.isascii() else _unicode(value)
            headers[lower] = f"{headers[lower]}, {text}" if lower in headers else text
        path, _, query = _origin_form(incoming.raw_path).partition("?")
        return Request(incoming.method, path, query, headers, lambda: self._bodies.read(incoming))

    async def _respond(
        self, incoming: web.BaseRequest, request: Request, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        if incoming.version == HttpVersion11 and len(incoming.headers.getall("Host", ())) != 1:
            raise malformed("the request must have one Host, or be HTTP/1.0")
        self._origins.check(request.verb, request.headers)
        if request.verb == "OPTIONS":
            return await send(incoming, self._options(request), headers)
        if normal(request.path) in self._pages:
            return await send(incoming, self._page(request), headers)
        route, values = self._exchange.found(request)
        if not route.streams:
            return await send(incoming, await self._exchange.answer(request, route, values), headers)
        return await self._stream(incoming, request, route, values, headers)

    async def _stream(
        self,
        incoming: web.BaseRequest,
        request: Request,
        route: Route,
        values: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> web.StreamResponse:
        by_messages = request.headers.get("upgrade", "").lower() == "websocket"
        media_type = NDJSON if by_messages else chosen(request.headers.get("accept"), offered(route))
        if request.verb == "HEAD":
            return await send(incoming, Answer(b"", media_type), headers)
        async with Ahead(self._exchange.stream(request, route, values)) as ahead:
            self._streams.add(ahead)
            try:
                if by_messages:
                    return await send_messages(incoming, ahead, headers)
                return await send_stream(incoming, ahead, media_type, headers)
            finally:
                self._streams.discard(ahead)

    def _page(self, request: Request) -> Answer:
        if request.verb not in _OF_PAGES:
            raise not_allowed(request.verb, ", ".join(_OF_PAGES))
        made = self._pages[normal(request.path)](request.headers.get("accept"))
        answer = encoded(made, request.headers.get("accept-encoding"))
        return tagged(answer, entity_tag(answer.body, None), Conditions.read(request.headers))

    def _options(self, request: Request) -> Answer:
        is_page = normal(request.path) in self._pages
        verbs = _OF_PAGES if is_page else self._exchange.router.allowed(request.path)
        if request.path == "*":  # the server as a whole
            verbs = sorted({route.verb for route in self._exchange.router} | set(_OF_PAGES))
        if not verbs:
            raise no_such_path()
        allowed = ", ".join(verbs)
        return Answer(b"", "", 204, {"Allow": allowed, **self._origins.preflight(request.headers, allowed)})


async def _send_error(
    incoming: web.BaseRequest, refused: Refused, headers: Mapping[str, str]
) -> web.StreamResponse:
    body = encode(error_document(refused)).encode()
    return await send(incoming, Answer(body, JSON, http_code(refused), http_headers(refused)), headers)


def _unicode(value: str) -> str:
    """Return a header's value with what is no UTF-8 in it replaced: no message could hold it."""
    return value.encode(errors="surrogateescape").decode(errors="replace")


def _origin_form(target: str) -> str:
    """Return the path and the query of a request's target, which may be a whole URL (RFC 9112, 3.2.2)."""
    target = target.partition("#")[0]
    if target.lower().startswith(("http://", "https://")):
        _, slash, rest = target.partition("://")[2].partition("/")
        return f"{slash or '/'}{rest}"
    return target
