"""Free ports on loopback: each is handed out once, before any is handed out again."""

import contextlib
import random
import socket

_ALL = range(20_000, 32_000)
"""Below what systems hand out to outgoing connections (32768 and up on Linux, 49152 and up elsewhere).

A port of that range may be taken by anybody's connection between asking for it and listening on it.
"""


class _Drawing:
    """The ports that were not handed out yet."""

    def __init__(self) -> None:
        self.ports = _ALL
        self._left: list[int] = []

    def share(self, number: int, of: int) -> None:
        self.ports, self._left = _ALL[number::of], []

    def next(self) -> int:
        if not self._left:
            self._left = random.sample(self.ports, len(self.ports))
        return self._left.pop()


_drawing = _Drawing()


def share(number: int, of: int) -> None:
    """Draw from one of `of` shares of the ports from now on: other numbers have other ports."""
    _drawing.share(number, of)


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nothing listens on; OSError where there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in _drawing.ports:
        port = _drawing.next()
        with contextlib.suppress(OSError), socket.socket(family) as candidate:
            candidate.bind((host, port))
            return port
    raise OSError(f"no free port on {host}")
