"""A connection to one worker's Runtime API on which long answers come a part at a time.

HAProxy goes on producing while what came is read: no more than QUEUED bytes wait here, and the rest where
HAProxy waits for it. An answer that is not read to its end makes the connection useless: close it.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from aqueduct.haproxy import kernel
from aqueduct.haproxy.master import short_path
from aqueduct.haproxy.runtime import SOCKET, Connection

QUEUED = 2**19
_SILENCE = 3.0
"""Seconds in which some of an answer has to come."""
_END = b"> "
_SELF = ("Pid", "Uptime_sec")


class Dumping(Connection):
    """One connection; one `ask` or `dump` at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.identity = ""
        """What no other process has, see kernel.identity."""
        self.uptime = 0
        """Seconds since the worker began, when it was connected to."""
        self._chunks: list[bytes] | None = None
        self._size = 0
        self._more = asyncio.Event()

    @classmethod
    async def open(cls, directory: Path) -> "Dumping":
        """Connect to whichever worker accepts. OSError where none does, ValueError for a strange one."""
        loop = asyncio.get_running_loop()
        with short_path(directory) as path:
            _, connection = await loop.create_unix_connection(cls, str(path / SOCKET))
        try:
            async with asyncio.timeout(_SILENCE):
                _, info = await connection.ask(["prompt", "show info"])
            fields = fields_of(info)
            connection.worker, connection.uptime = (int(fields.get(name, "")) for name in _SELF)
        except BaseException:
            connection.abort()
            raise
        connection.identity = kernel.identity(connection.worker)
        return connection

    async def told(self, *commands: str) -> list[str]:
        """Return the answers to short commands. OSError where they do not come soon."""
        async with asyncio.timeout(_SILENCE):
            return await self.ask(commands)

    async def dump(self, command: str) -> AsyncGenerator[list[bytes], None]:
        """Iterate over the lines of an answer as they come. OSError where it breaks off, or nothing comes."""
        self._chunks, self._size = [], 0
        self._transport.write(f"{command}\n".encode())
        rest, is_blank = b"", True
        try:
            while rest != _END or not is_blank:
                *lines, rest = (rest + await self._next()).split(b"\n")
                if lines:
                    is_blank = not lines[-1]
                    yield [line for line in lines if line]
        finally:
            self._chunks = None
            self.touch()

    async def _next(self) -> bytes:
        while not self._chunks:
            if self.lost.is_set():
                raise ConnectionResetError("it closed the connection")
            self._more.clear()
            async with asyncio.timeout(_SILENCE):
                await self._more.wait()
        chunks, self._chunks = self._chunks, []
        if self._size > QUEUED:
            self._transport.resume_reading()
        self._size = 0
        return b"".join(chunks)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer (asyncio.Protocol)."""
        if self._chunks is None:
            super().data_received(data)
            return
        self._chunks.append(data)
        self._more.set()
        if self._size <= QUEUED < self._size + len(data):
            self._transport.pause_reading()
        self._size += len(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits (asyncio.Protocol)."""
        super().connection_lost(exc)
        self._more.set()


def fields_of(info: str) -> dict[str, str]:
    """Return the fields of an answer to `show info`."""
    lines = (line.partition(": ") for line in info.splitlines())
    return {name: value for name, separator, value in lines if separator}
