"""The HTTP API of a Thalassa registry: which request means what, and the words of the answers.

    POST    /registrations/NAME/VERSION/HOST/PORT   200: registered or renewed; the body is the meta
    DELETE  the same                                200, whether it was there or not
    GET     /registrations[/NAME[/VERSION]]         a list, maybe an empty one
    GET     /status

All else is 404, whatever the method. Whatever comes is answered; what it changes goes through the service.
A browser says where a page is from that asks (`Origin`): any page could register services otherwise.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import structlog
from aiohttp import web

from aqueduct import __version__
from aqueduct.errors import AqueductError, Invalid, NotFound
from aqueduct.model.registrations import completed, service_id
from aqueduct.model.thalassa.registrations import SECONDS, document_of, registration_of
from aqueduct.service.registry import Registering, Selection
from aqueduct.thalassa.bodies import BadBody, read_body
from aqueduct.thalassa.meter import Meter
from aqueduct.web.connections import HEADERS
from aqueduct.web.faults import Fault

log = structlog.get_logger()

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
"""Bytes: what /proc counts in."""
_DIGITS: Final = 5
"""Of a port."""


class Routes:
    """Answers requests. `publish` is told the ids of what was posted or deleted, once that is true.

    `is_posting` tells whether that is about to happen to an id: somebody else who would publish it need not.
    """

    def __init__(
        self, registering: Registering, meter: Meter, publish: Callable[[Collection[str]], None]
    ) -> None:
        self._registering = registering
        self._meter = meter
        self._publish = publish
        self._began = time.monotonic()
        self._posting: list[str] = []

    def is_posting(self, key: str) -> bool:
        """Tell whether a request for that id is under way."""
        return key in self._posting

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        if "Origin" in request.headers:
            return _error(HTTPStatus.FORBIDDEN, "this is no API for web pages")
        try:
            return _reply(HTTPStatus.OK, await self._answer(request))
        except (NotFound, _NoRoute):
            return _error(HTTPStatus.NOT_FOUND)
        except BadBody as error:
            return _error(error.status, str(error))
        except AqueductError as error:
            return _error(HTTPStatus(error.http), _told(error))
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:  # the edge: nothing may pass but an answer
            log.exception("a request failed by a fault of Aqueduct's")
            return _error(HTTPStatus.INTERNAL_SERVER_ERROR)

    async def _answer(self, request: web.BaseRequest) -> Any:
        words = _words(request.raw_path)
        if not all(words):
            raise _NoRoute
        match request.method, words:
            case "GET" | "HEAD", ["status"]:
                return self._status()
            case "GET" | "HEAD", ["registrations", *which] if len(which) <= 2:  # noqa: PLR2004 # name, version
                return [document_of(each) for each in self._registering.all(Selection(*which))]
            case "POST", ["registrations", name, version, host, port]:
                return await self._post((name, version, host, port), await read_body(request))
            case "DELETE", ["registrations", name, version, host, port]:
                return await self._delete(_id(name, version, host, port))
        raise _NoRoute

    async def _post(self, words: tuple[str, str, str, str], body: object) -> int:
        registration = registration_of(*words, body)
        key = completed(registration).id
        self._posting.append(key)
        try:
            await self._registering.register(registration, "")
        finally:
            self._posting.remove(key)
            self._publish([key])
        self._meter.mark()
        return HTTPStatus.OK.value

    async def _delete(self, key: str) -> int:
        try:
            await self._registering.deregister(key)
        except NotFound:
            self._publish([key])
        return HTTPStatus.OK.value

    def _status(self) -> dict[str, Any]:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return {
            "name": "aqueduct",
            "version": __version__,
            "uptime": time.monotonic() - self._began,
            "memoryUsage": {"rss": pages * _PAGE},
            "stats": {"thalassa": {"registrationsPerSecond": self._meter.document()}},
        }


class ThalassaWords:
    """Errors for what is no request, and for a connection too many."""

    def unreadable(self, fault: Fault) -> web.Response:
        """Return the answer to what is no request."""
        return _error(HTTPStatus(fault.http), fault.message)

    def too_many(self) -> web.Response:
        """Return the answer to a connection too many."""
        return _error(HTTPStatus.SERVICE_UNAVAILABLE, "there are too many connections")


class _NoRoute(Exception):
    """Nothing is there."""


def _id(name: str, version: str, host: str, port: str) -> str:
    """Return the id of a registration; of one that could not be, what the original would call it."""
    try:
        return completed(registration_of(name, version, host, port, None)).id
    except Invalid:
        is_port = port.isascii() and port.isdecimal() and len(port) <= _DIGITS
        return service_id(name, version, host, int(port) if is_port else 0)


def _told(error: AqueductError) -> str:
    if not isinstance(error, Invalid):
        return str(error)
    words = [(each.field.removeprefix("."), each.description) for each in error.violations]
    return "; ".join(f"{SECONDS if field == 'ttl' else field}: {told}" for field, told in words)


def _error(status: HTTPStatus, message: str = "") -> web.Response:
    document: dict[str, Any] = {"code": status.value, "error": status.phrase}
    return _reply(status, document | ({"message": message} if message else {}))


def _reply(status: HTTPStatus, document: Any) -> web.Response:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    headers = {**HEADERS, "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-cache"}
    return web.Response(status=status, body=text.encode(), headers=headers)


def _words(target: str) -> list[str]:
    """Return the words of a path, decoded. BadBody for one that is no text."""
    if target.lower().startswith(("http://", "https://")):  # RFC 9112, 3.2.2
        target = "/" + target.partition("://")[2].partition("/")[2]
    try:
        words = [unquote(word, errors="strict") for word in target.partition("?")[0].split("/")[1:]]
        "".join(words).encode()
    except UnicodeError as error:
        raise BadBody("the path is no UTF-8 once it is decoded") from error
    return words
