"""The configuration at one revision, and how changes lead from one to the next.

Invariants: a snapshot never changes; each resource in it carries the revision of its last change;
`revision` is that of the last change of all. Whoever holds two snapshots can tell what differs by
the identity of the messages, since a resource that did not change is the same object in both.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aqueduct.errors import Conflict, NotFound
from aqueduct.model.resources import Kind, Ref, Resource, delete, put, ref_of, resource_of
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All resources at one revision, by key, in no particular order."""

    revision: int = 0
    frontends: Mapping[str, Frontend] = field(default_factory=dict)
    backends: Mapping[str, Backend] = field(default_factory=dict)

    def of_kind(self, kind: Kind) -> Mapping[str, Resource]:
        """Return all resources of `kind`."""
        return self.frontends if kind is Kind.FRONTEND else self.backends

    def get(self, ref: Ref) -> Resource | None:
        """Return the resource that `ref` names, None where there is none."""
        return self.of_kind(ref.kind).get(ref.key)

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
    """A snapshot that changes are made to. Only what they touch is copied, once for all of them."""

    def __init__(self, base: Snapshot) -> None:
        self._base = base
        self._of_kind: dict[Kind, dict[str, Any]] = {}
        self.revision = base.revision

    def get(self, ref: Ref) -> Resource | None:
        """Return the resource that `ref` names, None where there is none."""
        made = self._of_kind.get(ref.kind)
        found: Resource | None = self._base.get(ref) if made is None else made.get(ref.key)
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
            if ref.kind not in self._of_kind:
                self._of_kind[ref.kind] = dict(self._base.of_kind(ref.kind))
            of_kind = self._of_kind[ref.kind]
            if resource is None:
                of_kind.pop(ref.key, None)
            else:
                of_kind[ref.key] = stamped(resource, revision)
        self.revision = max(revision, self.revision)

    def snapshot(self) -> Snapshot:
        """Return the snapshot as it is now, its base where nothing changed.

        The draft takes no changes after.
        """
        if not self._of_kind and self.revision == self._base.revision:
            return self._base
        return Snapshot(
            self.revision,
            self._of_kind.get(Kind.FRONTEND, self._base.frontends),
            self._of_kind.get(Kind.BACKEND, self._base.backends),
        )


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


def stamped(resource: Resource, revision: int) -> Resource:
    """Return a copy of `resource` that carries `revision`."""
    copy = type(resource)()
    copy.MergeFrom(resource)  # type: ignore[arg-type] # the copy is of the same type
    copy.revision = revision
    return copy


def after(snapshot: Snapshot, changes: Sequence[Change], revision: int) -> Snapshot:
    """Return the snapshot that `changes` of `revision` lead to. Resources put carry it.

    The snapshot's own revision never goes back, should `revision` be an earlier one.
    """
    draft = Draft(snapshot)
    draft.add(changes, revision)
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
    )
