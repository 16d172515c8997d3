"""How a switch of members goes on, by what HAProxy tells of checks and sessions. See transitions.py.

Invariants:
- The gate opens once enough of the new members are proven, all at once: those that were leaving drain. At
  the deadline a switch that has somewhere to go back to fails; another opens.
- Behind an open gate each member goes its own way, and the switch is over when all have arrived: with
  all checks passed and all sessions over, that takes two steps.
"""

from collections.abc import Collection
from dataclasses import dataclass

from aqueduct.model.members import has_to_prove, is_settled, member_name, to_prove
from aqueduct.model.moving import drain
from aqueduct.model.times import seconds
from aqueduct.model.transitions import phase_of
from aqueduct.v1.backend_pb2 import (
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_LEAVING,
    MEMBER_PHASE_SERVING,
    Member,
    Membership,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What HAProxy tells of a backend's servers, by the names of their endpoints."""

    proven: Collection[str] = frozenset()
    """Members that have passed their check."""
    idle: Collection[str] = frozenset()
    """Members without a session."""


def needed(membership: Membership) -> int:
    """Return how many new members have to be proven for the gate to open; 0 where it is open.

    Those that discovery took away meanwhile do not count; but where none is left, one would be needed.
    """
    wanted = membership.transition.min_healthy
    return max(1, min(wanted, len(to_prove(membership)))) if wanted else 0


def is_failed(membership: Membership, seen: Seen, now: float) -> bool:
    """Tell whether a switch has to go back: its time is over, and too few of the new members are up."""
    return membership.HasField("previous") and _is_late(membership, now) and not _opens(membership, seen)


def advanced(membership: Membership, seen: Seen, now: float) -> Membership:
    """Return the membership as it has to be, after what was `seen`; an equal one where nothing is to change.

    A switch that `is_failed` is not for this function.
    """
    late = _is_late(membership, now)
    step = _Step(seen, now, now + seconds(membership.transition.drain_timeout), late)
    is_open = late or _opens(membership, seen)
    made = Membership(key=membership.key, revision=membership.revision)
    for member in membership.members:
        kept = _advanced(member, step, is_open=is_open)
        if kept is not None:
            made.members.append(kept)
    if all(map(is_settled, made.members)):
        return made
    made.transition.CopyFrom(membership.transition)
    made.transition.phase = phase_of(made.members, gated=not is_open)
    if is_open:
        made.transition.min_healthy = 0
    elif membership.HasField("previous"):
        made.previous.CopyFrom(membership.previous)
    return made


@dataclass(frozen=True, slots=True)
class _Step:
    seen: Seen
    now: float
    leave_time: float
    """Of those that begin to drain."""
    is_late: bool


def _is_late(membership: Membership, now: float) -> bool:
    return now >= seconds(membership.transition.deadline)


def _opens(membership: Membership, seen: Seen) -> bool:
    """Tell whether enough of the new members are proven."""
    return sum(member_name(member) in seen.proven for member in to_prove(membership)) >= needed(membership)


def _advanced(member: Member, step: _Step, *, is_open: bool) -> Member | None:
    """Return what becomes of one member, None where it is gone."""
    name = member_name(member)
    if member.phase == MEMBER_PHASE_DRAINING:
        is_over = name in step.seen.idle or step.now >= seconds(member.leave_time)
        return None if is_over else member
    kept = Member()
    kept.CopyFrom(member)
    if member.phase == MEMBER_PHASE_LEAVING and is_open:
        drain(kept, step.leave_time)
    elif has_to_prove(member) and is_open and (name in step.seen.proven or step.is_late):
        # Whose check did not pass in time is left to HAProxy: down, until it does.
        kept.phase = MEMBER_PHASE_SERVING
    return kept
