"""Refusing what was committed: its caller is told why, and a further revision takes it back.

A resource that a later commit has changed stands as it is. Where the store takes no writes, the
refused commit is kept in mind and undone later; HAProxy never serves it meanwhile.
"""

import structlog

from aqueduct.errors import AqueductError, Conflict, NotFound, RejectedByHAProxy, Violation
from aqueduct.model.history import to_record
from aqueduct.model.refusals import refused_write
from aqueduct.model.resources import Kind, Ref, ref_of, resource_of
from aqueduct.model.snapshot import Snapshot, after, undoing
from aqueduct.ports.store import Store
from aqueduct.service.pending import Pending
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import Refusal
from aqueduct.v1.history_pb2 import REVISION_CAUSE_UNDO

log = structlog.get_logger()


class Refusing:
    """Refuses commits of `store`. True as long as some are not undone yet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left: list[tuple[Pending, str]] = []

    def __bool__(self) -> bool:
        return bool(self._left)

    async def refuse(self, pending: Pending, error: Exception, good: Snapshot) -> Snapshot:
        """Refuse a commit and restore what `good` has; return `good` with the revision that does so.

        Its caller is told when that is done, so that it reads what holds.
        """
        log.error("change refused", revision=pending.revision, error=str(error))
        good = await self._undo(pending, str(error), good)
        pending.fail(_as_its_caller_sees(pending, error))
        return good

    @staticmethod
    def told(pending: Pending, error: Exception) -> Refusal:
        """Return that a commit was refused, for the activity."""
        refs = pending.refs or dict.fromkeys(_group(ref_of(change)) for change in pending.committed.changes)
        return refused_write(error, pending.annotation, list(map(str, refs)), pending.revision)

    async def again(self, good: Snapshot) -> Snapshot:
        """Undo what could not be undone before; return `good` with the revisions that do so."""
        left, self._left = self._left, []
        for pending, why in left:
            good = await self._undo(pending, why, good)
        return good

    async def _undo(self, pending: Pending, why: str, good: Snapshot) -> Snapshot:
        changes = _undoing(self._store.snapshot(), pending, good)
        if not changes:
            return good
        try:
            told = Annotation(message=f"revision {pending.revision} was refused: {why}")
            undone = await self._store.commit(changes, to_record(told, REVISION_CAUSE_UNDO))
        except (Conflict, NotFound):
            return good  # changed at this very moment: the later change stands
        except AqueductError as error:
            log.error("a refused change stays stored for now", revision=pending.revision, error=str(error))
            self._left.append((pending, why))
            return good
        return after(good, undone.changes, undone.revision)


def _undoing(current: Snapshot, pending: Pending, good: Snapshot) -> list[Change]:
    made = pending.committed.changes
    changed_since = {_group(ref_of(change)) for change in made if not _is_as_made(change, pending, current)}
    refs = [ref for ref in map(ref_of, made) if _group(ref) not in changed_since]
    return [change for ref in refs if (change := undoing(ref, good, current)) is not None]


def _is_as_made(change: Change, pending: Pending, current: Snapshot) -> bool:
    as_made = pending.revision if resource_of(change) is not None else 0
    return current.revision_of(ref_of(change)) == as_made


def _group(ref: Ref) -> Ref:
    """Return what stands for a resource and those that make sense with it alone: a backend's membership."""
    return Ref(Kind.BACKEND, ref.key) if ref.kind is Kind.MEMBERSHIP else ref


def _as_its_caller_sees(pending: Pending, error: Exception) -> AqueductError:
    """Return the error that tells the caller of `pending` that HAProxy does not serve it."""
    if isinstance(error, AqueductError):
        return error
    return RejectedByHAProxy([Violation(next(iter(pending.places.values()), ""), str(error))])
