"""HAProxy's bind line: comma separated addresses, then parameters for all of them.

(HAProxy configuration manual, section 4.2, "bind", and 11, "Address formats".)
"""

from dataclasses import dataclass
from enum import Enum


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
    given. Ports are 0 where there are none.
    """

    family: Family
    host: str
    first_port: int = 0
    last_port: int = 0


@dataclass(frozen=True, slots=True)
class Bind:
    """A bind line taken apart. `words` is what to render: addresses in one word, then parameters."""

    addresses: tuple[Address, ...]
    words: tuple[str, ...]


def parse_bind(text: str) -> Bind:
    """Take a bind line apart; ValueError says what is wrong with it, for the caller's eyes."""
    raise NotImplementedError(text)
