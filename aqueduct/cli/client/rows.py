"""Resources and members as rows of tables."""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any, Final

from aqueduct.cli.client.outcomes import local
from aqueduct.model.documents import to_document
from aqueduct.model.members import member_name
from aqueduct.v1.backend_pb2 import Backend, Member
from aqueduct.v1.frontend_pb2 import Frontend

HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "frontends": ("KEY", "BIND", "MODE", "BACKEND", "RULES", "REVISION"),
    "backends": ("KEY", "TYPE", "MODE", "BALANCE", "SERVICE", "MEMBERS", "SWITCH", "REVISION"),
    "members": ("BACKEND", "MEMBER", "STATE", "WEIGHT", "PHASE", "VERSION", "CUT"),
}


@singledispatch
def row(resource: Any, key: str = "") -> tuple[str, ...]:
    """Return the cells below the HEADERS of its kind; `key` is that of a member's backend."""
    raise TypeError(f"{type(resource).__name__} {key} has no table")


@row.register
def _(frontend: Frontend, key: str = "") -> tuple[str, ...]:
    del key
    mode = to_document(frontend).get("mode", "")
    rules = str(len(frontend.rules) or "")
    return (frontend.key, frontend.bind, mode, frontend.backend, rules, str(frontend.revision))


@row.register
def _(backend: Backend, key: str = "") -> tuple[str, ...]:
    del key
    words = to_document(backend)
    return (
        backend.key,
        words.get("type", ""),
        words.get("mode", ""),
        backend.balance,
        f"{backend.name} {backend.version}".strip(),
        str(len(backend.members)),
        words.get("transition", {}).get("phase", ""),
        str(backend.revision),
    )


@row.register
def _(member: Member, key: str = "") -> tuple[str, ...]:
    words = to_document(member)
    own = str(member.weight if member.HasField("weight") else 1)
    set_to = f"{member.admin_weight} (its own: {own})" if member.HasField("admin_weight") else own
    return (
        key,
        member_name(member),
        words.get("adminState", "ready"),
        set_to,
        words.get("phase", "serving"),
        member.version,
        local(member.leave_time),
    )
