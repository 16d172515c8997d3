"""Taking back what was committed and then refused by HAProxy."""

from aqueduct.errors import AqueductError, Conflict, NotFound, RejectedByHAProxy, Violation
from aqueduct.model.resources import ref_of, resource_of
from aqueduct.model.snapshot import Snapshot, undoing
from aqueduct.ports.store import Committed, Store
from aqueduct.service.pending import Pending
from aqueduct.v1.config_pb2 import Change


async def take_back(store: Store, pending: Pending, good: Snapshot) -> Committed | None:
    """Undo a commit by a further revision that restores what `good` has.

    A resource that a later commit has changed stands as it is. Returns the further revision; None
    where nothing was left to undo. Errors: Exhausted or Unavailable where the store takes no writes.
    """
    changes = _undoing(store.snapshot(), pending, good)
    if not changes:
        return None
    try:
        return await store.commit(changes)
    except (Conflict, NotFound):
        return None  # changed at this very moment: the later change stands


def _undoing(current: Snapshot, pending: Pending, good: Snapshot) -> list[Change]:
    changes = []
    for made in pending.committed.changes:
        ref = ref_of(made)
        as_made = pending.revision if resource_of(made) is not None else 0
        undo = undoing(ref, good, current) if current.revision_of(ref) == as_made else None
        if undo is not None:
            changes.append(undo)
    return changes


def as_its_caller_sees(pending: Pending, error: Exception) -> AqueductError:
    """Return the error that tells the caller of `pending` that HAProxy does not serve it."""
    if isinstance(error, AqueductError):
        return error
    return RejectedByHAProxy([Violation(next(iter(pending.paths), ""), str(error))])
