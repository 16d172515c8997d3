"""Admission: the way of a change from its caller into the store.

Changes are judged on a whole snapshot, one after the other, by one task; those that arrive while
it is busy form the next batch and share its trial and its write to disk. In this order:

1. preconditions, and what follows for memberships (memberships.py);
2. references on the snapshot as it would be, and the trial by HAProxy (trial.py), but for changes that
   only make other members: those are typed, and HAProxy is asked as they are made;
3. the store commits, and the reconciler is told.

A batch with an objection is halved until the change at fault stands alone: it is refused, and the
others go on. Nothing of a refused change is kept. A caller that has gone before its batch began is
left out; after that its change is made, whole.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aqueduct import stages
from aqueduct.errors import Invalid, RejectedByHAProxy, Unavailable, Unmet
from aqueduct.model.bind import Address
from aqueduct.model.history import to_record
from aqueduct.model.references import conflicts
from aqueduct.model.refusals import refused_write
from aqueduct.model.resources import Ref, Resource, ref_of
from aqueduct.model.snapshot import Draft, Snapshot, after, check_preconditions, effective
from aqueduct.ports.store import NOTHING_KNOWN, Committed, Store
from aqueduct.service.memberships import Memberships, Stored, Switching
from aqueduct.service.pending import Pending
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.trial import Trial
from aqueduct.stages import Stage
from aqueduct.v1.apply_pb2 import ApplyOutcome, Plan
from aqueduct.v1.backend_pb2 import Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import Refusal
from aqueduct.v1.history_pb2 import REVISION_CAUSE_SWITCH, Revision


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
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    """Of all backends, as they would be."""


@dataclass(slots=True)
class Submission:
    """Changes of one caller: all or nothing. `paths[i]` is where its request holds resource i."""

    changes: Sequence[Change]
    paths: Sequence[str]
    switching: Switching = field(default_factory=Switching)
    about: Revision = field(default_factory=Revision)
    """For the history."""
    own: "Callable[[Stored], Sequence[Change]] | None" = None
    """Aqueduct's own changes of memberships, worked out on what is stored when their turn has come."""
    previous: tuple[Resource | None, ...] = ()
    made: Sequence[Change] = ()
    """The changes, and what follows from them."""
    been_through: list[Stage] | None = field(default_factory=lambda: [] if stages.listened() else None)
    """Its stages, for who traces its call; None where nobody does."""
    entered: float = field(default_factory=stages.now)
    """When the stage began that it is in."""
    admitted: "asyncio.Future[Admitted]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def fail(self, error: BaseException) -> None:
        """Tell the caller, if it still waits."""
        if not self.admitted.done():
            self.admitted.set_exception(error)

    def passed(self, stage: str) -> None:
        """Note that a stage is over, and the next begins."""
        if self.been_through is not None:
            now = stages.now()
            self.been_through.append(Stage(stage, self.entered, now))
            self.entered = now

    def places(self) -> dict[Ref, str]:
        """Return where the caller's request holds which resource."""
        return dict(zip(map(ref_of, self.changes), self.paths, strict=True))


AS_THE_BACKEND_SAYS = Switching()
_OWN = to_record(cause=REVISION_CAUSE_SWITCH)
"""Of Aqueduct's own changes only a switch that failed puts a backend."""


