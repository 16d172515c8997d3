"""The HTTP API of a Thalassa registry: which request means what, and the words of the answers.

    POST    /registrations/NAME/VERSION/HOST/PORT   200: registered or renewed; the body is the meta
    DELETE  the same                                200, whether it was there or not
    GET     /registrations[/NAME[/VERSION]]         a list, maybe an empty one
    GET     /status

All else is 404, whatever the method. Whatever comes is answered; what it changes goes through the service.
A browser says where a page is from that asks (`Origin`): any page could register services otherwise.
"""

import json
import os
import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from aqueduct import __version__
from aqueduct.errors import AqueductError, Invalid, NotFound
from aqueduct.model.registrations import completed, service_id
from aqueduct.model.thalassa.registrations import SECONDS, document_of, registration_of
from aqueduct.service.registry import Registering, Selection
from aqueduct.thalassa.meter import Meter

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
"""Bytes: what /proc counts in."""


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
        except _BadBody:
            return _error(HTTPStatus.BAD_REQUEST, "Invalid request payload format")
        except AqueductError as error:
            return _error(HTTPStatus(error.http), _told(error))

    async def _answer(self, request: web.BaseRequest) -> Any:
        words = [unquote(word) for word in request.rel_url.raw_path.split("/")[1:]]
        if not all(words):
            raise _NoRoute
        match request.method, words:
            case "GET" | "HEAD", ["status"]:
                return self._status()
            case "GET" | "HEAD", ["registrations", *which] if len(which) <= 2:  # noqa: PLR2004 # name, version
                return [document_of(each) for each in self._registering.all(Selection(*which))]
            case "POST", ["registrations", name, version, host, port]:
                return await self._post((name, version, host, port), await _body(request))
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

    def unreadable(self, error: HttpProcessingError) -> web.Response:
        """Return the answer to what is no request."""
        return _error(HTTPStatus(error.code), "the request is no HTTP/1.1")

    def too_many(self) -> web.Response:
        """Return the answer to a connection too many."""
        return _error(HTTPStatus.SERVICE_UNAVAILABLE, "there are too many connections")


class _NoRoute(Exception):
    """Nothing is there."""


class _BadBody(Exception):
    """The body is not what its type says."""


async def _body(request: web.BaseRequest) -> object:
    """Return what the body says, None for none: JSON, unless it says to be text or a form."""
    try:
        content = await request.read()
        if not content:
            return None
        if request.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(content.decode(), keep_blank_values=True))
        if request.content_type.startswith("text/"):
            return content.decode()
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _BadBody from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _BadBody from error


def _id(name: str, version: str, host: str, port: str) -> str:
    """Return the id of a registration; of one that could not be, what the original would call it."""
    try:
        return completed(registration_of(name, version, host, port, None)).id
    except Invalid:
        return service_id(name, version, host, int(port) if port.isdecimal() else 0)


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
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-cache"}
    return web.Response(status=status, body=text.encode(), headers=headers)
