"""Who is to serve: what follows from a change of a backend, or of discovery, for its membership.

The resource and its membership are committed together, so that no moment and no crash can come between
a switch and the members that it is about. See model/transitions.py for the rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aqueduct.errors import NotFound, Unmet
from aqueduct.model.members import is_plain, is_wanted, member_name, to_prove
from aqueduct.model.moving import Terms
from aqueduct.model.policies import Policy
from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.model.snapshot import Draft, Snapshot
from aqueduct.model.transitions import aborted, followed, switched
from aqueduct.ports.clock import Clock
from aqueduct.ports.store import Committed
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_READY,
    BACKEND_TYPE_DYNAMIC,
    AdminState,
    Backend,
    Member,
    Membership,
    SwitchPolicy,
    Transition,
)
from aqueduct.v1.config_pb2 import Change

Stored = Snapshot | Draft
Discovered = Callable[[Backend], Sequence[Member] | None]
"""Tells the members that discovery knows for a dynamic backend; None where it has not been told any yet."""


@dataclass(frozen=True, slots=True)
class Switching:
    """How a caller wants members to be switched, beside what its backend says."""

    policy: SwitchPolicy = field(default_factory=SwitchPolicy)
    allow_empty: bool = False


class Memberships:
    """Derives memberships. Pure but for the clock and what discovery knows."""

    def __init__(self, discovered: Discovered, clock: Clock) -> None:
        self._discovered = discovered
        self._clock = clock

    def derived(self, stored: Stored, changes: Sequence[Change], switching: Switching) -> list[Change]:
        """Return the changes of memberships that `changes`, made to what is `stored`, lead to.

        Unmet (`NO_MEMBERS`) for a switch of members that serve to none.
        """
        made = []
        for change in changes:
            match change.WhichOneof("change"):
                case "put_backend":
                    made += self._of_put(stored, change.put_backend, switching)
                case "delete_backend" if _membership(stored, change.delete_backend) is not None:
                    made.append(delete(Ref(Kind.MEMBERSHIP, change.delete_backend)))
        return made

    def follow(self, stored: Stored, key: str) -> list[Change]:
        """Return the change by which a dynamic backend gets the members that discovery knows."""
        backend = _backend(stored, key)
        found = self._discovered(backend) if backend is not None else None
        if backend is None or found is None:
            return []
        membership = _membership(stored, key)
        terms = Terms(Policy.of(backend.switch_policy), self._clock.time())
        made = followed(backend, membership, found, terms)
        return change_of(backend, membership, made)

    def undone(self, stored: Stored, membership: Membership) -> list[Change]:
        """Return the changes by which a switch that failed goes back, and the backend with it."""
        backend = _backend(stored, membership.key)
        if backend is None:
            return []
        restored, made = aborted(backend, membership, self._clock.time())
        found = self._discovered(restored) if restored.type == BACKEND_TYPE_DYNAMIC else None
        if found is not None:
            terms = Terms(Policy.of(restored.switch_policy), self._clock.time())
            made = followed(restored, made, found, terms)
        return [put(restored), *change_of(restored, membership, made)]

    def advanced(self, stored: Stored, before: Membership, after: Membership) -> list[Change]:
        """Return the change by which a switch goes on from `before` to `after`."""
        backend = _backend(stored, before.key)
        return change_of(backend, before, after) if backend is not None else []

    def set_admin(
        self, stored: Stored, key: str, name: str, change: Callable[[Member], None]
    ) -> list[Change]:
        """Return the change that has an operator's word on the member of that name noted by `change`.

        NotFound where there is no such backend or member.
        """
        backend = _backend(stored, key)
        if backend is None:
            raise NotFound(Kind.BACKEND, key)
        membership = _membership(stored, key)
        made = Membership()
        if membership is not None:
            made.CopyFrom(membership)
        else:
            made.key = key
            made.members.extend(backend.members)
        named = [member for member in made.members if member_name(member) == name]
        if not named:
            raise NotFound("member", name, backend=key)
        change(named[0])
        return change_of(backend, membership, made)

    def _of_put(self, stored: Stored, new: Backend, switching: Switching) -> list[Change]:
        old, membership = _backend(stored, new.key), _membership(stored, new.key)
        before = old if old is not None else Backend(key=new.key)
        target = self._target(before, new, membership)
        if not target and not switching.allow_empty and _loses_all(before, new, membership):
            raise Unmet(
                "NO_MEMBERS",
                f"backends/{new.key}",
                f"{new.name} {new.version} has no members: the present ones would go (see allow_empty)",
            )
        terms = Terms(Policy.of(switching.policy, new.switch_policy), self._clock.time())
        if new.type == before.type == BACKEND_TYPE_DYNAMIC and _service(new) == _service(before):
            made = followed(new, membership, target, terms)  # other fields changed: no switch to go back from
        else:
            made = switched(before, new, membership, target, terms)
        return change_of(new, membership, made)

    def _target(self, old: Backend, new: Backend, membership: Membership | None) -> Sequence[Member]:
        if new.type != BACKEND_TYPE_DYNAMIC:
            return new.members
        found = self._discovered(new)
        if found is not None:
            return found
        if membership is None or _service(old) != _service(new):
            return ()
        return [member for member in membership.members if is_wanted(member)]


def set_state(state: AdminState) -> Callable[[Member], None]:
    """Return what notes an admin state; READY is that nothing is said."""

    def change(member: Member) -> None:
        member.ClearField("admin_state")
        if state != ADMIN_STATE_READY:
            member.admin_state = state

    return change


def set_weight(weight: int | None) -> Callable[[Member], None]:
    """Return what notes an operator's weight, or that there is none."""

    def change(member: Member) -> None:
        member.ClearField("admin_weight")
        if weight is not None:
            member.admin_weight = weight

    return change


def began(committed: Committed) -> dict[str, Transition]:
    """Return the switches with something to prove that a commit began, by the keys of their backends."""
    put = [change.put_membership for change in committed.changes if change.HasField("put_membership")]
    return {
        membership.key: membership.transition
        for membership in put
        if membership.transition.revision == committed.revision and to_prove(membership)
    }


def _backend(stored: Stored, key: str) -> Backend | None:
    resource = stored.get(Ref(Kind.BACKEND, key))
    return resource if isinstance(resource, Backend) else None


def _membership(stored: Stored, key: str) -> Membership | None:
    resource = stored.get(Ref(Kind.MEMBERSHIP, key))
    return resource if isinstance(resource, Membership) else None


def _service(backend: Backend) -> tuple[str, str, str]:
    return backend.discovery, backend.name, backend.version


def _loses_all(old: Backend, new: Backend, membership: Membership | None) -> bool:
    """Tell whether a dynamic backend has members, and is put to another service."""
    has_members = membership is not None and any(is_wanted(member) for member in membership.members)
    return has_members and new.type == old.type == BACKEND_TYPE_DYNAMIC and _service(old) != _service(new)


def change_of(backend: Backend, before: Membership | None, after: Membership) -> list[Change]:
    """Return what has `after` stored in place of `before`; one that says nothing needs no record."""
    if is_plain(after, backend) or (backend.type == BACKEND_TYPE_DYNAMIC and not after.members):
        return [delete(Ref(Kind.MEMBERSHIP, backend.key))] if before is not None else []
    return [put(after)] if after is not before else []
