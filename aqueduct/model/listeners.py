"""Who listens where: the sockets that frontends ask for, and an index that finds those in common."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from aqueduct.model.bind import Address, Bind, Family, hosts_of, overlap, parse_bind
from aqueduct.model.words import first_word, quote, split
from aqueduct.v1.frontend_pb2 import Frontend

_SCOPES = ("interface", "namespace")
"""Parameters by which one address stands for several sockets."""


@dataclass(frozen=True, slots=True)
class Socket:
    """An address, and the network interface or namespace that it is limited to."""

    address: Address
    scope: tuple[str, ...] = ()


def sockets(frontend: Frontend) -> Iterator[Socket]:
    """Iterate over the sockets that `frontend` listens on, those of raw `bind` lines too."""
    yield from bind_sockets(frontend)
    for native in frontend.natives:
        if first_word(native) == "bind":
            yield from _native_sockets(native)


def bind_sockets(frontend: Frontend) -> Iterator[Socket]:
    """Iterate over the sockets that the field `bind` of `frontend` says."""
    return _sockets(parse_bind(frontend.bind))


def native_bind(native: str) -> Bind:
    """Take a raw `bind` line apart; ValueError says what is wrong with it."""
    return parse_bind(" ".join(map(quote, split(native)[1:])))


class Listeners:
    """Sockets and their holders. Finding is O(1) for single ports where there are no port ranges."""

    def __init__(self) -> None:
        self._single: dict[tuple[Family, str, tuple[str, ...], int], str] = {}
        self._ranges: defaultdict[tuple[Family, str, tuple[str, ...]], list[tuple[Address, str]]] = (
            defaultdict(list)
        )

    def add(self, socket: Socket, holder: str) -> None:
        """Note that `holder` has `socket`; who had it before keeps it."""
        address = socket.address
        for host in hosts_of(address):
            place = (*host, socket.scope)
            if address.first_port == address.last_port:
                self._single.setdefault((*place, address.first_port), holder)
            else:
                self._ranges[place].append((address, holder))

    def holder(self, socket: Socket) -> str | None:
        """Return who has `socket`, or a part of its range of ports; None where nobody has."""
        places = ((*host, socket.scope) for host in hosts_of(socket.address))
        found = (self._holder(place, socket.address) for place in places)
        return next((holder for holder in found if holder is not None), None)

    def _holder(self, place: tuple[Family, str, tuple[str, ...]], address: Address) -> str | None:
        for port in range(address.first_port, address.last_port + 1):
            if (*place, port) in self._single:
                return self._single[*place, port]
        held = self._ranges.get(place, ())
        return next((holder for other, holder in held if overlap(address, other)), None)


def _sockets(bind: Bind) -> Iterator[Socket]:
    scope = tuple(
        f"{word} {value}"
        for word, value in zip(bind.words[1:], bind.words[2:], strict=False)
        if word in _SCOPES
    )
    for address in bind.addresses:
        yield Socket(address, scope)


def _native_sockets(native: str) -> Iterator[Socket]:
    try:
        yield from _sockets(native_bind(native))
    except ValueError:
        return  # a bind line that only HAProxy can judge
