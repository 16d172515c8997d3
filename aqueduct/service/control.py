"""The control plane: all services of one Aqueduct, made to fit each other, and run together.

The composition root gives it the adapters. What it makes is what every protocol calls.
"""

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from typing import NamedTuple

from aqueduct.model.bind import Address
from aqueduct.model.resources import Kind, ref_of
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxy
from aqueduct.ports.runtime import Runtime
from aqueduct.ports.states import States
from aqueduct.ports.store import Store
from aqueduct.render.renderer import Renderer
from aqueduct.service.admission import Admission
from aqueduct.service.answering import Answering
from aqueduct.service.applier import Applier
from aqueduct.service.configuration import Configuration
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.following import Following
from aqueduct.service.history import History
from aqueduct.service.memberships import Memberships
from aqueduct.service.mentioned import Mentioned
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.recorder import Recorder
from aqueduct.service.reloading import Reloading
from aqueduct.service.roster import Roster
from aqueduct.service.states import MemberStates
from aqueduct.service.status import StatusService
from aqueduct.service.transitions import Transitions
from aqueduct.service.trial import Trial
from aqueduct.service.verifier import Verifier
from aqueduct.service.workers import Workers
from aqueduct.v1.config_pb2 import Change

VERIFY_INTERVAL = 30.0
"""Seconds between two comparisons of what runs with what should."""


class Adapters(NamedTuple):
    """What a control plane works with."""

    store: Store
    haproxy: HAProxy
    runtime: Runtime
    states: States
    renderer: Renderer
    fresh: Callable[[], Renderer]
    """Makes another renderer, of templates and settings as they are now."""
    discoveries: Discoveries
    clock: Clock


class Work(NamedTuple):
    """A task of the control plane."""

    name: str
    run: Callable[[], Coroutine[None, None, None]]
    stop: Callable[[], None] | None = None
    """Has it end when it has done what is under way; without one it is cancelled at any time."""


class ControlPlane:
    """The services. `reserved` are addresses that no frontend may have, by their owner.

    `label` is what the status calls it.
    """

    def __init__(
        self,
        given: Adapters,
        reserved: Mapping[Address, str],
        verify_interval: float = VERIFY_INTERVAL,
        *,
        label: str = "",
    ) -> None:
        self.recorder = Recorder(given.clock)
        self.answering = Answering(given.clock)
        memberships = Memberships(given.discoveries.known, given.clock)
        self._applier = Applier(given.haproxy, given.runtime)
        self._reloads = 0
        self.reconciler = Reconciler(given.store, given.haproxy, self._applier, given.renderer, given.clock)
        trial = Trial(given.haproxy, given.renderer, self.reconciler, Mentioned(given.store.snapshot()))
        self.admission = Admission(given.store, trial, self.reconciler, memberships, reserved)
        self.transitions = Transitions(
            self.reconciler,
            self.admission,
            memberships,
            self._applier,
            runtime=given.runtime,
            clock=given.clock,
        )
        self.discoveries = given.discoveries
        self.following = Following(given.store, self.admission, memberships, self.discoveries)
        self.configuration = Configuration(
            given.store, self.admission, memberships, self.transitions, self.discoveries
        )
        self.history = History(given.store, self.configuration, given.renderer)
        self.reloading = Reloading(
            self.reconciler,
            self._applier,
            given.haproxy,
            given.renderer,
            clock=given.clock,
            fresh=given.fresh,
        )
        self.verifier = Verifier(
            self.reconciler,
            self._applier,
            self.transitions,
            given.haproxy,
            given.runtime,
            clock=given.clock,
            answering=self.answering,
            interval=verify_interval,
        )
        self.roster = Roster(given.store)
        self.states = MemberStates(
            given.states, given.clock, lambda: self.verifier.interval, self.roster.begins_down
        )
        self.workers = Workers(given.haproxy, lambda: self._applier.loads)
        self.status = StatusService(
            given.haproxy,
            self._applier,
            self.reconciler,
            self.transitions,
            self.discoveries,
            self.verifier,
            self.workers,
            self.answering,
            label,
        )
        self.reconciler.account.on_served = self._served
        self.reconciler.life.on_state(lambda _: self.answering.forget())
        self.on_members: Callable[[Collection[str]], None] = lambda _: None
        """Told the keys of backends whose members, or what operators set of them, HAProxy serves since."""

    def works(self) -> Sequence[Work]:
        """Return the tasks in the order in which they begin; they end in the opposite one."""
        return (
            Work("reconcile", self.reconciler.run, self.reconciler.stop),
            Work("admit", self.admission.run, self.admission.close),
            Work("take switches further", self.transitions.run),
            Work("verify", self.verifier.run),
            Work("follow states of members", self.states.run),
            Work("count workers", self.workers.run),
            Work("follow discovery", self.following.run),
            Work("discover", self.discoveries.run),
        )

    def _served(self, changes: Sequence[Change]) -> None:
        refs = list(map(ref_of, changes))
        memberships = {ref.key for ref in refs if ref.kind is Kind.MEMBERSHIP}
        self.transitions.served(memberships)
        self.on_members(memberships)
        self.following.served({ref.key for ref in refs if ref.kind is Kind.BACKEND})
        if self._applier.loads != self._reloads:
            self._reloads = self._applier.loads
            self.verifier.look()
