"""Where the server listens: how gRPC spells an address, and whether it can be had.

gRPC itself says no more than that it failed to bind, and takes one of a name's addresses where
another is in use: the addresses are tried first, so that the person who started Aqueduct is told
why in one line.
"""

import asyncio
import errno
import socket
from typing import Final

from aqueduct.errors import ConfigurationError

_FATAL: Final = frozenset({errno.EADDRINUSE, errno.EACCES, errno.EPERM})


def target(host: str, port: int) -> str:
    """Return `host:port` as gRPC takes it: IPv6 addresses in brackets."""
    return f"[{_bare(host)}]:{port}" if ":" in host else f"{host}:{port}"


async def check_free(host: str, port: int) -> None:
    """Raise ConfigurationError where nobody could listen on `host` and `port`."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(_bare(host), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"cannot listen on {target(host, port)}: {error}") from error
    failures = [failure for family, *_, address in found if (failure := _try_bind(family, address))]
    for failure in failures:
        if failure.errno in _FATAL or len(failures) == len(found):
            reason = failure.strerror or failure
            raise ConfigurationError(f"cannot listen on {target(host, port)}: {reason}") from failure


def _try_bind(family: int, address: tuple[object, ...]) -> OSError | None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def _bare(host: str) -> str:
    return host.removeprefix("[").removesuffix("]")
