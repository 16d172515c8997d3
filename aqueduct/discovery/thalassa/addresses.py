"""The address by which others reach what listens on all addresses of this machine."""

import fcntl
import socket
import struct
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Final

LOOPBACK: Final = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}

_ANYWHERE: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses of nobody's (RFC 5737, RFC 3849): what is sent to them takes the default route."""
_GET_ADDRESS: Final = 0x8915
"""SIOCGIFADDR (netdevice(7))."""
_LONGEST_NAME: Final = 15
_GLOBAL: Final = "00"
"""The scope in /proc/net/if_inet6."""


def reached_at(family: socket.AddressFamily, host: str, port: int) -> str:
    """Return the address towards `host`; where that is loopback, or not known, the machine's first other one.

    Loopback where there is none.
    """
    for found in _candidates(family, host, port):
        if not ip_address(found).is_loopback:
            return found
    return LOOPBACK[family]


def _candidates(family: socket.AddressFamily, host: str, port: int) -> Iterator[str]:
    yield from _towards(family, host, port)
    yield from _towards(family, _ANYWHERE[family], port)
    yield from _of_interfaces() if family is socket.AF_INET else _of_interfaces_6()


def _towards(family: socket.AddressFamily, host: str, port: int) -> Iterator[str]:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as towards:  # nothing is sent
            towards.connect((host, port))
            yield str(towards.getsockname()[0])
    except OSError:  # a name that is not known yet, or no route
        return


def _of_interfaces() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:_LONGEST_NAME])
            try:
                answer = fcntl.ioctl(asked.fileno(), _GET_ADDRESS, request)
            except OSError:  # it has none
                continue
            yield socket.inet_ntoa(answer[20:24])


def _of_interfaces_6() -> Iterator[str]:
    try:
        lines = Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for address, _, _, scope, *_ in map(str.split, lines):
        if scope == _GLOBAL:
            yield socket.inet_ntop(socket.AF_INET6, bytes.fromhex(address))
