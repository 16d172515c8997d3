"""One HTTP/1.1 client connection that knows what a fault is and what HTTP allows.

A server may close a connection after an answer that says so, and while it is idle (RFC 9112, 9.3
and 9.5). A client sees the first in the answer, and the second on the socket before it writes.
Whatever else goes wrong is `Faulty`. Plain sockets, since a stream's end of file would only be
seen after the event loop's next turn.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Self

HOST = "127.0.0.1"
_CHUNK = 65_536


class Faulty(Exception):
    """A request was not answered as HTTP asks; the message says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `closing` where the server closes the connection after it."""

    status: int
    body: bytes
    closing: bool


class Connection:
    """One connection, for one request after another."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._buffer = b""

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        """Connect. Faulty where that is refused."""
        peer = socket.socket()
        peer.settimeout(0)  # the event loop waits, not the socket
        try:
            await asyncio.get_running_loop().sock_connect(peer, (host, port))
        except OSError as error:
            peer.close()
            raise Faulty(f"connect: {_words(error)}") from error
        except BaseException:
            peer.close()
            raise
        return cls(peer)

    def close(self) -> None:
        """Close it."""
        self._peer.close()

    @property
    def closed_idle(self) -> bool:
        """Whether the server has closed it since the last answer."""
        try:
            return self._peer.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    async def get(
        self, host: str, path: str, *, keep: bool, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a GET and return its answer; with `keep` the server is asked to keep the connection."""
        lines = {"Host": host, "Connection": "keep-alive" if keep else "close", **(headers or {})}
        head = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "\r\n"]
        try:
            await asyncio.get_running_loop().sock_sendall(self._peer, "\r\n".join(head).encode())
            return await self._answer()
        except OSError as error:
            raise Faulty(f"no answer: {_words(error)}") from error

    async def _answer(self) -> Answer:
        while b"\r\n\r\n" not in self._buffer:
            if not await self._receive():
                raise Faulty("closed amid the head" if self._buffer else "closed without an answer")
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        version, code, *_ = status.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip().lower() for name, _, value in pairs}
        closing = headers.get("connection", "keep-alive" if version == "HTTP/1.1" else "close") == "close"
        return Answer(int(code), await self._body(headers.get("content-length")), closing)

    async def _body(self, length: str | None) -> bytes:
        if length is None:  # it ends with the connection
            while await self._receive():
                pass
            length = str(len(self._buffer))
        while len(self._buffer) < int(length):
            if not await self._receive():
                raise Faulty("closed amid the body")
        body, self._buffer = self._buffer[: int(length)], self._buffer[int(length) :]
        return body

    async def _receive(self) -> bool:
        received = await asyncio.get_running_loop().sock_recv(self._peer, _CHUNK)
        self._buffer += received
        return bool(received)


async def fetch(port: int, path: str = "/", headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to one GET on a connection of its own to loopback; Faulty where there is none."""
    with closing(await Connection.open(HOST, port)) as connection:
        return await connection.get(f"{HOST}:{port}", path, keep=False, headers=headers)


def _words(error: OSError) -> str:
    """Return the system's words; asyncio has its own for some."""
    return os.strerror(error.errno) if error.errno else str(error)
