"""The configuration at one revision, and how changes lead from one to the next.

Invariants: a snapshot never changes; each resource in it carries the revision of its last change;
`revision` is that of the last change of all. Whoever holds two snapshots can tell what differs by
the identity of the messages, since a resource that did not change is the same object in both: so are
backends as `served`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from aqueduct.errors import Conflict, NotFound
from aqueduct.model import layered
from aqueduct.model.members import served, wanted
from aqueduct.model.resources import Kind, Ref, Resource, delete, put, ref_of, resource_of
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All resources at one revision, by key, in no particular order."""

    revision: int = 0
    frontends: Mapping[str, Frontend] = field(default_factory=dict)
    backends: Mapping[str, Backend] = field(default_factory=dict)
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    served: Mapping[str, Backend] = field(default_factory=dict, repr=False, compare=False)
    """The backends as HAProxy is to have them, with the members of their memberships; made of the others."""

    def __post_init__(self) -> None:
        if not self.served:
            made = {key: served(backend, self.memberships.get(key)) for key, backend in self.backends.items()}
            object.__setattr__(self, "served", made)

    def of_kind(self, kind: Kind) -> Mapping[str, Resource]:
        """Return all resources of `kind`."""
        match kind:
            case Kind.FRONTEND:
                return self.frontends
            case Kind.BACKEND:
                return self.backends
            case Kind.MEMBERSHIP:
                return self.memberships
            case never:
                assert_never(never)

    def get(self, ref: Ref) -> Resource | None:
        """Return the resource that `ref` names, None where there is none."""
        return self.of_kind(ref.kind).get(ref.key)

    def source(self, ref: Ref) -> Frontend | Backend | None:
        """Return what the sections of a frontend or a backend are rendered from, None where there is none."""
        return self.frontends.get(ref.key) if ref.kind is Kind.FRONTEND else self.served.get(ref.key)

    def revision_of(self, ref: Ref) -> int:
        """Return the revision of a resource's last change, 0 where it does not exist."""
        resource = self.get(ref)
        return resource.revision if resource is not None else 0

    def refs(self) -> Iterator[Ref]:
        """Iterate over the names of all resources, kind by kind, ordered by key."""
        for kind in Kind:
            for key in sorted(self.of_kind(kind)):
                yield Ref(kind, key)


class Draft:
    """A snapshot that changes are made to. They are kept beside it: what was not touched is not copied."""

    def __init__(self, base: Snapshot) -> None:
        self._base = base
        self._changed: dict[Kind, dict[str, Any]] = {kind: {} for kind in Kind}
        """Resources by key, None for those that are gone."""
        self.revision = base.revision

    def get(self, ref: Ref) -> Resource | None:
        """Return the resource that `ref` names, None where there is none."""
        changed = self._changed[ref.kind]
        found: Resource | None = changed[ref.key] if ref.key in changed else self._base.get(ref)
        return found

    def revision_of(self, ref: Ref) -> int:
        """Return the revision of a resource's last change, 0 where it does not exist."""
        resource = self.get(ref)
        return resource.revision if resource is not None else 0

    def add(self, changes: Iterable[Change], revision: int) -> None:
        """Make `changes` of `revision`. Resources put carry it.

        The draft's own revision never goes back, should `revision` be an earlier one.
        """
        for change in changes:
            ref, resource = ref_of(change), resource_of(change)
            self._changed[ref.kind][ref.key] = None if resource is None else _carrying(resource, revision)
        self.revision = max(revision, self.revision)

    def snapshot(self) -> Snapshot:
        """Return the snapshot as it is now."""
        changed = self._changed
        if any(changed.values()) or self.revision != self._base.revision:
            base = self._base
            backends = layered.changed(base.backends, changed[Kind.BACKEND])
            memberships = layered.changed(base.memberships, changed[Kind.MEMBERSHIP])
            keys = changed[Kind.BACKEND].keys() | changed[Kind.MEMBERSHIP].keys()
            self._base = Snapshot(
                self.revision,
                layered.changed(base.frontends, changed[Kind.FRONTEND]),
                backends,
                memberships,
                layered.changed(base.served, {key: _served(key, backends, memberships) for key in keys}),
            )
            # What was given out never changes: further changes are made beside it.
            self._changed = {kind: {} for kind in Kind}
        return self._base


