"""What ConfigWatch tells: the configuration, and what a revision changed, as far as it is selected, in parts.

Invariants: what is told is a copy. The parts of one revision, one after the other, are all of it; all but the
last say that there are more. No part is larger than MAX_BYTES, unless one resource alone is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from aqueduct.errors import Invalid, Violation
from aqueduct.model.history import KINDS, ref_named
from aqueduct.model.resources import Kind, Ref
from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from aqueduct.v1.history_pb2 import ResourceChange, Revision

MAX_BYTES: Final = 1024 * 1024
"""Bytes of resources in one part: gRPC clients take 4 MiB by default."""

_COLLECTIONS: Final = {f"{kind.collection}/" for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which resources are told of; all, where none are named."""

    names: frozenset[str] = frozenset()
    """Resources (`backends/web`) and whole kinds (`backends/`)."""

    @classmethod
    def read(cls, field: str, words: Iterable[str]) -> "Selection":
        """Return what `words` select. Invalid for one that names nothing, as an element of `field`."""
        names = tuple(words)
        wrong = [
            Violation(f"{field}[{index}]", "must be frontends/KEY, backends/KEY, frontends/ or backends/")
            for index, name in enumerate(names)
            if not _names_something(name)
        ]
        if wrong:
            raise Invalid(wrong)
        return cls(frozenset(names))

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not self.names

    def holds(self, resource: str) -> bool:
        """Tell whether a resource, by its name, is told of."""
        names = self.names
        return not names or resource in names or f"{resource.partition('/')[0]}/" in names


ALL: Final = Selection()


def refs_told(snapshot: Snapshot, selection: Selection = ALL) -> list[Ref]:
    """Return what is told of a snapshot, in the order of documents."""
    return [
        ref
        for kind in KINDS
        for key in sorted(snapshot.of_kind(kind))
        if selection.holds(str(ref := Ref(kind, key)))
    ]


def snapshot_part(snapshot: Snapshot, refs: Sequence[Ref], first: int) -> tuple[ConfigWatchResponse, int]:
    """Return the part of a snapshot that begins with `refs[first]`, and where the next one does."""
    part = ConfigWatchResponse(revision=snapshot.revision)
    part.snapshot.SetInParent()
    size, position = 0, first
    while position < len(refs):
        kind, key = refs[position]
        resource = snapshot.frontends[key] if kind is Kind.FRONTEND else snapshot.backends[key]
        size += resource.ByteSize()
        if position > first and size > MAX_BYTES:
            break
        if kind is Kind.FRONTEND:
            part.snapshot.frontends.add().CopyFrom(snapshot.frontends[key])
        else:
            part.snapshot.backends.add().CopyFrom(snapshot.backends[key])
        position += 1
    part.more = position < len(refs)
    return part, position


def revision_parts(revision: Revision, selection: Selection = ALL) -> tuple[ConfigWatchResponse, ...]:
    """Return the parts of what a revision changed; none where nothing of it is selected."""
    parts: list[ConfigWatchResponse] = []
    size = 0
    for change in revision.changes:
        if not selection.holds(change.resource):
            continue
        size += change.after.ByteSize()
        if not parts or size > MAX_BYTES:
            size = change.after.ByteSize()
            parts.append(_without_changes(revision))
        _add(parts[-1], change)
    for part in parts[:-1]:
        part.more = True
    return tuple(parts)


def _without_changes(revision: Revision) -> ConfigWatchResponse:
    part = ConfigWatchResponse(revision=revision.revision)
    change = part.change
    change.revision = revision.revision
    for name in ("create_time", "annotation"):
        if revision.HasField(name):
            getattr(change, name).CopyFrom(getattr(revision, name))
    change.cause = revision.cause
    change.restored_revision = revision.restored_revision
    return part


def _add(part: ConfigWatchResponse, change: ResourceChange) -> None:
    told = part.change.changes.add(resource=change.resource)
    if change.HasField("after"):
        told.after.CopyFrom(change.after)


def _names_something(name: str) -> bool:
    if name in _COLLECTIONS:
        return True
    try:
        ref_named(name)
    except ValueError:
        return False
    return True
