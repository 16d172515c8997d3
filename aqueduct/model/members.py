"""Members as HAProxy is to have them: who serves for a backend, and in which state.

A backend's own members all serve, unless a Membership says more: then it has all that HAProxy has,
with their phases and what operators set. Invariant: a Membership is stored only where it says more
than its backend does (`is_plain`), or where discovery fills it.
"""

from collections.abc import Sequence
from typing import Any

from aqueduct.model.server_states import ServerState
from aqueduct.model.servers import endpoint, server_name
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    BACKEND_TYPE_DYNAMIC,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_LEAVING,
    MEMBER_PHASE_RENEWED,
    MEMBER_PHASE_SERVING,
    MEMBER_PHASE_UNSPECIFIED,
    Backend,
    Member,
    Membership,
)

_ABOUT_MEMBERS = frozenset(
    {"members", "name", "version", "discovery", "switch_policy", "transition", "revision"}
)
_TO_PROVE = (MEMBER_PHASE_INCOMING, MEMBER_PHASE_RENEWED)
_TO_GO = (MEMBER_PHASE_LEAVING, MEMBER_PHASE_DRAINING)


def member_name(member: Member) -> str:
    """Return what tells a member from the others of its backend: its address, as SetMemberState takes it."""
    return endpoint(member.host, member.port).address


def is_wanted(member: Member) -> bool:
    """Tell whether a member is one of those that are to serve, not of those that are to go."""
    return member.phase not in _TO_GO


def is_settled(member: Member) -> bool:
    """Tell whether a member serves, and nothing is to become of it."""
    return member.phase in (MEMBER_PHASE_UNSPECIFIED, MEMBER_PHASE_SERVING)


def has_to_prove(member: Member) -> bool:
    """Tell whether a member has to pass its check."""
    return member.phase in _TO_PROVE


def is_unproven(member: Member) -> bool:
    """Tell whether a member is new, and down until it has passed its check."""
    return member.phase == MEMBER_PHASE_INCOMING


def serves(member: Member) -> bool:
    """Tell whether a member takes what is new, as far as its check and its admin state let it."""
    return member.phase not in (MEMBER_PHASE_INCOMING, MEMBER_PHASE_DRAINING)


def to_prove(membership: Membership) -> list[Member]:
    """Return the members that have to pass their check."""
    return list(filter(has_to_prove, membership.members))


def draining(membership: Membership) -> list[Member]:
    """Return the members that finish their sessions."""
    return [member for member in membership.members if member.phase == MEMBER_PHASE_DRAINING]


def server_state(member: Member) -> ServerState:
    """Return the state that a member's server is to have."""
    if member.admin_state == ADMIN_STATE_MAINT:
        return ServerState.MAINT
    if member.admin_state == ADMIN_STATE_DRAIN or member.phase == MEMBER_PHASE_DRAINING:
        return ServerState.DRAIN
    return ServerState.UNPROVEN if member.phase == MEMBER_PHASE_INCOMING else ServerState.READY


def server_states(backend: Backend) -> dict[str, ServerState]:
    """Return the states of the servers of a backend as served, those that are READY left out."""
    return {
        server_name(backend.key, member): state
        for member in backend.members
        if (member.phase or member.admin_state) and (state := server_state(member)) is not ServerState.READY
    }


def server_weight(member: Member) -> int | None:
    """Return the weight of a member's server; None where it has HAProxy's default."""
    if member.HasField("admin_weight"):
        return member.admin_weight
    return member.weight if member.HasField("weight") else None


def served(backend: Backend, membership: Membership | None) -> Backend:
    """Return the backend as HAProxy is to have it: with all members that it is to have."""
    if membership is None:
        return backend
    copy = Backend()
    copy.CopyFrom(backend)
    del copy.members[:]
    copy.members.extend(membership.members)
    return copy


def members_of(backend: Backend, membership: Membership | None) -> Sequence[Member]:
    """Return all members, each with its phase and its admin state told."""
    return [_told(member) for member in (membership or backend).members]


def presented(backend: Backend, membership: Membership | None) -> Backend:
    """Return the backend as callers see it: those members that are to serve, and the switch under way.

    Members tell phase and admin state only where they are not those of a member that simply serves.
    """
    if membership is None:
        return backend
    copy = Backend()
    copy.CopyFrom(backend)
    if membership.HasField("transition"):
        copy.transition.CopyFrom(membership.transition)
    if backend.type == BACKEND_TYPE_DYNAMIC:
        wanted = [member for member in membership.members if is_wanted(member)]
    else:
        noted = {server_name(backend.key, member): member for member in membership.members}
        wanted = [noted.get(server_name(backend.key, member), member) for member in backend.members]
    del copy.members[:]
    copy.members.extend(wanted)
    for member in filter(is_settled, copy.members):
        member.ClearField("phase")
    return copy


def wanted(membership: Membership) -> Membership:
    """Return `membership` with those members alone that are to serve."""
    copy = Membership()
    copy.CopyFrom(membership)
    del copy.members[:]
    copy.members.extend(filter(is_wanted, membership.members))
    return copy


def is_plain(membership: Membership, backend: Backend) -> bool:
    """Tell whether `membership` says no more than that the backend's own members serve."""
    return (
        backend.type != BACKEND_TYPE_DYNAMIC
        and not membership.HasField("transition")
        and all(
            is_settled(member) and not member.admin_state and not member.HasField("admin_weight")
            for member in membership.members
        )
    )


def only_members_differ(old: Backend, new: Backend) -> bool:
    """Tell whether two backends differ at most in who their members are, and how these are switched."""
    return _without_members(old) == _without_members(new)


def clear_output(member: Member) -> None:
    """Clear, in place, what a write of a member does not say."""
    for field in ("admin_state", "admin_weight", "phase", "leave_time"):
        member.ClearField(field)


def _without_members(backend: Backend) -> dict[str, Any]:
    return {field.name: value for field, value in backend.ListFields() if field.name not in _ABOUT_MEMBERS}


def _told(member: Member) -> Member:
    copy = Member()
    copy.CopyFrom(member)
    copy.phase = member.phase or MEMBER_PHASE_SERVING
    copy.admin_state = member.admin_state or ADMIN_STATE_READY
    return copy