def _served(
    key: str, backends: Mapping[str, Backend], memberships: Mapping[str, Membership]
) -> Backend | None:
    return served(backends[key], memberships.get(key)) if key in backends else None


def check_preconditions(snapshot: Snapshot | Draft, changes: Sequence[Change]) -> None:
    """Raise Conflict or NotFound where `changes` cannot be made to `snapshot`."""
    for change in changes:
        ref = ref_of(change)
        current = snapshot.revision_of(ref)
        if change.HasField("expected_revision") and change.expected_revision != current:
            raise Conflict(ref.kind, ref.key, change.expected_revision, current)
        if resource_of(change) is None and not current:
            raise NotFound(ref.kind, ref.key)


def effective(snapshot: Snapshot | Draft, changes: Sequence[Change]) -> list[Change]:
    """Return those of `changes` that change something: a put of what is there already does not."""
    return [change for change in changes if not _is_there(snapshot, change)]


def _is_there(snapshot: Snapshot | Draft, change: Change) -> bool:
    resource = resource_of(change)
    stored = snapshot.get(ref_of(change))
    return resource is not None and stored is not None and stamped(resource, stored.revision) == stored


def _carrying(resource: Resource, revision: int) -> Resource:
    """Return `resource` as it is where it carries `revision` already, else a copy that does."""
    return resource if resource.revision == revision else stamped(resource, revision)


def stamped(resource: Resource, revision: int) -> Resource:
    """Return a copy of `resource` that carries `revision`, as does the switch that it begins."""
    copy = type(resource)()
    copy.MergeFrom(resource)  # type: ignore[arg-type] # the copy is of the same type
    copy.revision = revision
    if isinstance(copy, Membership) and copy.HasField("transition") and not copy.transition.revision:
        copy.transition.revision = revision
    return copy


def after(snapshot: Snapshot, changes: Sequence[Change], revision: int) -> Snapshot:
    """Return the snapshot that `changes` of `revision` lead to. Resources put carry it.

    The snapshot's own revision never goes back, should `revision` be an earlier one.
    """
    draft = Draft(snapshot)
    draft.add(changes, revision)
    return draft.snapshot()


def settled(snapshot: Snapshot, keys: Iterable[str]) -> Snapshot:
    """Return the snapshot in which only members that are to serve are left of the backends `keys`."""
    draft = Draft(snapshot)
    for key in keys:
        membership = snapshot.memberships.get(key)
        if membership is not None:
            draft.add([put(wanted(membership))], membership.revision)
    return draft.snapshot()


def undoing(ref: Ref, good: Snapshot, current: Snapshot) -> Change | None:
    """Return the change that brings `ref` back to what it is in `good`; None where it is so already."""
    wanted, present = good.get(ref), current.get(ref)
    if wanted is present:
        return None
    expected = present.revision if present is not None else 0
    return put(wanted, expected) if wanted is not None else delete(ref, expected)


def without(snapshot: Snapshot, refs: Collection[Ref]) -> Snapshot:
    """Return `snapshot` less the resources that `refs` name; the same object where it has none."""
    if not any(snapshot.get(ref) for ref in refs):
        return snapshot
    return Snapshot(
        snapshot.revision,
        {key: value for key, value in snapshot.frontends.items() if Ref(Kind.FRONTEND, key) not in refs},
        {key: value for key, value in snapshot.backends.items() if Ref(Kind.BACKEND, key) not in refs},
        snapshot.memberships,
        {key: value for key, value in snapshot.served.items() if Ref(Kind.BACKEND, key) not in refs},
    )
