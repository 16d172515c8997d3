"""Bodies of requests, within their limits: the size of each, its time, and the size of all at once."""

import asyncio
from typing import Final

from aiohttp import web

from aqueduct.gateway.errors import malformed, too_large, too_many, too_slow

TIME: Final = 60.0
"""Seconds that a body may take to come."""
_ALL: Final = 64 * 1024 * 1024
"""The most of all bodies that are under way."""


class Bodies:
    """The bodies under way; each of `limit` bytes at the most."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0

    async def read(self, request: web.BaseRequest) -> bytes:
        """Return the body. HttpError where it is too large, too slow or cut off, or there are too many."""
        if (request.content_length or 0) > self._limit:
            raise too_large(self._limit)
        if not request.can_read_body:
            return b""
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0  # the answer has not begun
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(TIME):
                async for chunk in request.content.iter_any():
                    size += len(chunk)
                    self._held += len(chunk)
                    self._check(size)
                    chunks.append(chunk)
        except TimeoutError:
            raise too_slow(TIME) from None
        except web.RequestPayloadError as error:
            raise malformed(f"the body cannot be read: {error}") from error
        finally:
            self._held -= size
        return b"".join(chunks)

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise too_large(self._limit)
        if self._held > max(_ALL, self._limit):
            raise too_many("there are too many bodies under way")
