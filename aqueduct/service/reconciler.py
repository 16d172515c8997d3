"""The reconciler: makes HAProxy serve what is stored. It alone changes the running HAProxy.

State:
    desired   the snapshot to serve, folded from the commits in the order of their revisions
    excluded  what of it cannot be served: kept as it runs or left out, and reported
    running   what HAProxy runs, which the applier knows; nothing while it is down
    pending   commits that it does not serve yet, each with a caller who may wait
    refusing  commits that it refused and that the store still holds, since it took no writes

One loop, one thing at a time:
    HAProxy is down          -> start it on desired + pending, with growing pauses while it keeps ending
    somebody needs HAProxy   -> run that job (`exclusive`)
    commits are pending      -> render, apply; what is committed meanwhile shares the next apply
    something was refused    -> see now and then whether it can be served, or undone, after all

Beside the loop, HAProxy's file is written down soon after live changes, off the callers' path.

Invariants: a commit leaves `pending` only with an outcome for its caller. A commit that HAProxy
refuses is taken back by a further revision, unless a later commit has changed the same resource: that
one is tried by itself.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial

import structlog

from aqueduct.errors import AqueductError, Unavailable
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.resources import Ref, ref_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxy, HAProxyEnded, HAProxyFailed
from aqueduct.ports.store import Store
from aqueduct.render.image import Image
from aqueduct.render.renderer import Rendered, Renderer
from aqueduct.service.applier import LAG, Applier
from aqueduct.service.desired import Desired
from aqueduct.service.excluded import Excluded
from aqueduct.service.exclusive import Exclusive
from aqueduct.service.life import Life
from aqueduct.service.outcome import Stopwatch
from aqueduct.service.pending import Pending
from aqueduct.service.refusing import Refusing
from aqueduct.service.servable import bindable, load_in_parts, servable
from aqueduct.service.verdict import objections
from aqueduct.v1.apply_pb2 import (
    APPLY_KIND_NOTHING,
    APPLY_KIND_RELOAD,
    APPLY_KIND_START,
    ApplyOutcome,
)
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import Refusal, Status
from aqueduct.waiting import happens

log = structlog.get_logger()

RETRY = 5.0
"""Seconds between two tries to serve what was refused."""
_REASONS = (HAProxyFailed, AqueductError)


class Reconciler:
    """Serves the store's snapshots by `haproxy`."""

    def __init__(
        self,
        store: Store,
        haproxy: HAProxy,
        applier: Applier,
        renderer: Renderer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._haproxy = haproxy
        self._applier = applier
        self._renderer = renderer
        self._clock = clock
        self._desired = Desired(store)
        self._excluded = Excluded()
        self._last_rendered: Rendered | None = None
        self._pending: list[Pending] = []
        self._refusing = Refusing(store)
        self._last_apply: ApplyOutcome | None = None
        self._applied_revision = 0
        self._told_refusals: list[Refusal] = []
        self._retry_at = 0.0
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self.life = Life(haproxy, clock, self._wake.set)
        self.exclusive = Exclusive(self._wake.set)
        """Jobs that need HAProxy to themselves."""
        self.adopted = False
        """Whether the HAProxy ran before `start`."""
        self.on_served: Callable[[Sequence[Change]], None] = lambda _: None
        """Told the changes of each commit that HAProxy serves since."""
        self.on_apply: list[Callable[[ApplyOutcome], None]] = []
        """Are told each apply that has ended, one that failed too. They return at once, and never fail."""
        self.on_refused: list[Callable[[Refusal], None]] = []
        """Are told what is not served, and writes taken back. They return at once, and never fail."""

    @property
    def running(self) -> Image:
        """What HAProxy runs; nothing while it is down."""
        return self._applier.running

    @property
    def served(self) -> Snapshot:
        """What HAProxy serves, but for what is excluded."""
        return self._desired.snapshot

    @property
    def capabilities(self) -> Capabilities:
        """What HAProxy can do."""
        return self._haproxy.capabilities

    @property
    def excluded(self) -> Excluded:
        """What is stored but cannot be served."""
        return self._excluded

    @property
    def applied_revision(self) -> int:
        """The revision that HAProxy serves."""
        return self._applied_revision

    def status(self) -> Status:
        """Return whether what is stored is what is served."""
        return Status(
            haproxy_state=self.life.state,
            error=self.life.error,
            stored_revision=self._store.snapshot().revision,
            applied_revision=self._applied_revision,
            last_apply=self._last_apply,
            missing_backends=self._applier.rendered.missing if self._applier.rendered else (),
            refusals=self._excluded.refusals(),
        )

    def enqueue(self, pending: Pending) -> None:
        """Serve a further commit. Commits must come in the order of their revisions."""
        nothing_to_do = not pending.committed.changes and pending.revision <= self._applied_revision
        if nothing_to_do and self._excluded.resources.keys().isdisjoint(pending.refs):
            pending.succeed(Stopwatch.started(self._clock).applied(APPLY_KIND_NOTHING, pending.revision))
            return
        self._pending.append(pending)
        self._wake.set()

    async def start(self) -> None:
        """Adopt the HAProxy that runs, or start one, and have it serve what is stored.

        Returns when it serves, or when the first try has failed: `run` goes on trying.
        """
        self.adopted = await self._applier.adopt()
        if not self.adopted:
            await self._start()
            return
        self.life.note_begin()
        try:
            await self._serve_what_can_be()
        except HAProxyEnded:
            await self._note_end()
        except _REASONS as error:
            watch = Stopwatch.started(self._clock)
            self._note_apply(watch.failed(APPLY_KIND_RELOAD, self.served.revision, str(error)))

    async def run(self) -> None:
        """Reconcile until `stop`."""
        writer = asyncio.create_task(self._write_down(), name="write HAProxy's file")
        try:
            while not self._stop.is_set():
                await self._turn()
                await self._rest()
        finally:
            self._stop.set()
            self.exclusive.refuse(Unavailable("SHUTTING_DOWN", "Aqueduct ends"))
            await writer

    def stop(self) -> None:
        """Have `run` end after the apply under way. HAProxy goes on serving."""
        self._stop.set()
        self._wake.set()

    def look_again(self) -> None:
        """Compare what is desired with what runs, as the applier knows it, at once."""
        self._retry_at = 0.0
        self._wake.set()

    def note(self, outcome: ApplyOutcome) -> None:
        """Note that HAProxy serves what is desired by an apply of an `exclusive` job."""
        self._served(outcome, self._excluded, ())

    async def _write_down(self) -> None:
        """Keep HAProxy's file at most LAG behind live changes."""
        while not self._stop.is_set():
            await happens(self._stop, LAG / 2)
            if self._applier.is_lagging:
                await self._applier.write_down()
        if self._applier.is_lagging:
            await self._applier.write_down()

    async def _turn(self) -> None:
        if self.life.ended:
            await self._note_end()
        try:
            await self._work()
        except HAProxyEnded:
            await self._note_end()

    async def _work(self) -> None:
        now = self._clock.monotonic()
        if not self.life.up:
            self.exclusive.refuse(Unavailable("HAPROXY_DOWN", self.life.error or "HAProxy does not run"))
            if self._pending or now >= self.life.next_start:
                await self._start()
        elif self.exclusive:
            await self.exclusive.next()
        elif self._pending:
            await self._serve_pending()
        elif self._unsettled and now >= self._retry_at:
            await self._settle_again()

    async def _rest(self) -> None:
        """Wait until there is something to do."""
        if self._pending or self.exclusive or self.life.ended:
            return
        if await happens(self._wake, self._seconds_to_rest()):
            self._wake.clear()

    def _seconds_to_rest(self) -> float | None:
        if self.life.up and not self._unsettled:
            return None
        due = self._retry_at if self.life.up else self.life.next_start
        return max(0.0, due - self._clock.monotonic())

    async def _note_end(self) -> None:
        self._applier.forget()
        await self.life.note_end()

    # HAProxy runs: changes

    async def _serve_pending(self) -> None:
        pending, self._pending = self._pending, []
        try:
            await self._serve(pending)
        except HAProxyEnded:
            self._pending = pending + self._pending
            raise
        except _REASONS as error:
            await self._settle(pending, error)

    async def _settle(self, pending: Sequence[Pending], error: Exception) -> None:
        """Serve commits one by one after an apply of them all has failed with `error`."""
        if len(pending) == 1:
            await self._refuse(pending[0], error)
            return
        self._pending = [*pending, *self._pending]
        for commit in pending:
            self._pending.remove(commit)
            try:
                await self._serve([commit])
            except HAProxyEnded:
                self._pending.insert(0, commit)
                raise
            except _REASONS as its_error:
                await self._refuse(commit, its_error)

    async def _serve(self, pending: Sequence[Pending]) -> None:
        watch = Stopwatch.started(self._clock)
        target = self._desired.with_all(pending)
        touched = {ref_of(change) for commit in pending for change in commit.committed.changes}
        excluded = self._excluded.less({ref for commit in pending for ref in commit.refs})
        render = partial(self._render, touched=None if excluded else touched)
        try:
            outcome = await self._apply(watch, excluded.render(render, target), target.revision)
        except _REASONS as error:
            self._note_apply(watch.failed(APPLY_KIND_RELOAD, target.revision, str(error)))
            stale = await self._stale(excluded, pending, error)
            if stale == excluded:
                raise
            excluded = stale
            outcome = await self._apply(watch, excluded.render(self._render, target), target.revision)
        self._desired.take(target, pending)
        self._served(outcome, excluded, pending)

    async def _stale(self, excluded: Excluded, pending: Sequence[Pending], error: Exception) -> Excluded:
        """Exclude what runs but would not load again, for a file that is gone, say.

        That is not for `pending` to answer.
        """
        rendered = self._applier.rendered
        if rendered is None or isinstance(error, HAProxyEnded | AqueductError):
            return excluded
        touched = {ref for commit in pending for ref in commit.refs}
        for objection in await objections(self._haproxy, rendered.text, rendered):
            if objection.ref not in touched:
                excluded = excluded.plus(objection, rendered, self.running.sections)
        return excluded

    async def _apply(self, watch: Stopwatch, rendered: Rendered, revision: int) -> ApplyOutcome:
        try:
            kind, reason = await self._applier.apply(rendered)
        except AqueductError:
            self._retry_at = self._clock.monotonic()  # it is not known what runs: the next apply settles it
            raise
        return watch.applied(kind, revision, reason)

    async def _load(self, rendered: Rendered) -> None:
        """Have HAProxy run `rendered`, started or reloaded, unless it does."""
        if not self.life.up:
            await self._applier.start(rendered)
            self.life.note_begin()
        else:
            await self._applier.apply(rendered)

    async def _serve_what_can_be(self) -> None:
        """Serve what can be of the desired snapshot. What only a load can tell is not tried again."""
        watch = Stopwatch.started(self._clock)
        excluded = self._excluded.only_by_load()
        rendered = excluded.render(self._render, self.served)
        if self._applier.reloads(rendered):
            rendered, excluded = await servable(
                self._haproxy, self._render, self.served, self.running.sections, excluded
            )
        try:
            outcome = await self._apply(watch, rendered, self.served.revision)
        except HAProxyEnded:
            raise
        except HAProxyFailed as error:
            excluded = await self._load_in_parts(excluded, error)
            outcome = watch.applied(APPLY_KIND_RELOAD, self.served.revision, str(error))
        self._served(outcome, excluded, ())

    async def _load_in_parts(self, excluded: Excluded, error: HAProxyFailed) -> Excluded:
        log.error("HAProxy does not load what is stored: trying it in parts", error=str(error))
        running = self.running.sections
        return await load_in_parts(self._load, self._render, self.served, running, excluded)

    @property
    def _unsettled(self) -> bool:
        """Whether something is refused that may be had later, or what runs is not known."""
        return bool(self._excluded.is_retried or self._refusing or not self.running)

    async def _settle_again(self) -> None:
        self._retry_at = self._clock.monotonic() + RETRY
        self._good(await self._refusing.again(self.served))
        try:
            await self._serve_what_can_be()
        except HAProxyEnded:
            raise
        except _REASONS as error:
            log.warning("what is stored still cannot be served", error=str(error))

    async def _refuse(self, pending: Pending, error: Exception) -> None:
        self._good(await self._refusing.refuse(pending, error, self.served))
        self._tell_refused(self._refusing.told(pending, error))

    def _tell_refused(self, refusal: Refusal) -> None:
        for listener in self.on_refused:
            listener(refusal)

    def _good(self, snapshot: Snapshot) -> None:
        """Take over a snapshot that renders like the desired one, but holds later revisions."""
        in_step = self._applied_revision == self.served.revision
        self._desired.snapshot = snapshot
        if in_step and not self._pending:
            self._applied_revision = snapshot.revision

    # HAProxy is down: starts

    async def _start(self) -> None:
        pending, self._pending = self._pending, []
        watch = Stopwatch.started(self._clock)
        before = self.served
        self._desired.take(self._desired.with_all(pending), pending)
        try:
            await self._start_on(watch, pending)
        except _REASONS as error:
            if pending and await self._starts_on(before):
                for commit in pending:
                    await self._refuse(commit, error)
            else:
                self._start_failed(watch, error, pending)

    async def _start_on(self, watch: Stopwatch, pending: Sequence[Pending]) -> None:
        """Start on what can be served of the desired snapshot.

        HAProxy is not asked beforehand, since clients are waiting: only when it does not start.
        """
        reason = self.life.error or "HAProxy was not running"
        rendered, excluded = await bindable(self._haproxy, self._render, self.served, {}, Excluded())
        try:
            await self._load(rendered)
        except HAProxyFailed as error:
            rendered, objected = await servable(self._haproxy, self._render, self.served, {}, excluded)
            if objected == excluded:
                excluded = await self._load_in_parts(excluded, error)
            else:
                await self._load(rendered)
                excluded = objected
        outcome = watch.applied(APPLY_KIND_START, self.served.revision, reason)
        self._served(outcome, excluded, pending)

    async def _starts_on(self, good: Snapshot) -> bool:
        """Start on what was served before; tell whether that works."""
        tried, self._desired.snapshot = self.served, good
        try:
            await self._start_on(Stopwatch.started(self._clock), ())
        except _REASONS:
            self._desired.snapshot = tried
            return False
        return True

    def _start_failed(self, watch: Stopwatch, error: Exception, pending: Sequence[Pending]) -> None:
        self._note_apply(watch.failed(APPLY_KIND_START, self.served.revision, str(error)))
        self._applier.forget()
        self.life.note_failure(f"HAProxy does not start: {error}")
        for commit in pending:
            told = f"stored as revision {commit.revision}, but HAProxy does not serve: {error}"
            commit.fail(Unavailable("HAPROXY_DOWN", told))

    # bookkeeping

    def _render(self, snapshot: Snapshot, touched: Collection[Ref] | None = None) -> Rendered:
        """Render all of `snapshot`; what did not change since the last time is taken from there.

        `touched` are the resources that differ from the desired snapshot, where that is known.
        """
        last = self._last_rendered
        if last is None or last.snapshot is not self.served:
            touched = None
        self._last_rendered = self._renderer.render(snapshot, last, touched)
        return self._last_rendered

    def _served(self, outcome: ApplyOutcome, excluded: Excluded, pending: Sequence[Pending]) -> None:
        self._excluded = excluded
        self._note_apply(outcome)
        self._retry_at = self._clock.monotonic() + RETRY
        self._note_applied(outcome.revision)
        known, self._told_refusals = self._told_refusals, excluded.refusals()
        for refusal in self._told_refusals:
            if refusal in known:
                continue
            log.error(
                "stored but not served",
                resource=refusal.resource,
                field=refusal.field,
                reason=refusal.message,
            )
            self._tell_refused(refusal)
        for commit in pending:
            self._tell(commit, outcome)
            self.on_served(commit.committed.changes)

    def _note_apply(self, outcome: ApplyOutcome) -> None:
        self._last_apply = outcome
        for listener in self.on_apply:
            listener(outcome)

    def _note_applied(self, revision: int) -> None:
        """Note that all is served up to `revision`, but for what is pending."""
        waiting = [commit.revision - 1 for commit in self._pending if commit.committed.changes]
        self._applied_revision = min([revision, *waiting])

    def _tell(self, commit: Pending, outcome: ApplyOutcome) -> None:
        found = [self._excluded.resources[ref] for ref in commit.refs if ref in self._excluded.resources]
        if found:
            told = f"stored as revision {commit.revision}, but not served: {found[0].message}"
            commit.fail(Unavailable("NOT_SERVED", told))
        else:
            commit.succeed(outcome)
