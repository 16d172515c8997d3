"""The history: what a revision records, and what the configuration was at an earlier one.

Invariants: a revision is recorded with what each of its resources was and became, so the configuration at
any revision follows from the present one and the revisions since, taken back from the newest on.
Memberships are no part of it: they follow from backends and from what discovery and operators say.
"""

from collections.abc import Iterable, Mapping, Sequence

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import (
    REVISION_CAUSE_CALL,
    Resource,
    ResourceChange,
    Revision,
    RevisionCause,
)

Configured = Frontend | Backend
"""What callers configure."""
Configuration = Mapping[Ref, Configured]
KINDS = (Kind.FRONTEND, Kind.BACKEND)


def to_record(
    annotation: Annotation | None = None, cause: RevisionCause = REVISION_CAUSE_CALL, restored: int = 0
) -> Revision:
    """Return what is known of a revision before it is made."""
    return Revision(annotation=annotation, cause=cause, restored_revision=restored)


def change_of(ref: Ref, before: Configured | None, after: Configured | None) -> ResourceChange:
    """Return what became of a resource, None where it does not exist."""
    made = ResourceChange()
    fill(made, ref, before, after)
    return made


def fill(made: ResourceChange, ref: Ref, before: Configured | None, after: Configured | None) -> None:
    """Have `made` tell what became of a resource. Each is copied once: this is done for each commit."""
    made.resource = str(ref)
    for of, resource in ((made.before, before), (made.after, after)):
        if isinstance(resource, Frontend):
            of.frontend.CopyFrom(resource)
        elif resource is not None:
            of.backend.CopyFrom(resource)


def named(change: ResourceChange) -> ResourceChange:
    """Return the change without what the resource was and became."""
    return ResourceChange(resource=change.resource)


def configuration_of(snapshot: Snapshot) -> dict[Ref, Configured]:
    """Return what is configured in a snapshot."""
    found: dict[Ref, Configured] = {
        Ref(Kind.FRONTEND, key): frontend for key, frontend in snapshot.frontends.items()
    }
    return found | {Ref(Kind.BACKEND, key): backend for key, backend in snapshot.backends.items()}


def taken_back(present: Configuration, since: Iterable[Revision]) -> dict[Ref, Configured]:
    """Return what `present` was before the revisions `since`, which come newest first."""
    found = dict(present)
    for revision in since:
        for change in reversed(revision.changes):
            ref = ref_named(change.resource)
            before = unwrapped(change.before)
            if before is None:
                found.pop(ref, None)
            else:
                found[ref] = before
    return found


def ordered(refs: Iterable[Ref]) -> list[Ref]:
    """Return what `refs` name in the order of documents and diffs: by kind, then by key."""
    return sorted(refs, key=lambda ref: (KINDS.index(ref.kind), ref.key))


def differences(
    old: Configuration, new: Configuration, only: Sequence[Ref] = ()
) -> list[tuple[Ref, Configured | None, Configured | None]]:
    """Return what differs of two configurations, each as it was and is, ordered by kind and key.

    Revisions are no difference. Only resources of `only` count, where there are any.
    """
    pairs = ((ref, old.get(ref), new.get(ref)) for ref in ordered(only or {*old, *new}))
    return [(ref, before, after) for ref, before, after in pairs if not same(before, after)]


def changes_to(wanted: Configuration, present: Configuration, only: Sequence[Ref] = ()) -> list[Change]:
    """Return the changes that make `present` what is `wanted`, each on condition of what is present."""
    made = []
    for ref, before, after in differences(present, wanted, only):
        expected = before.revision if before is not None else 0
        made.append(put(after, expected) if after is not None else delete(ref, expected))
    return made


def ref_named(resource: str) -> Ref:
    """Return what a name such as `backends/web` names. ValueError where it names none."""
    collection, slash, key = resource.partition("/")
    for kind in KINDS:
        if slash and key and kind.collection == collection:
            return Ref(kind, key)
    raise ValueError("must be frontends/KEY or backends/KEY")


def unwrapped(resource: Resource) -> Configured | None:
    """Return what a message for a resource of any kind holds; None where it holds none."""
    match resource.WhichOneof("resource"):
        case "frontend":
            return resource.frontend
        case "backend":
            return resource.backend
        case _:
            return None


def same(one: Configured | None, other: Configured | None) -> bool:
    """Tell whether two resources say the same, whatever their revisions; equal revisions say so."""
    if one is None or other is None:
        return one is other
    return one is other or one.revision == other.revision or _unnumbered(one) == _unnumbered(other)


def _unnumbered(resource: Configured) -> Configured:
    copy = type(resource)()
    copy.CopyFrom(resource)  # type: ignore[arg-type] # the copy is of the same type
    copy.ClearField("revision")
    return copy
