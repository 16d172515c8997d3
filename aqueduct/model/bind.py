"""HAProxy's bind line: comma separated addresses, then parameters for all of them.

(HAProxy configuration manual, section 4.2, "bind", and 11, "Address formats".)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv6Address

from aqueduct.model.hosts import abstract_name, check_name, parse_ip, parse_port, socket_path
from aqueduct.model.words import has_control, split


class Family(Enum):
    """What kind of socket an address names."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    NAME = "name"
    """A host name, which HAProxy resolves at start."""
    UNIX = "unix"
    ABSTRACT = "abns"
    OTHER = "other"
    """A form that only HAProxy can judge, such as `fd@3` or `quic4@:443`."""


@dataclass(frozen=True, slots=True)
class Address:
    """One listening address, in a form in which equal addresses are equal.

    `host` is an IP address in its shortest spelling without brackets (`0.0.0.0` and `::` where any
    is meant), a host name in lower case, the path or name of a socket, or for OTHER the text as
    given. An IPv4 address in IPv6 is the IPv4 address. Ports are 0 where there are none.
    """

    family: Family
    host: str
    first_port: int = 0
    last_port: int = 0

    def __str__(self) -> str:
        if self.family in (Family.UNIX, Family.ABSTRACT):
            return f"{self.family.value}@{self.host}"
        if not self.first_port:
            return self.host
        host = f"[{self.host}]" if self.family is Family.IPV6 else self.host
        last = f"-{self.last_port}" if self.last_port != self.first_port else ""
        return f"{host}:{self.first_port}{last}"


@dataclass(frozen=True, slots=True)
class Bind:
    """A bind line taken apart. `words` is what to render: addresses in one word, then parameters."""

    addresses: tuple[Address, ...]
    words: tuple[str, ...]


MOST_ADDRESSES = 64
MOST_PORTS = 1_000
"""Of all addresses of a line together: each is a socket of HAProxy's, and is tried before a reload."""

_STREAM = "stream+"
"""Says what bind lines mean anyway."""
_PREFIXED = re.compile(r"(?P<prefix>[a-z0-9+]+)@(?P<rest>.*)", re.DOTALL)
_OF_PREFIX = {
    "ip": None,
    "tcp": None,
    "ipv4": Family.IPV4,
    "tcp4": Family.IPV4,
    "ipv6": Family.IPV6,
    "tcp6": Family.IPV6,
}
"""The family that a prefix allows; None where it allows every IP address and name."""
_ANY = {Family.IPV4: "0.0.0.0", Family.IPV6: "::"}  # noqa: S104 - what `*` means

_LOCALHOST = "localhost"
_LOOPBACK = {Family.IPV4: "127.0.0.1", Family.IPV6: "::1"}


@lru_cache(maxsize=65_536)
def parse_bind(text: str) -> Bind:
    """Take a bind line apart; ValueError says what is wrong with it, for the caller's eyes.

    Only addresses are judged, parameters are HAProxy's business. A `$NAME` is no variable here.
    """
    words = split(text)
    if not words:
        raise ValueError("must begin with an address, such as *:80")
    if any(map(has_control, words)):
        raise ValueError("must not hold control characters, not even escaped ones")
    if "$" in words[0]:
        raise ValueError(
            "must not hold $ in an address: HAProxy would put an environment variable in its place"
        )
    texts = words[0].split(",")
    if len(texts) > MOST_ADDRESSES:
        raise ValueError(f"must hold at most {MOST_ADDRESSES} addresses: there are {len(texts)}")
    addresses = tuple(map(_address, texts))
    ports = sum(address.last_port - address.first_port + 1 for address in addresses)
    if ports > MOST_PORTS:
        raise ValueError(f"must hold at most {MOST_PORTS} ports in all: there are {ports}")
    return Bind(addresses, tuple(words))


def hosts_of(address: Address) -> tuple[tuple[Family, str], ...]:
    """Return the family and host of `address`; of `localhost` both that it may stand for."""
    if (address.family, address.host) == (Family.NAME, _LOCALHOST):
        return tuple(_LOOPBACK.items())
    return ((address.family, address.host),)


def overlap(one: Address, other: Address) -> bool:
    """Tell whether two addresses have a socket in common."""
    return (
        not set(hosts_of(one)).isdisjoint(hosts_of(other))
        and one.first_port <= other.last_port
        and other.first_port <= one.last_port
    )


def _address(word: str) -> Address:
    text = word.removeprefix(_STREAM)
    if not text:
        raise ValueError("an address is empty: commas must stand between addresses, without blanks around")
    if text.startswith("/"):
        return Address(Family.UNIX, socket_path(text))
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed is None:
        return _internet(text, None)
    prefix, rest = prefixed["prefix"], prefixed["rest"]
    if prefix in _SOCKETS:
        family, parse = _SOCKETS[prefix]
        return Address(family, parse(rest))
    if prefix not in _OF_PREFIX:
        return Address(Family.OTHER, text)
    return _internet(rest, _OF_PREFIX[prefix])


_SOCKETS: dict[str, tuple[Family, Callable[[str], str]]] = {
    "unix": (Family.UNIX, socket_path),
    "uxst": (Family.UNIX, socket_path),
    "abns": (Family.ABSTRACT, abstract_name),
}


def _internet(text: str, wanted: Family | None) -> Address:
    host, colon, ports = text.rpartition(":")
    if not colon:
        raise ValueError(f"{text!r} has no port: it must be an address and a port, such as *:80")
    family, host = _host(host, wanted)
    first, dash, last = ports.partition("-")
    first_port = parse_port(first)
    last_port = parse_port(last) if dash else first_port
    if last_port < first_port:
        raise ValueError(f"the port range {ports} must run from the lower to the higher port")
    return Address(family, host, first_port, last_port)


def _host(text: str, wanted: Family | None) -> tuple[Family, str]:
    if text in ("", "*"):
        family = wanted or Family.IPV4
        return family, _ANY[family]
    ip = parse_ip(text)
    if ip is None:
        check_name(text)
        name = text.lower().removesuffix(".")
        if name == _LOCALHOST and wanted is not None:
            return wanted, _LOOPBACK[wanted]
        return Family.NAME, name
    family = Family.IPV6 if ":" in str(ip) else Family.IPV4
    if wanted not in (None, family):
        raise ValueError(f"{text!r} does not fit its prefix: it must be an {wanted.value} address")
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return Family.IPV4, str(ip.ipv4_mapped)
    return family, str(ip)
