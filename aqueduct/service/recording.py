"""Recording: has what happens anywhere in the control plane recorded as activity.

It decides nothing: others tell what they do, `model/happening.py` says it in words.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from aqueduct.model.happening import (
    applied,
    aqueduct_started,
    config_changed,
    deregistered,
    drift_found,
    haproxy_changed,
    registered,
    source_changed,
    switch_changed,
)
from aqueduct.model.refusals import refused
from aqueduct.model.resources import ref_of
from aqueduct.model.server_status import Status
from aqueduct.model.sparing import Sparing
from aqueduct.ports.activity import Server
from aqueduct.ports.clock import Clock
from aqueduct.ports.registry import Registry
from aqueduct.ports.store import Store
from aqueduct.service.control import ControlPlane
from aqueduct.service.member_events import MemberEvents
from aqueduct.v1.activity_pb2 import (
    VERB_SWITCH_COMPLETED,
    VERB_SWITCH_FAILED,
    VERB_SWITCH_STARTED,
    Event,
    StartActivity,
)
from aqueduct.v1.apply_pb2 import ApplyOutcome
from aqueduct.v1.backend_pb2 import Transition
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, Drift, HAProxyState, Refusal, SourceStatus
from aqueduct.v1.history_pb2 import Revision
from aqueduct.v1.registry_pb2 import Registration


class Recording:
    """Records what happens from now on. `told` is how members were told to stand before."""

    def __init__(
        self,
        control: ControlPlane,
        store: Store,
        registry: Registry,
        master: Callable[[], int],
        told: Mapping[Server, Status],
        *,
        clock: Clock,
    ) -> None:
        """`master` tells the process id of HAProxy's master."""
        self._control = control
        self._recorder = control.recorder
        self._store = store
        self._registry = registry
        self._master = master
        self.members = MemberEvents(store, control.roster, control.states, control.recorder, told)
        self._switches = {
            key: membership.transition
            for key, membership in store.snapshot().memberships.items()
            if membership.transition.min_healthy
        }
        self._registrations: dict[str, Registration] = {}
        self._silent: set[str] = set()
        self._has_been_up = False
        self._clock = clock
        self._sparing = Sparing()
        store.on_revision(self._note_revision)
        control.admission.on_commit.append(self._note_changes)
        control.admission.on_refused.append(self._note_refused)
        control.reconciler.on_apply.append(self._note_apply)
        control.reconciler.on_refused.append(self._note_not_served)
        control.reconciler.life.on_state(self._note_haproxy)
        control.transitions.on_failed.append(self._note_failed)
        control.transitions.on_checked.append(self.members.checked)
        control.verifier.on_drift.append(self._note_drift)
        control.discoveries.on_source.append(self._note_source)
        self._note_known(registry.ids())
        registry.on_change(self._note_registrations)

    def note_started(self, start: StartActivity) -> None:
        """Record that Aqueduct has come to serve."""
        self._recorder.record(aqueduct_started(start))

    def _note_revision(self, _: int, revisions: Sequence[Revision]) -> None:
        for revision in revisions:
            self._recorder.record(config_changed(revision))

    def _note_changes(self, changes: Sequence[Change]) -> None:
        self.members.committed(changes)
        for key in {ref_of(change).key for change in changes}:
            self._note_switch(key)

    def _note_switch(self, key: str) -> None:
        membership = self._store.snapshot().memberships.get(key)
        transition = membership.transition if membership is not None else Transition()
        known = self._switches.get(key)
        if transition.min_healthy and (known is None or known.revision != transition.revision):
            self._switches[key] = transition
            self._recorder.record(switch_changed(key, VERB_SWITCH_STARTED, transition))
        elif known is not None and known.revision != transition.revision:
            del self._switches[key]
            if not transition.revision and membership is not None:
                self._recorder.record(switch_changed(key, VERB_SWITCH_COMPLETED, known))

    def _note_failed(self, key: str, reason: str) -> None:
        known = self._switches.pop(key, None)
        if known is not None:
            self._recorder.record(switch_changed(key, VERB_SWITCH_FAILED, known, reason))

    def _note_apply(self, outcome: ApplyOutcome) -> None:
        self._record(applied(outcome))

    def _note_refused(self, refusal: Refusal) -> None:
        if not refusal.HasField("write") or self._sparing.is_told(refusal, self._clock.monotonic()):
            self._recorder.record(refused(refusal))

    def _note_not_served(self, refusal: Refusal) -> None:
        self._note_refused(refusal)
        self.members.compare_all()  # it may have been taken back

    def _note_haproxy(self, state: HAProxyState) -> None:
        reconciler = self._control.reconciler
        event = haproxy_changed(
            state, reconciler.life.error, self._master(), adopted=reconciler.adopted and not self._has_been_up
        )
        self._has_been_up |= state == HA_PROXY_STATE_RUNNING
        self._record(event)

    def _note_drift(self, drift: Drift) -> None:
        self._recorder.record(drift_found(drift))

    def _note_source(self, status: SourceStatus) -> None:
        if bool(status.error) == (status.name in self._silent):
            return
        (self._silent.add if status.error else self._silent.discard)(status.name)
        self._recorder.record(source_changed(status))

    def _note_known(self, ids: Iterable[str]) -> None:
        for key in ids:
            registration = self._registry.get(key)
            if registration is not None:
                self._registrations[key] = registration

    def _note_registrations(self, ids: Collection[str]) -> None:
        for key in ids:
            registration, known = self._registry.get(key), self._registrations.get(key)
            if registration is not None:
                self._registrations[key] = registration
                self._record(registered(registration) if known is None else None)
            elif known is not None:
                self._record(deregistered(self._registrations.pop(key)))

    def _record(self, event: Event | None) -> None:
        if event is not None:
            self._recorder.record(event)
