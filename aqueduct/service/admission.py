"""Admission: the way of a change from its caller into the store.

Changes are judged on a whole snapshot, one after the other, by one task; those that arrive while
it is busy form the next batch and share its trial and its write to disk. In this order:

1. preconditions and references, on the snapshot as it would be;
2. the trial by HAProxy (trial.py);
3. the store commits, and the reconciler is told.

A batch with an objection is halved until the change at fault stands alone: it is refused, and the
others go on. Nothing of a refused change is kept. A caller that has gone before its batch began is
left out; after that its change is made, whole.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aqueduct.errors import Invalid, Unavailable
from aqueduct.model.bind import Address
from aqueduct.model.references import conflicts
from aqueduct.model.resources import Ref, Resource, ref_of
from aqueduct.model.snapshot import Snapshot, after, check_preconditions, effective
from aqueduct.ports.store import Committed, Store
from aqueduct.service.pending import Pending
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.trial import Trial
from aqueduct.v1.apply_pb2 import ApplyOutcome, Plan
from aqueduct.v1.config_pb2 import Change


@dataclass(frozen=True, slots=True)
class Admitted:
    """A change that is stored. `previous[i]` is what change i replaced or deleted."""

    committed: Committed
    previous: tuple[Resource | None, ...]
    served: "asyncio.Future[ApplyOutcome]"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What changes would do that were not made."""

    previous: tuple[Resource | None, ...]
    plan: Plan


@dataclass(slots=True)
class Submission:
    """Changes of one caller: all or nothing. `paths[i]` is where its request holds resource i."""

    changes: Sequence[Change]
    paths: Sequence[str]
    previous: tuple[Resource | None, ...] = ()
    admitted: "asyncio.Future[Admitted]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def fail(self, error: BaseException) -> None:
        """Tell the caller, if it still waits."""
        if not self.admitted.done():
            self.admitted.set_exception(error)

    def places(self) -> dict[Ref, str]:
        """Return where the caller's request holds which resource."""
        return dict(zip(map(ref_of, self.changes), self.paths, strict=True))


class Admission:
    """The one way into the store. `reserved` are addresses that no frontend may have, by their owner."""

    def __init__(
        self, store: Store, trial: Trial, reconciler: Reconciler, reserved: Mapping[Address, str]
    ) -> None:
        self._store = store
        self._trial = trial
        self._reconciler = reconciler
        self._reserved = reserved
        self._queue: asyncio.Queue[Submission | None] = asyncio.Queue()
        self._closed = False

    async def submit(self, changes: Sequence[Change], paths: Sequence[str]) -> Admitted:
        """Store valid `changes`, all or nothing; return when they are durable.

        Errors: Invalid, RejectedByHAProxy, NotFound, Conflict, Unmet, Exhausted, Unavailable.
        """
        if self._closed:
            raise Unavailable("SHUTTING_DOWN", "Aqueduct is shutting down; try again")
        submission = Submission(changes, paths)
        self._queue.put_nowait(submission)
        return await submission.admitted

    async def rehearse(self, changes: Sequence[Change], paths: Sequence[str]) -> Rehearsed:
        """Judge `changes` like submit, and return what they would do."""
        submission = Submission(changes, paths)
        candidate = self._fold(self._store.snapshot(), submission)
        await self._try(candidate, [submission])
        return Rehearsed(submission.previous, self._trial.plan(candidate, submission.changes))

    async def run(self) -> None:
        """Admit what is submitted, until `close`."""
        more = True
        while more:
            queued = [await self._queue.get()]
            while not self._queue.empty():
                queued.append(self._queue.get_nowait())
            more = None not in queued
            await self._admit([one for one in queued if one is not None and not one.admitted.done()])

    def close(self) -> None:
        """Take no more; `run` ends when what was submitted is done."""
        self._closed = True
        self._queue.put_nowait(None)

    async def _admit(self, batch: Sequence[Submission]) -> None:
        candidate = self._store.snapshot()
        accepted = []
        for submission in batch:
            try:
                candidate = self._fold(candidate, submission)
            except Exception as error:  # noqa: BLE001 # one caller's trouble is its own
                submission.fail(error)
            else:
                accepted.append(submission)
        if accepted:
            await self._try_and_commit(candidate, accepted)

    async def _try_and_commit(self, candidate: Snapshot, accepted: Sequence[Submission]) -> None:
        try:
            await self._try(candidate, accepted)
        except Exception as error:  # noqa: BLE001 # one caller's trouble is its own
            if len(accepted) == 1:
                accepted[0].fail(error)
                return
            half = len(accepted) // 2
            await self._admit(accepted[:half])
            await self._admit(accepted[half:])
        else:
            await self._commit(accepted)

    def _fold(self, snapshot: Snapshot, submission: Submission) -> Snapshot:
        changes = submission.changes
        check_preconditions(snapshot, changes)
        submission.previous = tuple(snapshot.get(ref_of(change)) for change in changes)
        # Like the store, which makes no revision of what changes nothing.
        made = effective(snapshot, changes)
        candidate = after(snapshot, made, snapshot.revision + 1) if made else snapshot
        found = conflicts(candidate, [ref_of(change) for change in changes], self._reserved)
        if found:
            places = submission.places()
            raise Invalid(violation.within(places.get(ref, "")) for ref, violation in found)
        return candidate

    async def _try(self, candidate: Snapshot, submissions: Sequence[Submission]) -> None:
        changes = [change for submission in submissions for change in submission.changes]
        places: dict[Ref, str] = {}
        for submission in submissions:
            places |= submission.places()
        await self._trial.run(self._store.snapshot(), candidate, changes, places)

    async def _commit(self, accepted: Sequence[Submission]) -> None:
        commits = [self._store.commit(submission.changes) for submission in accepted]
        results = await asyncio.gather(*commits, return_exceptions=True)
        for submission, result in zip(accepted, results, strict=True):
            if isinstance(result, BaseException):
                submission.fail(result)
            else:
                self._admitted(submission, result)

    def _admitted(self, submission: Submission, committed: Committed) -> None:
        pending = Pending(committed, submission.places())
        self._reconciler.enqueue(pending)
        if not submission.admitted.done():
            submission.admitted.set_result(Admitted(committed, submission.previous, pending.served))
