"""Whose statistics a line is: keys and members, for the names that HAProxy knows.

Names depend on nothing but the line's own, and order as GetStats does: frontends, backends, members, each by
key and by name.
"""

from typing import Final, NamedTuple

from aqueduct.model.fields import RESERVED_PREFIX, RESERVED_SUFFIX
from aqueduct.model.servers import address_named
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.v1.stats_pb2 import (
    STATS_KIND_BACKEND,
    STATS_KIND_FRONTEND,
    STATS_KIND_MEMBER,
    StatsKind,
    StatsName,
)

_KINDS: Final = {
    LineKind.FRONTEND: STATS_KIND_FRONTEND,
    LineKind.BACKEND: STATS_KIND_BACKEND,
    LineKind.SERVER: STATS_KIND_MEMBER,
}


class Name(NamedTuple):
    """Names what statistics are of."""

    kind: StatsKind
    key: str
    member: str = ""
    """Its address, as SetMemberState takes it; the server's own name where a native line made it."""

    @property
    def is_native(self) -> bool:
        """Whether it is a server of a native line, of which Aqueduct knows no more."""
        return not {":", "@"} & {*self.member}

    def message(self) -> StatsName:
        """Return it as the API tells it."""
        return StatsName(kind=self.kind, key=self.key, member=self.member)


def name_of(line: LineName) -> Name:
    """Return whose line it is, should there be a resource of that key."""
    return Name(_KINDS[line.kind], key_of(line), _member(line.proxy, line.server))


def key_of(line: LineName) -> str:
    """Return the key of the frontend or the backend that a line belongs to."""
    return line.proxy.removesuffix(RESERVED_SUFFIX) if line.kind is LineKind.FRONTEND else line.proxy


def is_ours(line: LineName, snapshot: Snapshot) -> bool:
    """Tell whether a line is of a resource: not of what stands in for one, nor of Aqueduct's own."""
    if line.kind is LineKind.FRONTEND:
        return key_of(line) in snapshot.frontends
    return line.proxy in snapshot.served and not line.server.startswith(RESERVED_PREFIX)


def proxies_of(keys: frozenset[str]) -> frozenset[str]:
    """Return the names under which HAProxy may have frontends and backends of `keys`."""
    return keys | {f"{key}{RESERVED_SUFFIX}" for key in keys}


def _member(key: str, server: str) -> str:
    """Return a member's address for the name of its server, `KEY_HOST:PORT` (model/servers.py)."""
    endpoint = server.removeprefix(f"{key}_")
    return address_named(endpoint) if ":" in endpoint else server
