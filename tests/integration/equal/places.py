"""Where members of a walk are: some answer to every check, and nobody listens at others."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aqueduct.demo.ports import free_port

Place = tuple[str, int]
"""Host and port of a member; port 0 for a socket."""
_ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
_REFUSAL = b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
ILL = "/ill"
"""The path that is answered by 503."""
_SUN_PATH = 107


@dataclass(frozen=True, slots=True)
class Places:
    """Written and read as text, for the processes of a walk that gets killed."""

    port: int
    port_of_v6: int
    dead_port: int
    loopback: str
    """The address that frontends listen on: nobody else does on any of its ports."""
    socket: str
    """The path and the name of sockets that answer."""

    @property
    def alive(self) -> list[Place]:
        """The places that answer."""
        loopback = [(f"127.0.0.{last}", self.port) for last in (1, 2, 3, 4, 5)]
        sockets = [(f"unix@{self.socket}", 0), (f"abns@{self.abstract}", 0)]
        return [*loopback, ("::1", self.port_of_v6), ("localhost", self.port), *sockets]

    @property
    def dead(self) -> list[Place]:
        """The places where nobody listens."""
        loopback = [(f"127.0.0.{last}", self.dead_port) for last in (1, 2)]
        return [*loopback, ("::1", self.dead_port), (f"unix@{self.socket}.dead", 0)]

    @property
    def abstract(self) -> str:
        """The name of the abstract socket."""
        return f"{Path(self.socket).parent.name}:{self.port}"

    def __str__(self) -> str:
        return f"{self.port} {self.port_of_v6} {self.dead_port} {self.loopback} {self.socket}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str` wrote."""
        port, port_of_v6, dead_port, loopback, path = text.split(" ", 4)
        return cls(int(port), int(port_of_v6), int(dead_port), loopback, path)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        line = await reader.readline()
        writer.write(_REFUSAL if ILL.encode() in line else _ANSWER)
        await writer.drain()
    except OSError:
        pass  # a check by a mere connection is gone by now
    finally:
        writer.close()


def _abstract(name: str) -> socket.socket:
    """Return a listener as HAProxy connects to it: the name is filled up with zeros."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"\0{name}".ljust(_SUN_PATH + 1, "\0"))
    return listener


@asynccontextmanager
async def places(directory: Path) -> AsyncIterator[Places]:
    """Have somebody answer; sockets are made in `directory`."""
    async with AsyncExitStack() as stack:
        nobody = stack.enter_context(socket.socket())
        nobody.bind(("", free_port()))
        v4 = await stack.enter_async_context(await asyncio.start_server(_answer, "0.0.0.0", free_port()))
        v6 = await stack.enter_async_context(await asyncio.start_server(_answer, "::1", free_port("::1")))
        path = str(directory / "live.sock")
        await stack.enter_async_context(await asyncio.start_unix_server(_answer, path))
        found = Places(
            v4.sockets[0].getsockname()[1],
            v6.sockets[0].getsockname()[1],
            nobody.getsockname()[1],
            f"127.{100 + os.getpid() // 2**16}.{os.getpid() // 2**8 % 2**8}.{os.getpid() % 2**8}",
            path,
        )
        abstract = await asyncio.start_unix_server(_answer, sock=_abstract(found.abstract))
        await stack.enter_async_context(abstract)
        yield found
