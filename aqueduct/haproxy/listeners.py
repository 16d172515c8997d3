"""Who listens on a TCP port: Linux's tables of sockets (proc(5), /proc/net/tcp), and whose they are."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

IPAddress = IPv4Address | IPv6Address

_LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket; `inode` is its identity among all sockets."""

    host: IPAddress
    port: int
    inode: int


def overlapping(host: IPAddress, port: int) -> Iterator[Listener]:
    """Iterate over the listeners on `port` whose addresses have some in common with `host`.

    `::` is taken to listen for IPv4 as well: the tables do not tell.
    """
    for listener in _listeners():
        if listener.port == port and _overlap(host, listener.host):
            yield listener


def _overlap(one: IPAddress, other: IPAddress) -> bool:
    if one.version == other.version:
        return one == other or one.is_unspecified or other.is_unspecified
    return (one if one.version == 6 else other).is_unspecified  # noqa: PLR2004 - IPv6


def _listeners() -> Iterator[Listener]:
    for table in ("tcp", "tcp6"):
        with suppress(FileNotFoundError), Path(f"/proc/net/{table}").open() as rows:
            next(rows)
            for row in rows:
                _, local, _, state, *rest = row.split()
                if state != _LISTEN:
                    break  # listening sockets come first, and there may be many others
                host, port = local.split(":")
                yield Listener(_host(host), int(port, 16), int(rest[5]))


def _host(text: str) -> IPAddress:
    """Read an address of the table: 32 bit words in hexadecimal, in the order of this machine."""
    words = (text[start : start + 8] for start in range(0, len(text), 8))
    address = ip_address(b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words))
    return getattr(address, "ipv4_mapped", None) or address


def sockets_of(processes: Iterable[int]) -> set[int]:
    """Return the inodes of all sockets that `processes` have open."""
    found: set[int] = set()
    for pid in processes:
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(FileNotFoundError):
                    target = str(descriptor.readlink())
                    if target.startswith("socket:["):
                        found.add(int(target[8:-1]))
    return found
