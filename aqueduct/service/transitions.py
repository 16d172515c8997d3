"""Transitions: takes switches of members from phase to phase, as HAProxy tells of checks and sessions.

It looks at backends with a switch under way only, a few times a second each, and has what follows
committed as a change of the membership: the reconciler applies it like any other. So nothing waits for
a check or a session but the caller who asked for the switch.

    reconciler --served--> look (servers, sessions) --> advance | abort --> admission --> reconciler ...

Invariants: it acts on memberships that HAProxy serves already, and a change is made only to the membership
that was looked at. All that it keeps is found out again after a restart.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from aqueduct.errors import AqueductError, Unmet
from aqueduct.model.advancing import Seen, advanced, is_failed, needed
from aqueduct.model.members import draining, member_name, to_prove
from aqueduct.model.resources import Kind, Ref
from aqueduct.model.servers import server_name, server_of
from aqueduct.plan.rows import ServerRow
from aqueduct.plan.verify import is_accepted
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.runtime import Runtime, ServerTold
from aqueduct.service.admission import Admission
from aqueduct.service.applier import Applier
from aqueduct.service.memberships import Memberships, Stored
from aqueduct.service.proving import Prober, Sight, sweep
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.switches import FIRST_LOOK, TROUBLE, Switches
from aqueduct.v1.apply_pb2 import ApplyOutcome
from aqueduct.v1.backend_pb2 import Member, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import BackendTransition
from aqueduct.waiting import happens

log = structlog.get_logger()

_PROBING = 0.015
"""Seconds between two looks at a backend while a probe of it is under way."""
_LONGEST_LOOK = 0.5
"""Seconds between two looks otherwise, at the most: they double from FIRST_LOOK on."""
_LONGEST_TROUBLE = 60.0
_NAMED = 10
"""Members that a failure names with the words of their checks."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of one backend, and what follows."""

    key: str
    membership: Membership
    made: Membership
    """What is to become of `membership`: the same object for nothing."""
    failure: Unmet | None = None
    """Why it is to be undone instead."""
    has_come: bool = False
    """Whether the switch has come as far as its caller waits for."""

    @property
    def is_change(self) -> bool:
        """Whether anything is to be stored."""
        return self.made is not self.membership or self.failure is not None

    def is_of(self, stored: Stored) -> bool:
        """Tell whether the membership is still as it was seen."""
        return stored.revision_of(Ref(Kind.MEMBERSHIP, self.key)) == self.membership.revision


@dataclass(frozen=True, slots=True)
class _View:
    """A backend with a switch under way, as it is looked at."""

    membership: Membership
    sight: Sight


