"""Processes that the benchmarks run beside what is measured, so that they do not wait for one another.

Each is a module that prints a line when it is ready, and, once its standard input ends, what it
has to tell as one line of JSON.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

_LIMIT = 2**20
"""Bytes that a line may have."""


class Child:
    """One such process, while entered: `python -m benchmarks.MODULE ARGUMENTS`."""

    def __init__(self, module: str, *arguments: object) -> None:
        self._command = (sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments))

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, limit=_LIMIT
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def line(self) -> str:
        """Return its next line. EOFError where it has ended."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise EOFError(" ".join(self._command))
        return line.decode().strip()

    async def result(self) -> Any:
        """End its standard input, and return what it has to tell."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return json.loads(await self.line())


async def told(module: str, *arguments: object) -> Any:
    """Run a module to its end, and return what it tells."""
    async with Child(module, *arguments) as child:
        return await child.result()


@asynccontextmanager
async def web_services(*names: str) -> AsyncIterator[list[int]]:
    """Run web services that answer their names, all in one process; yield their ports."""
    async with Child("webservices", *names) as child:
        yield json.loads(await child.line())
