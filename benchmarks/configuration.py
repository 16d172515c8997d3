"""What the benchmarks put into the store: fillers that nobody connects to, and what is measured."""

from collections.abc import Iterator, Sequence

from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, CHECK_NONE, Backend, Member
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend

SERVERS = 4
"""Servers of a filler."""
_BATCH = 500
_CALLERS_MEMBERS = 5_000
"""How many addresses a caller goes through before one comes again."""


def local(port: int) -> Member:
    """Return the member on loopback."""
    return Member(host="127.0.0.1", port=port)


def backend(key: str, members: Sequence[Member] = (), balance: str = "") -> Backend:
    """Return a backend without a check."""
    return Backend(key=key, type=BACKEND_TYPE_STATIC, check=CHECK_NONE, members=members, balance=balance)


def frontend(key: str, port: int, target: str) -> Frontend:
    """Return a frontend on loopback that leads to the backend `target`."""
    return Frontend(key=key, bind=f"127.0.0.1:{port}", backend=target)


def filler(number: int) -> Backend:
    """Return a backend whose servers are loaded like real ones, and never connected to."""
    address = f"127.{number // 250 % 250 + 1}.{number % 250}.1"
    return backend(f"filler-{number}", [Member(host=address, port=1 + n) for n in range(SERVERS)])


def fillers(size: int) -> Iterator[list[Change]]:
    """Return `size` fillers, in batches that fit a request."""
    for first in range(0, size, _BATCH):
        yield [Change(put_backend=filler(n)) for n in range(first, min(first + _BATCH, size))]


def callers_key(caller: int) -> str:
    """Return the key of the backend, or of the frontend, that one caller changes."""
    return f"caller-{caller}"


def callers_member(caller: int, number: int) -> Member:
    """Return the member `number` of a caller: each change brings another address, as containers do."""
    return Member(host=f"127.200.{caller}.1", port=1 + number % _CALLERS_MEMBERS)


def callers_backend(caller: int, change: int = -1) -> Backend:
    """Return a caller's backend after `change`: one member stays, even changes add another."""
    members = [Member(host=f"127.201.{caller}.1", port=1)]
    if change % 2 == 0:
        members.append(callers_member(caller, change // 2))
    return backend(callers_key(caller), members)


def callers_weight(caller: int, change: int) -> Backend:
    """Return a caller's backend after `change`, each of which gives its member another weight.

    Live, and nothing is left to do when it serves: nobody waits for what an earlier change has begun.
    """
    member = Member(host=f"127.201.{caller}.1", port=1, weight=change % 2 + 1)
    return backend(callers_key(caller), [member])


def callers_frontend(caller: int, port: int, change: int = -1) -> Frontend:
    """Return a caller's frontend after `change`, each of which leads it to another backend."""
    return frontend(callers_key(caller), port, filler(change % 2).key)
