"""Switches of members as data: who comes and who goes. Waiting for them is the service's.

    absent --asked for--> INCOMING --its check has passed--> SERVING --asked for no more--> LEAVING
                             ^                                  ^                              |
                             |              RENEWED --passed----+                   enough new ones are proven
                        asked for again     (another version at its address)                   |
                             |                                                                 v
                             +---------------------------------------------------------- DRAINING --> gone
                                                             once its sessions are over, or at leave_time

A switch has a gate where members that serve are to go, and others have to be proven: who goes is LEAVING,
and serves, until the gate opens (advancing.py). Without a gate, who goes drains at once, and who comes
serves as it is proven.

Invariants:
- Until the gate opens, whoever served before serves, and a failure leads back to just these.
- A member that drains is a member no more: asked for again, it comes in like a new one.
- A switch that begins while another is under way takes its place, and goes back to where that one would.
"""

from collections.abc import Iterable, Sequence

from aqueduct.model.members import (
    has_to_prove,
    is_settled,
    is_wanted,
    member_name,
    serves,
)
from aqueduct.model.moving import Terms, arrived, as_before, departed, returned
from aqueduct.model.policies import Policy
from aqueduct.model.times import duration, seconds, timestamp
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_LEAVING,
    MEMBER_PHASE_RENEWED,
    MEMBER_PHASE_SERVING,
    TRANSITION_PHASE_DRAINING,
    TRANSITION_PHASE_PROVING,
    Backend,
    Member,
    Membership,
    Transition,
    TransitionPhase,
)


def switched(
    old: Backend, new: Backend, membership: Membership | None, target: Sequence[Member], terms: Terms
) -> Membership:
    """Return the membership by which `new`, put in place of `old`, gets the members `target`.

    It is that of `old`, the very object, where nothing is to change. A switch that is under way to the same
    members goes on, unless its gate is asked to open by a `min_healthy` of 0.
    """
    current = _current(old, membership)
    coming = _coming(new, current, target)
    if membership is not None and _are_wanted(coming, current) and not _forces(terms.policy, membership):
        return _with_wanted(membership, coming)
    going = _going(current, coming)
    needed = _needed(coming, going, terms.policy)
    made = Membership(
        key=new.key, members=[*coming, *(departed(each, terms, gated=needed > 0) for each in going)]
    )
    under_way = membership if membership is not None and membership.HasField("previous") else None
    left = under_way.transition.from_version if under_way is not None else old.version
    versions = (left if left != new.version else old.version), new.version
    _begin(made, versions, needed, terms)
    if needed:
        made.previous.CopyFrom(old if under_way is None else _before(old, under_way))
    return made


def followed(
    backend: Backend, membership: Membership | None, target: Sequence[Member], terms: Terms
) -> Membership:
    """Return the membership after discovery told that the members are `target`.

    It is the very object where nothing is to change. Who is gone takes nothing new at once; only where nobody
    else would serve, once the first of the new ones is proven. A switch that is under way goes on.
    """
    current = _current(backend, membership)
    coming = _coming(backend, current, target)
    if membership is not None and _are_wanted(coming, current):
        return _with_wanted(membership, coming)
    going = _going(current, coming)
    if membership is not None and membership.HasField("previous"):
        made = _copy(membership)
        _set_members(made, [*coming, *_departed_amid(coming, going, terms)])
        return made
    needed = _needed(coming, going, Policy(min_healthy=1)) if not any(map(serves, coming)) else 0
    made = Membership(
        key=backend.key, members=[*coming, *(departed(each, terms, gated=needed > 0) for each in going)]
    )
    _begin(made, (backend.version, backend.version), needed, terms)
    if membership is not None and membership.HasField("transition") and made.HasField("transition"):
        _go_on(made.transition, membership.transition)
    return made


def aborted(backend: Backend, membership: Membership, now: float) -> tuple[Backend, Membership]:
    """Return the backend and the membership that a switch that failed goes back to.

    Who served before serves; what was to come in takes nothing new, and may finish its sessions.
    """
    restored = _before(backend, membership)
    present = {member_name(member): member for member in membership.members}
    if restored.type == BACKEND_TYPE_DYNAMIC:
        back = [as_before(member, restored) for member in membership.members if serves(member)]
    else:
        back = [returned(member, present.get(member_name(member)), restored) for member in restored.members]
    terms = Terms(Policy(drain_timeout=seconds(membership.transition.drain_timeout)), now)
    going = [departed(each, terms, gated=False) for each in _going(membership.members, back)]
    made = Membership(key=backend.key, members=[*back, *going])
    _begin(made, (backend.version, restored.version), 0, terms)
    return restored, made


