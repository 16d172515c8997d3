"""A control plane in this process, on a real store and a real HAProxy, that a walk is made with."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CoroutineType
from unittest.mock import patch

from aqueduct.errors import NotFound
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.generations import FILE
from aqueduct.plan.verify import PROBE
from aqueduct.render.rendered import Rendered
from aqueduct.render.renderer import Renderer
from aqueduct.render.templates import builtin_templates
from aqueduct.service.applier import Applier
from aqueduct.service.configuration import WriteOptions
from aqueduct.service.control import Adapters, ControlPlane
from aqueduct.service.discoveries import Discoveries
from aqueduct.settings import ProxySettings
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, ApplyKind
from tests.integration.equal.drawing import Step
from tests.integration.equal.told import COMMANDS, Servers, servers

_PAUSE = 0.005
_LAG = 0.02
"""Seconds that HAProxy's file may lag behind: no test is to wait for it."""
_HURRY = 0.2
"""Seconds after which the time of a switch is taken to be over."""
_FAULTS = ("HAProxy refused", "is not as it was changed", "could not be made live", "not known")


class LeapingClock:
    """The machine's clock, which may leap: so a time-out that is to come takes no time."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time() + self._ahead

    def leap(self) -> None:
        self._ahead += 1.0


@dataclass
class Plane:
    """The services, and how they brought HAProxy from one step to the next."""

    store: LmdbStore
    haproxy: MasterWorker
    control: ControlPlane
    clock: LeapingClock
    directory: Path
    applied: Counter[ApplyKind] = field(default_factory=Counter)
    """Applies since this was cleared last, by their kinds."""
    faults: list[str] = field(default_factory=list)
    """What should not have happened: why live changes fell through to reloads."""

    @property
    def applier(self) -> Applier:
        return self.control.status.applier

    async def take(self, step: Step) -> None:
        """Make a step; do not wait for what becomes of it."""
        configuration = self.control.configuration
        if step.changes:
            paths = [""] * len(step.changes)
            options = WriteOptions(wait_for=WAIT_FOR_COMMIT)
            await configuration.write(step.changes, paths=paths, options=options)
        for word in step.words:
            with suppress(NotFound):  # the step has just removed it
                await configuration.set_member(
                    word.key, word.address, word.change(), wait_for=WAIT_FOR_COMMIT
                )

    async def rest(self) -> None:
        """Wait until all is served, no switch is under way, and HAProxy's files are written."""
        begun = self.clock.monotonic()
        while not await self._is_at_rest():
            if self.clock.monotonic() - begun > _HURRY:
                self.clock.leap()
                begun = self.clock.monotonic()
            await asyncio.sleep(_PAUSE)

    async def _is_at_rest(self) -> bool:
        status, stored = self.control.status.status(), self.store.snapshot()
        if (
            status.applied_revision != status.stored_revision
            or status.transitions
            or any(membership.HasField("transition") for membership in stored.memberships.values())
        ):
            return False
        async with self.applier._files:  # what is being written is written then
            return not self.applier.is_lagging and not any(
                name.startswith(PROBE) for _, name in await self.servers()
            )

    async def servers(self) -> Servers:
        """Return what runs, as HAProxy tells it."""
        state, statistics = await self.haproxy.runtime.send(COMMANDS)
        return servers(state, statistics)

    def waits(self) -> Sequence[str]:
        """Return where each task waits, from without to within, for when it does so for too long."""
        told = []
        for task in asyncio.all_tasks():
            frames: list[str] = []
            waiting: object = task.get_coro()
            while isinstance(waiting, CoroutineType):
                frames.append(
                    f"{waiting.__qualname__}:{waiting.cr_frame.f_lineno if waiting.cr_frame else 0}"
                )
                waiting = waiting.cr_await
            told.append(f"{task.get_name()}: {' > '.join(frames)}")
        return told

    async def switches(self) -> Sequence[str]:
        """Return what is known of each switch that is under way, and what HAProxy tells of its servers."""
        switches, runtime = self.control.transitions.switches, self.haproxy.runtime
        rows = await runtime.servers(list(switches))
        of_stat = await runtime.told(list(switches))
        served = self.control.reconciler.served.memberships
        told = [f"now {self.clock.time()}, numbers {runtime._numbers} of generation {runtime._numbers_of}"]
        for key in switches:
            told += [repr(switches[key]), str(served.get(key)), f"{rows.get(key)}", f"{of_stat.get(key)}"]
        return told

    def disagreements(self) -> Sequence[str]:
        """Return what is wrong with this Aqueduct's own idea of what runs; nothing, hopefully."""
        status = self.control.status.status()
        told = [f"refused: {refusal}" for refusal in status.refusals]
        if status.drifts:
            told.append(f"drift: {status.last_drift}")
        if (self.directory / FILE).read_text() != self.control.status.config()[0]:
            told.append("the file is not what GetHAProxyConfig tells")
        return [*told, *self.faults]

    def _count(self) -> None:
        apply = self.applier.apply

        async def counted(rendered: Rendered) -> tuple[ApplyKind, str]:
            kind, reason = await apply(rendered)
            self.applied[kind] += 1
            if any(fault in reason for fault in _FAULTS):
                self.faults.append(reason)
            return kind, reason

        self.applier.apply = counted  # type: ignore[method-assign]


@asynccontextmanager
async def plane(directory: Path, binary: Path) -> AsyncIterator[Plane]:
    """Run a control plane in `directory`; what HAProxy runs there is adopted, and runs on."""
    store = await LmdbStore.open(directory / "store")
    haproxy = await MasterWorker.open(directory / "haproxy", binary)
    renderer = Renderer(builtin_templates(), ProxySettings(), haproxy.capabilities)
    clock = LeapingClock()
    given = Adapters(
        store,
        haproxy,
        haproxy.runtime,
        haproxy.states,
        renderer,
        lambda: renderer,
        Discoveries((), clock),
        clock,
    )
    control = ControlPlane(given, {})
    made = Plane(store, haproxy, control, clock, directory / "haproxy")
    await control.reconciler.start()
    made._count()
    try:
        with patch("aqueduct.service.reconciler.LAG", _LAG):
            async with asyncio.TaskGroup() as tasks:
                running = [(work, tasks.create_task(work.run())) for work in control.works()]
                try:
                    yield made
                finally:
                    for work, task in reversed(running):
                        (work.stop or task.cancel)()
    finally:
        await control.reconciler.life.close()
        await haproxy.close()
        await store.close()
