"""What becomes of one member of a backend, as it comes, goes, or comes back. See transitions.py.

Members that are given are never changed, but for `drain`.
"""

from dataclasses import dataclass

from aqueduct.model.members import clear_output, has_to_prove, serves
from aqueduct.model.policies import Policy
from aqueduct.model.times import timestamp
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    CHECK_NONE,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_LEAVING,
    MEMBER_PHASE_RENEWED,
    MEMBER_PHASE_SERVING,
    Backend,
    Member,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How and when a switch is made."""

    policy: Policy
    now: float
    """Seconds since 1970-01-01 UTC."""


def arrived(wanted: Member, present: Member | None, backend: Backend) -> Member:
    """Return a member that is to serve, as it comes in beside one that may be `present` at its address."""
    member = Member()
    member.CopyFrom(wanted)
    clear_output(member)
    if backend.type == BACKEND_TYPE_DYNAMIC:
        member.version = wanted.version or backend.version
    checked = backend.check != CHECK_NONE
    if present is None or present.phase == MEMBER_PHASE_DRAINING:
        member.phase = MEMBER_PHASE_INCOMING if checked else MEMBER_PHASE_SERVING
        return member
    _take_admin(member, present)
    if has_to_prove(present) and checked:
        member.phase = present.phase
    elif checked and present.version != member.version:
        member.phase = MEMBER_PHASE_RENEWED
    else:
        member.phase = MEMBER_PHASE_SERVING
    return member


def returned(wanted: Member, present: Member | None, backend: Backend) -> Member:
    """Return a member that a switch that failed goes back to: it serves if it did so far."""
    member = arrived(wanted, present, backend)
    if present is not None and serves(present):
        member.phase = MEMBER_PHASE_SERVING
    return member


def as_before(present: Member, backend: Backend) -> Member:
    """Return a member of discovery that served before a switch to another version, which failed."""
    member = Member()
    member.CopyFrom(present)
    if member.phase == MEMBER_PHASE_RENEWED:
        member.version = backend.version
    member.phase = MEMBER_PHASE_SERVING
    return member


def _take_admin(member: Member, present: Member) -> None:
    member.admin_state = present.admin_state
    if present.HasField("admin_weight"):
        member.admin_weight = present.admin_weight


def departed(present: Member, terms: Terms, *, gated: bool) -> Member:
    """Return a member that is to go: it serves on behind a closed gate, if it did so far."""
    member = Member()
    member.CopyFrom(present)
    if gated and serves(present):
        member.phase = MEMBER_PHASE_LEAVING
    elif present.phase != MEMBER_PHASE_DRAINING:
        drain(member, terms.now + terms.policy.drain_timeout)
    return member


def drain(member: Member, leave_time: float) -> None:
    """Have a member, in place, take nothing new, and leave at that time at the latest."""
    member.phase = MEMBER_PHASE_DRAINING
    member.leave_time.CopyFrom(timestamp(leave_time))