def phase_of(members: Iterable[Member], *, gated: bool) -> TransitionPhase:
    """Return how far a switch of `members` is, whose gate is closed or not."""
    drains = not gated and any(member.phase == MEMBER_PHASE_DRAINING for member in members)
    return TRANSITION_PHASE_DRAINING if drains else TRANSITION_PHASE_PROVING


def _forces(policy: Policy, membership: Membership) -> bool:
    """Tell whether a gate that is closed is not to be waited for any more."""
    return policy.min_healthy == 0 < membership.transition.min_healthy


def _current(backend: Backend, membership: Membership | None) -> Sequence[Member]:
    return (membership or backend).members


def _coming(backend: Backend, current: Iterable[Member], target: Iterable[Member]) -> list[Member]:
    """Return the members that are to serve as they come in, each address once."""
    present = {member_name(member): member for member in current}
    wanted = {member_name(member): member for member in target}
    return [arrived(member, present.get(name), backend) for name, member in wanted.items()]


def _going(current: Iterable[Member], coming: Iterable[Member]) -> list[Member]:
    staying = set(map(member_name, coming))
    return [member for member in current if member_name(member) not in staying]


def _are_wanted(coming: Iterable[Member], current: Iterable[Member]) -> bool:
    """Tell whether the members that come are those that are to serve already, and as far."""

    def facts(members: Iterable[Member]) -> dict[str, tuple[int, str]]:
        return {member_name(each): (each.phase or MEMBER_PHASE_SERVING, each.version) for each in members}

    return facts(coming) == facts(filter(is_wanted, current))


def _with_wanted(membership: Membership, wanted: Sequence[Member]) -> Membership:
    """Return `membership` with what is said anew of those that are to serve; itself where nothing is."""
    made = _copy(membership)
    _set_members(made, [*wanted, *(member for member in membership.members if not is_wanted(member))])
    return membership if made == membership else made


def _set_members(membership: Membership, members: Iterable[Member]) -> None:
    del membership.members[:]
    membership.members.extend(members)


def _departed_amid(coming: Iterable[Member], going: Sequence[Member], terms: Terms) -> list[Member]:
    """Return the members that discovery does not tell of while a gate is closed: the old ones serve on."""
    old_ones = [each for each in going if each.phase in (MEMBER_PHASE_LEAVING, MEMBER_PHASE_RENEWED)]
    nobody_else = not old_ones and not any(map(serves, coming))
    return [departed(each, terms, gated=each in old_ones or nobody_else) for each in going]


def _needed(coming: Sequence[Member], going: Iterable[Member], policy: Policy) -> int:
    """Return how many of those that come have to be proven before those that go drain; 0 without a gate."""
    renewed = sum(member.phase == MEMBER_PHASE_RENEWED for member in coming)
    old_ones = sum(map(serves, going)) + renewed
    wanted = old_ones if policy.min_healthy is None else policy.min_healthy
    return min(wanted, sum(map(has_to_prove, coming))) if old_ones else 0


def _begin(made: Membership, versions: tuple[str, str], needed: int, terms: Terms) -> None:
    """Note the switch that `made` begins, if there is anything to wait for."""
    if all(map(is_settled, made.members)):
        return
    made.transition.CopyFrom(
        Transition(
            phase=phase_of(made.members, gated=needed > 0),
            from_version=versions[0],
            to_version=versions[1],
            start_time=timestamp(terms.now),
            deadline=timestamp(terms.now + terms.policy.switch_timeout),
            min_healthy=needed,
            drain_timeout=duration(terms.policy.drain_timeout),
        )
    )


def _go_on(transition: Transition, before: Transition) -> None:
    """Have a switch be the one that was under way, to which discovery told other members."""
    transition.revision = before.revision
    transition.from_version = before.from_version
    transition.start_time.CopyFrom(before.start_time)
    if transition.min_healthy and before.min_healthy:
        transition.deadline.CopyFrom(before.deadline)


def _before(backend: Backend, membership: Membership) -> Backend:
    """Return the backend that the switch under way goes back to where it fails."""
    previous = membership.previous
    restored = Backend()
    if backend.revision == membership.transition.revision or backend.type != previous.type:
        restored.CopyFrom(previous)
        return restored
    # Somebody has changed other fields since, and was told that they serve: those stand.
    restored.CopyFrom(backend)
    restored.name, restored.version, restored.discovery = previous.name, previous.version, previous.discovery
    del restored.members[:]
    restored.members.extend(previous.members)
    return restored


def _copy(membership: Membership) -> Membership:
    copy = Membership()
    copy.CopyFrom(membership)
    return copy
