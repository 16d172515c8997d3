"""Bodies of a Thalassa registry's requests: JSON, unless they say to be text or a form; maybe compressed."""

import asyncio
import json
import zlib
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

MOST: Final = 1024 * 1024
"""Bytes of a body, decoded: as the original's."""
TIME: Final = 60.0
"""Seconds that it may take to come."""

_GZIP: Final = 16 + zlib.MAX_WBITS
_WINDOWS: Final = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS)}
"""What zlib may find of each coding (RFC 9110, 8.4.1; many send `deflate` without its wrapper)."""


class BadBody(Exception):
    """The body is not what its type says; or what `status` says."""

    def __init__(self, message: str = "Invalid request payload format", status: int = 400) -> None:
        super().__init__(message)
        self.status = HTTPStatus(status)


async def read_body(request: web.BaseRequest) -> object:
    """Return what the body says, None for none. BadBody where it cannot be read."""
    try:
        async with asyncio.timeout(TIME):
            content = await request.read()
    except TimeoutError:
        raise BadBody(f"the body did not come within {TIME:g} s", 408) from None
    except (web.RequestPayloadError, web.HTTPRequestEntityTooLarge) as error:
        raise BadBody from error
    content = _decoded(content, request.headers.get("Content-Encoding", "").strip().lower())
    try:
        return _said(content, request.content_type) if content else None
    except (ValueError, RecursionError) as error:
        raise BadBody from error


def _said(content: bytes, content_type: str) -> object:
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(content.decode(), keep_blank_values=True))
    if content_type.startswith("text/"):
        return content.decode()
    return json.loads(content)


def _decoded(content: bytes, coding: str) -> bytes:
    if coding in ("", "identity") or not content:
        return content
    if coding not in _WINDOWS:
        raise BadBody("Content-Encoding must be gzip, deflate or identity", 415)
    for window in _WINDOWS[coding]:
        found = _inflated(content, window)
        if found is not None:
            return found
    raise BadBody


def _inflated(content: bytes, window: int) -> bytes | None:
    """Return what is compressed; None where it is not, is cut off, followed by more, or is too much."""
    decoder = zlib.decompressobj(wbits=window)
    try:
        found = decoder.decompress(content, MOST + 1)
    except zlib.error:
        return None
    return found if decoder.eof and not decoder.unused_data and len(found) <= MOST else None
