"""Who listens on a port, by the kernel's tables."""

import os
import socket
from ipaddress import ip_address

import pytest

from aqueduct.haproxy.listeners import overlapping, sockets_of


@pytest.mark.parametrize(
    ("family", "listening", "wanted", "overlaps"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1", True),
        (socket.AF_INET, "127.0.0.1", "127.0.0.2", False),
        (socket.AF_INET, "127.0.0.1", "0.0.0.0", True),
        (socket.AF_INET, "0.0.0.0", "127.0.0.1", True),
        (socket.AF_INET, "0.0.0.0", "::", True),
        (socket.AF_INET, "0.0.0.0", "::1", False),
        (socket.AF_INET6, "::1", "::1", True),
        (socket.AF_INET6, "::1", "127.0.0.1", False),
        (socket.AF_INET6, "::", "127.0.0.1", True),
        (socket.AF_INET6, "::ffff:127.0.0.1", "127.0.0.1", True),
    ],
)
def test_overlapping(family: int, listening: str, wanted: str, overlaps: bool) -> None:
    with socket.socket(family) as listener:
        listener.bind((listening, 0))
        listener.listen()
        port = listener.getsockname()[1]
        found = list(overlapping(ip_address(wanted), port))
        assert bool(found) == overlaps
        if found:
            assert found[0].inode in sockets_of([os.getpid()])
    assert list(overlapping(ip_address(wanted), port)) == []


def test_sockets_of_nobody() -> None:
    assert sockets_of([2**22 + 1]) == set()
