"""The servers that a snapshot asks for, worked out without the renderer and the planner."""

import ipaddress
from collections.abc import Iterator

from aqueduct.model.servers import server_name
from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, CHECK_NONE, Backend, Member
from tests.integration.equal.told import Servers


def wanted(snapshot: Snapshot) -> Servers:
    """Return the servers of members, and as far as fields of the resources tell, how they are to be."""
    return {
        (key, server_name(key, member)): dict(_told(backend, member))
        for key, backend in snapshot.served.items()
        for member in backend.members
    }


def of_members(snapshot: Snapshot, servers: Servers) -> Servers:
    """Return those of `servers` that are not those of raw lines."""
    return {
        (backend, name): server
        for (backend, name), server in servers.items()
        if backend not in snapshot.backends or name.startswith(f"{backend}_")
    }


def _told(backend: Backend, member: Member) -> Iterator[tuple[str, str]]:
    yield "maint", _yes(member.admin_state == ADMIN_STATE_MAINT)
    yield "drain", _yes(member.admin_state == ADMIN_STATE_DRAIN)
    yield "disabled", "no"
    yield "srv_port", str(member.port)
    yield from _address(member)
    defaults = [native for native in backend.natives if native.startswith("default-server")]
    if not any("weight" in line for line in defaults) or _weight(member) is not None:
        weight = _weight(member)
        yield "srv_uweight", str(1 if weight is None else weight)
    yield "checked", _yes(backend.check != CHECK_NONE)
    yield "check enabled", _yes(backend.check != CHECK_NONE)


def _address(member: Member) -> Iterator[tuple[str, str]]:
    if member.host == "localhost":
        yield "srv_fqdn", "localhost"
    elif member.port:
        yield "srv_addr", str(ipaddress.ip_address(member.host))


def _weight(member: Member) -> int | None:
    if member.HasField("admin_weight"):
        return member.admin_weight
    return member.weight if member.HasField("weight") else None


def _yes(value: bool) -> str:
    return "yes" if value else "no"