class Transitions:
    """The switches that are under way."""

    def __init__(
        self,
        reconciler: Reconciler,
        admission: Admission,
        memberships: Memberships,
        applier: Applier,
        *,
        runtime: Runtime,
        clock: Clock,
    ) -> None:
        self._reconciler = reconciler
        self._admission = admission
        self._memberships = memberships
        self._applier = applier
        self._runtime = runtime
        self._clock = clock
        self._prober = Prober(reconciler.capabilities)
        self.switches = Switches()
        self.on_failed: list[Callable[[str, str], None]] = []
        """Are told the backend of each switch that fails, and why. They return at once, and never fail."""
        self.on_checked: list[Callable[[str, str, str], None]] = []
        """Are told of first checks of new members: backend, server, and why it failed, empty where it passed.

        Each is told before the server is taken up. They return at once, and never fail.
        """
        self._wake = asyncio.Event()

    def served(self, keys: Collection[str]) -> None:
        """Note that HAProxy serves other memberships for the backends `keys`."""
        memberships = self._reconciler.served.memberships
        for key in keys:
            self.switches.note(key, memberships.get(key), self._clock.monotonic())
        self._wake.set()

    def under_way(self) -> list[BackendTransition]:
        """Return the switches that HAProxy serves and that are under way, ordered by key."""
        return self.switches.under_way(self._reconciler.served.memberships)

    async def run(self) -> None:
        """Take switches further until cancelled."""
        self.served(self._reconciler.served.memberships.keys())
        while True:
            now = self._clock.monotonic()
            due = [key for key in self.switches if self.switches[key].due <= now]
            if due and self._applier.running:
                try:
                    await self._round(due)
                except (HAProxyFailed, AqueductError) as error:
                    log.warning("switches cannot be looked at", error=str(error))
                    for switch in self.switches.all():
                        switch.due = max(switch.due, self._clock.monotonic() + TROUBLE)
            await self._rest()

    async def _rest(self) -> None:
        waits = [switch.due for switch in self.switches.all()]
        timeout = max(0.001, min(waits) - self._clock.monotonic()) if waits else None
        if timeout is not None and not self._applier.running:
            timeout = TROUBLE
        await happens(self._wake, timeout)
        self._wake.clear()

    async def _round(self, keys: Sequence[str]) -> None:
        began = self._clock.monotonic()
        async with self._applier.turn:  # nobody reloads meanwhile
            looks = await self._looks(keys) if self._applier.running else []
        spent = self._clock.monotonic() - began
        for look in looks:
            self.switches[look.key].due += spent  # with thousands of members, others have their turn
        await self._commit(looks)

    async def _looks(self, keys: Sequence[str]) -> list[_Look]:
        """Look at backends; return what follows, once HAProxy was told what there is to tell."""
        memberships = self._reconciler.served.memberships
        present = [key for key in keys if key in memberships]
        rows = await self._runtime.servers(present) if present else {}
        views: list[_View] = []
        commands: list[str] = []
        for key in keys:
            revision = self.switches[key].revision
            membership = memberships.get(key)
            if not revision:
                commands += self._over(key)
            elif membership is not None and membership.transition.revision == revision:
                view = _View(membership, self._sight(key, rows.get(key, [])))
                commands += self._prove(view)
                views.append(view)
            # else another has begun meanwhile: it is due at once
        asked = [view.sight.key for view in views if self._is_to_be_told(view)]
        told = await self._runtime.told(asked) if asked else {}
        looks = []
        for view in views:
            look, cuts = self._look(view, told.get(view.sight.key, {}))
            looks.append(look)
            commands += cuts
        await self._tell(commands)
        return looks

    def _sight(self, key: str, rows: Sequence[ServerRow]) -> Sight:
        return Sight(key, {row.name: row for row in rows}, self._applier.running, self._clock.monotonic())

    def _prove(self, view: _View) -> list[str]:
        """Take the proofs of a backend further; return what to tell HAProxy for it."""
        sight, coming = view.sight, to_prove(view.membership)
        proofs = self.switches[sight.key].proofs
        commands = [
            *sweep(sight.key, sight.rows.values(), proofs),
            *self._prober.drop(sight.key, proofs, coming),
            *self._prober.step(coming, proofs, sight),
        ]
        self._tell_checked(sight.key, dict.fromkeys(proofs.take_raised(), ""))
        return commands

    def _is_to_be_told(self, view: _View) -> bool:
        """Tell whether sessions or the words of checks have to be asked for."""
        membership = view.membership
        has_failed = bool(self.switches[view.sight.key].proofs.failed)
        return has_failed or bool(draining(membership)) or not _until_due(membership, self._clock.time())

    def _look(self, view: _View, told: Mapping[str, ServerTold]) -> tuple[_Look, list[str]]:
        """Return what follows for a backend, and the commands that cut sessions whose time is over."""
        membership, sight = view.membership, view.sight
        going, now = draining(membership), self._clock.time()
        proofs = self.switches[sight.key].proofs
        self._tell_checked(sight.key, proofs.note_words(told))
        seen = Seen(frozenset(proofs.passed), _idle(going, sight, told))
        cuts = _cuts(sight.key, going, told, now)
        if is_failed(membership, seen, now):
            return self._failed(view, seen, told), cuts
        return self._advanced(sight.key, membership, seen, now), cuts

    def _advanced(self, key: str, membership: Membership, seen: Seen, now: float) -> _Look:
        switch = self.switches[key]
        made = advanced(membership, seen, now)
        decided = switch.proofs.decided >= set(map(member_name, to_prove(membership)))
        has_come = not switch.is_gated and (switch.was_gated or decided)
        if made != membership:
            switch.pause = FIRST_LOOK
        pause = _PROBING if switch.proofs.is_probing else min(switch.pause, _until_due(membership, now))
        switch.due = self._clock.monotonic() + pause
        switch.pause = min(switch.pause * 2, _LONGEST_LOOK)
        return _Look(key, membership, made if made != membership else membership, has_come=has_come)

    def _failed(self, view: _View, seen: Seen, told: Mapping[str, ServerTold]) -> _Look:
        """Return that a switch goes back, and why: in the words of the checks."""
        membership, key = view.membership, view.sight.key
        words = {
            member_name(member): told[server].check
            for member in to_prove(membership)
            if (server := server_name(key, member)) in told
        } | self.switches[key].proofs.words
        lacking = [name for name in map(member_name, to_prove(membership)) if name not in seen.proven]
        reasons = "; ".join(f"{name}: {words.get(name) or 'not checked yet'}" for name in lacking[:_NAMED])
        if len(lacking) > _NAMED:
            reasons += f"; and {len(lacking) - _NAMED} more"
        count = len(to_prove(membership)) - len(lacking)
        failure = Unmet(
            "SWITCH_FAILED",
            f"backends/{key}",
            f"{count} of the new members came up in time, {needed(membership)} are needed: "
            f"the old ones serve on ({reasons})",
        )
        log.error("a switch failed", backend=key, reason=failure.description)
        for listener in self.on_failed:
            listener(key, failure.description)
        self.switches[key].due = self._clock.monotonic() + TROUBLE
        return _Look(key, membership, membership, failure)

    def _tell_checked(self, key: str, words: Mapping[str, str]) -> None:
        for name, failure in words.items():
            for listener in self.on_checked:
                listener(key, server_of(key, name), failure)

    def _over(self, key: str) -> list[str]:
        switch = self.switches.pop(key)
        return self._prober.drop(key, switch.proofs)

    async def _tell(self, commands: Sequence[str]) -> None:
        if commands:
            answers = await self._runtime.send(commands)
            for command, answer in zip(commands, answers, strict=True):
                if not is_accepted(command, answer):
                    log.debug("HAProxy refused a command of a proof", command=command, answer=answer)

    async def _commit(self, looks: Sequence[_Look]) -> None:
        """Have stored what follows; then tell those who wait for it, once HAProxy serves by a failure."""
        changes = [look for look in looks if look.is_change]
        for look in changes:
            switch = self.switches[look.key]
            switch.failure, switch.is_opening = look.failure, not look.made.transition.min_healthy
        if changes:
            admitted = await self._admission.submit_own(
                lambda stored: [change for look in changes for change in self._changes(stored, look)]
            )
            admitted.served.add_done_callback(lambda served: self._note_refused(changes, served))
            if any(look.failure for look in changes):
                with suppress(AqueductError):
                    await asyncio.shield(admitted.served)
        for look in looks:
            switch = self.switches[look.key]
            switch.failure, switch.is_opening = None, False
            # Where it is another by now, those who waited for this one know.
            if look.has_come and switch.revision == look.membership.transition.revision:
                switch.end()

    def _changes(self, stored: Stored, look: _Look) -> Sequence[Change]:
        """Return the changes that a look leads to; none where another has been made meanwhile."""
        if not look.is_of(stored):
            return ()
        if look.failure is not None:
            return self._memberships.undone(stored, look.membership)
        return self._memberships.advanced(stored, look.membership, look.made)

    def _note_refused(self, looks: Sequence[_Look], served: "asyncio.Future[ApplyOutcome]") -> None:
        """Look later, and later each time, where HAProxy did not take what followed."""
        for look in looks:
            switch = self.switches.get(look.key)
            if switch is None:
                continue
            if served.cancelled() or served.exception() is None:
                switch.trouble = TROUBLE
            else:
                switch.due = self._clock.monotonic() + switch.trouble
                switch.trouble = min(switch.trouble * 2, _LONGEST_TROUBLE)


def _idle(members: Sequence[Member], sight: Sight, told: Mapping[str, ServerTold]) -> frozenset[str]:
    """Return the members that have no session (any more), or that HAProxy does not have."""
    servers = {member_name(member): server_name(sight.key, member) for member in members}
    return frozenset(
        name
        for name, server in servers.items()
        if (server in told and not told[server].sessions) or server not in sight.rows
    )


def _cuts(key: str, members: Sequence[Member], told: Mapping[str, ServerTold], now: float) -> list[str]:
    """Return the commands that cut the sessions of members whose time is over."""
    over = [member for member in members if now >= member.leave_time.ToNanoseconds() / 1e9]
    servers = [server_name(key, member) for member in over]
    return [
        f"shutdown sessions server {key}/{name}" for name in servers if name in told and told[name].sessions
    ]


def _until_due(membership: Membership, now: float) -> float:
    """Return the seconds until something of the membership is due."""
    times = [member.leave_time for member in draining(membership)]
    if membership.transition.min_healthy:
        times.append(membership.transition.deadline)
    return max(0.0, min((time.ToNanoseconds() / 1e9 - now for time in times), default=_LONGEST_LOOK))
