"""The HTTP API of a Thalassa registry, as its clients use it.

Each request has a connection of its own: the original, run by a Node.js newer than its own, never answers a
second one. Invariants: no request takes longer than its patience, no answer is read beyond MOST_BYTES.
"""

import errno
import json
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from aqueduct.ports.discovery import Service

PATIENCE: Final = 5.0
"""Seconds that a request may take."""
MOST_BYTES: Final = 32 * 1024 * 1024


class Unreachable(Exception):
    """The registry does not answer at all."""


class WrongAnswer(Exception):
    """The registry's answer is none that it should give."""


class Api:
    """The API at `host` and `port`."""

    def __init__(self, host: str, port: int, *, patience: float = PATIENCE) -> None:
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._timeout = aiohttp.ClientTimeout(total=patience)

    async def registrations(self, service: Service) -> list[Any]:
        """Return what is registered of a service, as JSON has it. Errors: Unreachable, WrongAnswer."""
        return await self._list((service.name, service.version))

    async def all_registrations(self) -> list[Any]:
        """Return all that is registered, as JSON has it. Errors: Unreachable, WrongAnswer."""
        return await self._list(())

    async def _list(self, words: tuple[str, ...]) -> list[Any]:
        content = await self._call("GET", words)
        try:
            found = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise WrongAnswer(f"{self.address} answers what is no JSON: {error}") from error
        if not isinstance(found, list):
            raise WrongAnswer(f"{self.address} does not answer with a list")
        return found

    async def register(self, key: str, meta: Mapping[str, Any]) -> None:
        """Register what is called `key`, or renew it. Errors: Unreachable, WrongAnswer."""
        await self._call("POST", key.split("/")[1:], meta)

    async def deregister(self, key: str) -> None:
        """Remove the registration of that id, if there is one. Errors: Unreachable, WrongAnswer."""
        await self._call("DELETE", key.split("/")[1:])

    async def _call(self, method: str, words: tuple[str, ...] | list[str], body: object = None) -> bytes:
        path = "/".join(quote(word, safe="") for word in ("registrations", *words))
        url = f"http://{self.address}/{path}"
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(force_close=True), timeout=self._timeout
                ) as session,
                session.request(method, url, json=body, allow_redirects=False) as response,
            ):
                content = await _read(response)
        except TimeoutError as error:
            raise Unreachable(f"{self.address} does not answer within {self._timeout.total} s") from error
        except aiohttp.ClientConnectionError as error:
            raise Unreachable(f"{self.address}: {_reason(error)}") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise WrongAnswer(f"{self.address}: {error}") from error
        if response.status != HTTPStatus.OK:
            raise WrongAnswer(f"{self.address} answers {response.status} to {method} /{path}")
        return content


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MOST_BYTES:
            raise ValueError(f"the answer is longer than {MOST_BYTES:,} bytes")
    return bytes(content)


def _reason(error: aiohttp.ClientConnectionError) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return reason_of(error.os_error)
    return str(error) or type(error).__name__


def reason_of(error: Exception) -> str:
    """Return why there is no connection: asyncio tells that it failed, where the system told why."""
    number = error.errno if isinstance(error, OSError) else None
    if number is not None and number in errno.errorcode:
        return os.strerror(number)
    return str(error) or "it does not answer"
