"""A client that asks again and again on one connection, in a loop as tight as Python's."""

import socket
from contextlib import suppress
from typing import Self

_CHUNK = 65_536


class KeepAlive:
    """One connection to `port` on loopback, while entered. Opened anew where HAProxy closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._peer: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def refused_until_served(self) -> int:
        """Ask until the answer is of status 200; return how many were not."""
        refused = 0
        while self.status() != 200:
            refused += 1
        return refused

    def status(self) -> int:
        """Return the status of one answer."""
        while True:
            with suppress(ConnectionError):  # HAProxy may close an idle connection
                return self._ask()
            self.__exit__()

    def _ask(self) -> int:
        if self._peer is None:
            self._peer = socket.create_connection(("127.0.0.1", self._port))
            self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peer.sendall(self._request)
        head, _, body = self._receive(b"", until=b"\r\n\r\n").partition(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        while len(body) < int(headers["content-length"]):
            body = self._receive(body)
        if headers.get("connection") == "close":
            self.__exit__()
        return int(lines[0].split(" ")[1])

    def _receive(self, received: bytes, until: bytes = b"") -> bytes:
        assert self._peer is not None
        while True:
            more = self._peer.recv(_CHUNK)
            if not more:
                raise ConnectionResetError
            received += more
            if until in received:
                return received
