"""The services as rpc sees them, without an HAProxy behind: the real store, configuration and validation."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from aqueduct.clock import SystemClock
from aqueduct.errors import Unavailable
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.resources import ref_of
from aqueduct.model.snapshot import check_preconditions
from aqueduct.ports.store import NOTHING_KNOWN, Store
from aqueduct.render.renderer import Renderer
from aqueduct.render.templates import builtin_templates
from aqueduct.service.activity import ActivityService
from aqueduct.service.activity_log import ActivityLog
from aqueduct.service.admission import AS_THE_BACKEND_SAYS, Admission, Admitted, Rehearsed
from aqueduct.service.configuration import Configuration
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.history import History
from aqueduct.service.memberships import Memberships, Stored, Switching
from aqueduct.service.reloading import Reloading
from aqueduct.service.status import StatusService
from aqueduct.service.streams import Streams
from aqueduct.service.switches import Switches
from aqueduct.service.transitions import Transitions
from aqueduct.settings import ProxySettings, Retention
from aqueduct.store.activity import LmdbActivity
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, ApplyOutcome, Plan
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, HAProxyInfo, HAProxyState, Status
from aqueduct.v1.history_pb2 import Revision

PLAN = Plan(kind=APPLY_KIND_RELOAD, reason="a plan", config_diff="+listen")


# ruff: noqa: ARG002 # what the doubles are given is what the real ones are


class InstantAdmission(Admission):
    """Stores what is valid at once, serves it once `served` is set; raises what `failures` has first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures: list[Exception] = []
        self.submitted = asyncio.Event()
        self.served = asyncio.Event()
        self.served.set()
        self.switching = AS_THE_BACKEND_SAYS
        """Of the last that was submitted."""

    async def submit(
        self,
        changes: Sequence[Change],
        paths: Sequence[str],
        switching: Switching = AS_THE_BACKEND_SAYS,
        about: Revision = NOTHING_KNOWN,
    ) -> Admitted:
        self.switching = switching
        if self.failures:
            self.submitted.set()
            raise self.failures.pop(0)
        before = self._store.snapshot()
        committed = await self._store.commit(changes, about)
        self.submitted.set()
        served = asyncio.ensure_future(self._serve(committed.revision))
        return Admitted(committed, tuple(before.get(ref_of(change)) for change in changes), served)

    async def submit_own(self, changes: Callable[[Stored], Sequence[Change]]) -> Admitted:
        return await self.submit(changes(self._store.snapshot()), ())

    async def _serve(self, revision: int) -> ApplyOutcome:
        await self.served.wait()
        return ApplyOutcome(kind=APPLY_KIND_RELOAD, revision=revision)

    async def rehearse(
        self, changes: Sequence[Change], paths: Sequence[str], switching: Switching = AS_THE_BACKEND_SAYS
    ) -> Rehearsed:
        stored = self._store.snapshot()
        check_preconditions(stored, changes)
        return Rehearsed(tuple(stored.get(ref_of(change)) for change in changes), PLAN)


class NoSwitches(Transitions):
    """Has no switch under way: whoever waits for one goes on at once."""

    def __init__(self) -> None:
        self.switches = Switches()


class NoDiscoveries(Discoveries):
    """Knows of no member, and takes any source for configured."""

    def __init__(self) -> None:
        super().__init__((), SystemClock())

    def check(self, backend: Backend) -> None:
        pass


class FixedStatus(StatusService):
    """Tells what it was told."""

    def __init__(self) -> None:
        self.state: HAProxyState = HA_PROXY_STATE_RUNNING
        self.running_info: HAProxyInfo | None = HAProxyInfo(version="2.8.25")
        self._listeners: list[Callable[[HAProxyState], None]] = []

    def status(self) -> Status:
        return Status(haproxy_state=self.state, stored_revision=7, applied_revision=6)

    def config(self) -> tuple[str, int]:
        return "global\n", 6

    def on_state(self, listener: Callable[[HAProxyState], None]) -> None:
        self._listeners.append(listener)
        listener(self.state)

    async def info(self) -> HAProxyInfo:
        if self.running_info is None:
            raise Unavailable("HAPROXY_DOWN", "HAProxy does not run")
        return self.running_info

    def become(self, state: HAProxyState) -> None:
        """Change the state, and tell the listeners."""
        self.state = state
        for listener in self._listeners:
            listener(state)


def configuration(store: Store, admission: InstantAdmission) -> Configuration:
    """Return the real one, behind which no member is switched and none is discovered."""
    discoveries = NoDiscoveries()
    memberships = Memberships(discoveries.known, SystemClock())
    return Configuration(store, admission, memberships, NoSwitches(), discoveries)


def history(store: Store, admission: InstantAdmission) -> History:
    """Return the real one."""
    renderer = Renderer(builtin_templates(), ProxySettings(), Capabilities("2.8", shares_names=True))
    return History(store, configuration(store, admission), renderer)


class NotedReloads(Reloading):
    """Reloads nothing, and notes the reasons that it was asked with."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    async def plan(self, reason: str = "") -> Plan:
        return Plan(kind=APPLY_KIND_RELOAD, reason=reason)

    async def reload(self, reason: str = "") -> ApplyOutcome:
        self.reasons.append(reason)
        return ApplyOutcome(kind=APPLY_KIND_RELOAD, reason=reason)


class Happening:
    """Activity in a store of its own. What is noted is written by `run`."""

    def __init__(self, store: LmdbActivity, streams: Streams) -> None:
        self.store = store
        self.log = ActivityLog(store)
        self.service = ActivityService(store, self.log, streams, SystemClock())

    @classmethod
    async def open(cls, directory: Path, streams: Streams, retention: Retention | None = None) -> "Happening":
        clock = SystemClock()
        return cls(await LmdbActivity.open(directory, retention or Retention(), clock), streams)
