"""Free ports on loopback."""

import contextlib
import random
import socket

_RANGE = range(20_000, 32_000)
"""Below what systems hand out to outgoing connections (32768 and up on Linux, 49152 and up elsewhere).

A port of that range may be taken by anybody's connection between asking for it and listening on it.
"""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nothing listens on; OSError where there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in random.sample(_RANGE, len(_RANGE)):
        with contextlib.suppress(OSError), socket.socket(family) as candidate:
            candidate.bind((host, port))
            return port
    raise OSError(f"no free port on {host}")
