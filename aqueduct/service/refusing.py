"""Taking back what was committed and then refused by HAProxy."""

import structlog

from aqueduct.errors import AqueductError, Conflict, NotFound, RejectedByHAProxy, Violation
from aqueduct.model.resources import ref_of, resource_of
from aqueduct.model.snapshot import Snapshot, undoing
from aqueduct.ports.store import Committed, Store
from aqueduct.service.pending import Pending
from aqueduct.v1.config_pb2 import Change

log = structlog.get_logger()


async def take_back(store: Store, pending: Pending, error: Exception, good: Snapshot) -> Committed | None:
    """Undo a commit by a further revision that restores what `good` has, and tell its caller why.

    A resource that a later commit has changed stands as it is. Returns the further revision; None
    where nothing was left to undo, or where the store takes no writes: that is logged.
    """
    pending.fail(_as_caller_sees(pending, error))
    log.error("change taken back", revision=pending.revision, error=str(error))
    changes = _undoing(store.snapshot(), pending, good)
    if not changes:
        return None
    try:
        return await store.commit(changes)
    except (Conflict, NotFound):
        return None  # changed at this very moment: the later change stands
    except AqueductError as failure:
        log.error("a refused change stays stored", revision=pending.revision, error=str(failure))
        return None


def _undoing(current: Snapshot, pending: Pending, good: Snapshot) -> list[Change]:
    changes = []
    for made in pending.committed.changes:
        ref = ref_of(made)
        as_made = pending.revision if resource_of(made) is not None else 0
        undo = undoing(ref, good, current) if current.revision_of(ref) == as_made else None
        if undo is not None:
            changes.append(undo)
    return changes


def _as_caller_sees(pending: Pending, error: Exception) -> AqueductError:
    if isinstance(error, AqueductError):
        return error
    return RejectedByHAProxy([Violation(next(iter(pending.paths), ""), str(error))])
