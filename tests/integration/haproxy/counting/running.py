"""The traffic of traffic.py, in a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any, Self

from tests.integration.haproxy.counting.traffic import MEMBERS

_KEPT, _ONCE = 12, 4


class Traffic:
    """Members that answer while entered, and `requests` to `port` once they are to go."""

    def __init__(self, port: int, requests: int) -> None:
        self._arguments = (port, requests, _KEPT, _ONCE)
        self.members: dict[str, str] = {}
        """The ports of the members, by name."""
        self.told: dict[str, Any] = {}
        """What clients and members counted, at the end."""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.haproxy.counting.traffic"),
            *map(str, self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self.members = dict(zip(MEMBERS, (await self._line()).decode().split(), strict=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()

    async def first(self) -> None:
        """Make one request."""
        self._next()
        assert await self._line() == b"1\n"

    async def go(self) -> AsyncIterator[int]:
        """Make the others; iterate over how many are done."""
        self._next()
        while not (line := await self._line()).startswith(b"{"):
            yield int(line)
        self.told = json.loads(line)
        await self._process.wait()

    def _next(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the traffic broke off"
        return line