class Admission:
    """The one way into the store. `reserved` are addresses that no frontend may have, by their owner."""

    def __init__(
        self,
        store: Store,
        trial: Trial,
        reconciler: Reconciler,
        memberships: Memberships,
        reserved: Mapping[Address, str],
    ) -> None:
        self._store = store
        self._trial = trial
        self._reconciler = reconciler
        self._memberships = memberships
        self._reserved = reserved
        self._queue: asyncio.Queue[Submission | None] = asyncio.Queue()
        self._closed = False
        self.on_commit: list[Callable[[Sequence[Change]], None]] = []
        """Are told the changes of each commit, as stored. They return at once, and never fail."""
        self.on_refused: list[Callable[[Refusal], None]] = []
        """Are told each write that its trial refused. They return at once, and never fail."""

    async def submit(
        self,
        changes: Sequence[Change],
        paths: Sequence[str],
        switching: Switching = AS_THE_BACKEND_SAYS,
        about: Revision = NOTHING_KNOWN,
    ) -> Admitted:
        """Store valid `changes`, all or nothing; return when they are durable.

        Errors: Invalid, RejectedByHAProxy, NotFound, Conflict, Unmet, Exhausted, Unavailable.
        """
        return await self._submit(Submission(changes, paths, switching, about))

    async def submit_own(self, changes: Callable[[Stored], Sequence[Change]]) -> Admitted:
        """Store Aqueduct's own `changes` of memberships, worked out on what is stored then."""
        return await self._submit(Submission((), (), about=_OWN, own=changes))

    async def rehearse(
        self, changes: Sequence[Change], paths: Sequence[str], switching: Switching = AS_THE_BACKEND_SAYS
    ) -> Rehearsed:
        """Judge `changes` like submit, and return what they would do."""
        submission = Submission(changes, paths, switching)
        draft = Draft(self._store.snapshot())
        self._fold(draft, submission)
        candidate = draft.snapshot()
        with stages.timed("trial"):
            await self._try(candidate, [submission])
        plan = self._trial.plan(candidate, submission.changes)
        return Rehearsed(submission.previous, plan, candidate.memberships)

    async def _submit(self, submission: Submission) -> Admitted:
        if self._closed:
            raise Unavailable("SHUTTING_DOWN", "Aqueduct is shutting down; try again")
        self._queue.put_nowait(submission)
        try:
            return await submission.admitted
        finally:
            stages.tell(*(submission.been_through or ()))

    async def run(self) -> None:
        """Admit what is submitted, until `close`."""
        more = True
        while more:
            queued = [await self._queue.get()]
            while not self._queue.empty():
                queued.append(self._queue.get_nowait())
            more = None not in queued
            batch = [one for one in queued if one is not None and not one.admitted.done()]
            for submission in batch:
                submission.passed("queue")
            await self._admit(batch)

    def close(self) -> None:
        """Take no more; `run` ends when what was submitted is done."""
        self._closed = True
        self._queue.put_nowait(None)

    async def _admit(self, batch: Sequence[Submission]) -> None:
        draft = Draft(self._store.snapshot())
        accepted = []
        for submission in batch:
            try:
                self._fold(draft, submission)
            except Exception as error:  # noqa: BLE001 # one caller's trouble is its own
                submission.fail(error)
            else:
                accepted.append(submission)
        if accepted:
            await self._try_and_commit(draft, accepted)

    async def _try_and_commit(self, draft: Draft, accepted: Sequence[Submission]) -> None:
        try:
            if any(map(self._is_tried, accepted)):
                try:
                    await self._try(draft.snapshot(), accepted)
                finally:
                    _passed(accepted, "trial")
        except Exception as error:  # noqa: BLE001 # one caller's trouble is its own
            if len(accepted) == 1:
                self._refuse(accepted[0], error)
                return
            half = len(accepted) // 2
            await self._admit(accepted[:half])
            await self._admit(accepted[half:])
        else:
            await self._commit(accepted)

    def _refuse(self, submission: Submission, error: Exception) -> None:
        """Fail what its trial came out against; tell of it, unless it was only that there was no trial."""
        submission.fail(error)
        if isinstance(error, RejectedByHAProxy | Unmet):
            resources = [str(ref_of(change)) for change in submission.changes]
            refusal = refused_write(error, submission.about.annotation, resources)
            for listener in self.on_refused:
                listener(refusal)

    def _fold(self, draft: Draft, submission: Submission) -> None:
        """Make the changes of `submission` to the draft, and note what they make of what."""
        changes = submission.changes
        check_preconditions(draft, changes)
        submission.previous = tuple(draft.get(ref_of(change)) for change in changes)
        if submission.own is not None:
            submission.made = tuple(submission.own(draft))
        else:
            derived = self._memberships.derived(draft, changes, submission.switching)
            submission.made = (*changes, *derived)
        # Like the store, which makes no revision of what changes nothing.
        made = effective(draft, submission.made)
        if self._is_tried(submission):
            self._check_references(draft.snapshot(), made, submission)
        if made:
            draft.add(made, draft.revision + 1)

    def _is_tried(self, submission: Submission) -> bool:
        return any(map(self._trial.is_needed, submission.changes, submission.previous))

    def _check_references(self, snapshot: Snapshot, made: Sequence[Change], submission: Submission) -> None:
        candidate = after(snapshot, made, snapshot.revision + 1) if made else snapshot
        found = conflicts(candidate, [ref_of(change) for change in submission.changes], self._reserved)
        if found:
            places = submission.places()
            raise Invalid(violation.within(places.get(ref, "")) for ref, violation in found)

    async def _try(self, candidate: Snapshot, submissions: Sequence[Submission]) -> None:
        tried = [submission for submission in submissions if self._is_tried(submission)]
        changes = [change for submission in tried for change in submission.changes]
        places: dict[Ref, str] = {}
        for submission in tried:
            places |= submission.places()
        await self._trial.run(self._store.snapshot(), candidate, changes, places)

    async def _commit(self, accepted: Sequence[Submission]) -> None:
        commits = [self._store.commit(submission.made, submission.about) for submission in accepted]
        results = await asyncio.gather(*commits, return_exceptions=True)
        _passed(accepted, "commit")
        for submission, result in zip(accepted, results, strict=True):
            if isinstance(result, BaseException):
                submission.fail(result)
            else:
                self._admitted(submission, result)

    def _admitted(self, submission: Submission, committed: Committed) -> None:
        self._trial.note(committed.changes)
        for listener in self.on_commit:
            listener(committed.changes)
        pending = Pending(committed, submission.places(), submission.about.annotation)
        self._reconciler.enqueue(pending)
        if not submission.admitted.done():
            submission.admitted.set_result(Admitted(committed, submission.previous, pending.served))


def _passed(submissions: Sequence[Submission], stage: str) -> None:
    for submission in submissions:
        submission.passed(stage)
