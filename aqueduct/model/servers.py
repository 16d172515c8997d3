"""The servers of a backend: how HAProxy names and addresses a member.

Invariants: within a backend, members at different addresses have different names, and the name
depends on nothing but the address; a name holds only characters that HAProxy takes in one
(no `/`, no `[`), and is one word without quotes.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from aqueduct.model.bind import Family
from aqueduct.model.hosts import LAST_PORT, abstract_name, check_name, parse_ip, socket_path
from aqueduct.v1.backend_pb2 import Member

_UNSAFE = re.compile(rb"[^A-Za-z0-9.-]")
_ESCAPED = re.compile(rb"_([0-9A-F]{2})")
_RING = 2**20
"""So many ids HAProxy's consistent hashes tell apart (src/lb_chash.c: an id times 4096, in 32 bits)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a member listens. `name` is the member's own part of the server's name."""

    family: Family
    name: str
    address: str
    """As HAProxy's server line takes it, unquoted: `[::1]:80`, `unix@/run/a.sock`."""


@lru_cache(maxsize=65_536)
def endpoint(host: str, port: int) -> Endpoint:
    """Return the endpoint that a member's `host` and `port` name; ValueError says what is wrong."""
    family, text = _split_family(host)
    if family in (Family.UNIX, Family.ABSTRACT):
        prefix = family.value
        return Endpoint(family, f"{prefix}::{_escaped(text)}", f"{prefix}@{text}")
    if family is Family.IPV6:
        return Endpoint(family, f"{text}:{port}", f"[{text}]:{port}")
    return Endpoint(family, f"{text}:{port}", f"{text}:{port}")


def endpoint_of(address: str) -> Endpoint:
    """Return the endpoint that an address such as `10.0.0.1:80`, `[::1]:80` or `unix@/run/a.sock` names.

    ValueError says what is wrong.
    """
    if address.startswith(("/", "unix@", "abns@")):
        return endpoint(address, 0)
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError("must be the address of a member: 10.0.0.1:8080, [::1]:8080 or unix@/run/app.sock")
    check_port(host, int(port))
    return endpoint(host, int(port))


def check_port(host: str, port: int) -> None:
    """Raise ValueError where `port` does not fit a `host` that is right."""
    if endpoint(host, port).family in (Family.UNIX, Family.ABSTRACT):
        if port:
            raise ValueError("must be 0 or absent for a socket")
    elif not 1 <= port <= LAST_PORT:
        raise ValueError(f"{port} is no port: it must be a number from 1 to {LAST_PORT}")


def server_name(key: str, member: Member) -> str:
    """Return the name of a member's server in backend `key`: `KEY_HOST:PORT`."""
    return f"{key}_{endpoint(member.host, member.port).name}"


def server_of(key: str, address: str) -> str:
    """Return the name of the server of the member at `address` in backend `key`."""
    return f"{key}_{endpoint_of(address).name}"


def address_named(name: str) -> str:
    """Return the address of the endpoint that is called `name`; the name itself where none is called so."""
    host, _, last = name.rpartition(":")
    if host in ("unix:", "abns:"):
        text = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), last.encode())
        return f"{host[:-1]}@{text.decode(errors='replace')}"
    return f"[{host}]:{last}" if ":" in host else name


def is_native(key: str, server: str) -> bool:
    """Tell whether a name is none that a member's server has in backend `key`: a native line made it."""
    return not (server.startswith(f"{key}_") and ":" in server)


def server_ids(key: str, members: Iterable[Member]) -> dict[str, int]:
    """Return ids for the servers of backend `key`, by their names, each once.

    They follow from the addresses, for consistent hashes: HAProxy's own ids follow the order of the lines, so
    that a reload would send nearly all clients to other servers than before.
    """
    names = {server_name(key, member): endpoint(member.host, member.port).name for member in members}
    taken: dict[int, str] = {}
    for name in sorted(names):
        number = _digest(names[name])
        while number in taken:
            number = (number + 1) % _RING or 1
        taken[number] = name
    return {name: number for number, name in taken.items()}


def server_address(member: Member) -> str:
    """Return the address of a member's server, as a word that still has to be quoted."""
    return endpoint(member.host, member.port).address


def is_name(member: Member) -> bool:
    """Tell whether the member's host is a name, which HAProxy has to resolve."""
    return endpoint(member.host, member.port).family is Family.NAME


@lru_cache(maxsize=65_536)
def _digest(name: str) -> int:
    """Return an id from 1 to 2^20 - 1."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") % (_RING - 1) + 1


def _split_family(host: str) -> tuple[Family, str]:
    if host.startswith("abns@"):
        return Family.ABSTRACT, abstract_name(host.removeprefix("abns@"))
    if host.startswith(("/", "unix@")):
        return Family.UNIX, socket_path(host.removeprefix("unix@"))
    ip = parse_ip(host)
    if ip is None:
        check_name(host)
        return Family.NAME, host
    return (Family.IPV4 if ip.version == 4 else Family.IPV6), str(ip)  # noqa: PLR2004 - IP's own numbers


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda byte: b"_%02X" % byte[0][0], text.encode()).decode()
