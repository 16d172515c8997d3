"""The composition root: wires the adapters to the services, and runs them.

Order of the start: lock the data directory, open the store, find HAProxy, see whether all of it can
be used, reconcile, listen. Order of the end: take no more calls and finish those under way, finish
the apply under way; HAProxy stops or is left serving, as told; close the store.

Invariants: nothing is told to an HAProxy that serves before everything else was found usable. The
end takes `shutdown_grace`, whatever hangs: what is under way then is cancelled. An Aqueduct that does not
come to serve leaves an HAProxy that it did not start as it was.
"""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import structlog

from aqueduct import __version__, logs
from aqueduct.activities import Activities
from aqueduct.clock import SystemClock
from aqueduct.datadir import check_nothing_lost
from aqueduct.discovery.configured import configured
from aqueduct.discovery.missing import known_for
from aqueduct.discovery.registry import Registry
from aqueduct.gateway.exchange import Exchange
from aqueduct.gateway.openapi.pages import pages
from aqueduct.gateway.server import Gateway
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.lock import DirectoryLock
from aqueduct.model.bind import Address, parse_bind
from aqueduct.model.server_states import NO_STATES, SectionStates
from aqueduct.original import Original
from aqueduct.plan.rows import NO_ROWS, StateRows
from aqueduct.ports.clock import Clock
from aqueduct.rendering import fresh_renderer, renderer_of
from aqueduct.restoring import open_store
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.listen import check_free
from aqueduct.rpc.server import GrpcServer
from aqueduct.rpc.servicers import Servicers
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.control import Adapters, ControlPlane, Work
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.registry import Registering
from aqueduct.service.statistics import StatisticsService
from aqueduct.service.streams import Streams
from aqueduct.service.versions import Versions
from aqueduct.settings import OnExit, Settings, changed_to
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.telemetry import Telemetry
from aqueduct.ui import pages as ui
from aqueduct.v1.activity_pb2 import StartActivity
from aqueduct.v1.apply_pb2 import ApplyOutcome

log = structlog.get_logger()

_LAST_TURN = 0.5
"""Seconds that each part has to end in, when the grace is over."""
_LAST_WORDS = 2.0
"""Seconds that monitoring has to be told what is left, where it does not answer."""
_HURRY = 1.0
"""Seconds that HAProxy has to end in, once Aqueduct is told to hurry."""


class _HAProxy(MasterWorker):
    """The HAProxy, and whether this Aqueduct has started it."""

    spawned = False

    async def start(
        self, config: str, servers: StateRows = NO_ROWS, states: SectionStates = NO_STATES
    ) -> None:
        self.spawned = True
        await super().start(config, servers, states)


class Aqueduct:
    """One running Aqueduct: `async with Aqueduct(settings) as aqueduct:`.

    Once entered, its services can be called within the process, by the requests of the API:
    `await aqueduct.backends.PutBackend(PutBackendRequest(backend=...))`, `async for changes in
    aqueduct.registry.WatchRegistrations(WatchRegistrationsRequest())`. They raise the errors of `errors.py`.
    The event loop, the logging and the signals stay those of the program around it.

    Entering returns when HAProxy serves what is stored (or the first try to start it has failed: it
    is tried again) and gRPC listens. Leaving ends it all; HAProxy is stopped, unless `keep_haproxy`
    was set. Either may be cancelled: what is left of it is done without waiting for anybody.
    ConfigurationError where it cannot run as configured. Once left, it may be entered again.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.grpc_port = 0
        """The port that gRPC listens on, once entered."""
        self.port = 0
        """The port that the REST gateway listens on, once entered."""
        self.keep_haproxy = settings.on_exit is OnExit.KEEP
        self.entered = False
        """Whether it has come to serve."""
        self._deadline: float | None = None
        self._hurried = False
        self._is_open = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._is_open:
            raise RuntimeError("this Aqueduct is entered already")
        logs.settle()
        self._is_open, self.entered, self._deadline, self._hurried = True, False, None, False
        self._stack = AsyncExitStack()
        try:
            await self._open(self._stack)
        except BaseException:
            await self._close(None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._close(error)

    async def _close(self, error: BaseException | None) -> None:
        """Leave the stack. Of errors only a cancellation concerns the tasks; others are the body's own."""
        given = error if isinstance(error, asyncio.CancelledError) else None
        try:
            await self._stack.__aexit__(type(given) if given else None, given, None)
        finally:
            self._is_open = False

    def hurry(self) -> None:
        """Leave no grace to what is under way. Cancel the one who leaves as well: he may wait already."""
        self._hurried = True
        self._deadline = asyncio.get_running_loop().time()

    async def change(self, settings: Settings) -> ApplyOutcome:
        """Go on by `settings`, as far as that takes no restart, and by the templates as they are now.

        What takes one is logged. Errors: those of Reloading.take_up; nothing has changed then.
        """
        former = self.settings
        self.settings, left = changed_to(former, settings)
        try:
            outcome = await self._control.reloading.take_up()
        except BaseException:
            self.settings = former
            raise
        self._control.verifier.interval = self.settings.verify_interval
        self._store.retention = self.settings.history
        self._activities.store.retention = self.settings.streams.activity
        if left:
            log.warning("settings that take a restart", settings=left)
        return outcome

    async def _open(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        stack.enter_context(DirectoryLock(settings.data_dir))
        await check_free(settings.host, settings.grpc_port)
        await check_free(settings.host, settings.port)
        store, restored = await open_store(stack, settings)
        self._store = store
        original = stack.enter_context(contextlib.closing(Original(settings, store)))
        await original.read()
        haproxy = await _HAProxy.open(settings.data_dir / "haproxy", settings.haproxy_bin, settings.haproxy)
        stack.push_async_callback(haproxy.close)
        renderer, sections = renderer_of(settings, haproxy.capabilities)
        if not store.snapshot().revision:
            check_nothing_lost(settings.data_dir, sections)
        clock = SystemClock()
        telemetry = self._telemetry(stack, clock)
        self._activities = await Activities.open(stack, settings, clock)
        registry = await self._registry(stack, clock)
        sources = configured(settings.discovery, registry, clock)
        discoveries = Discoveries(sources, clock, settings.discovery.empty_grace)
        fresh = lambda: fresh_renderer(self.settings, haproxy.capabilities)  # noqa: E731 # as they are then
        given = Adapters(store, haproxy, haproxy.runtime, haproxy.states, renderer, fresh, discoveries, clock)
        control = ControlPlane(given, self._reserved(), settings.verify_interval, label=settings.label)
        self._control = control
        stack.push_async_callback(self._leave_haproxy, haproxy, control.reconciler)
        stack.push_async_callback(control.reconciler.life.close)
        streams = Streams(settings.streams.most)
        registering = Registering(registry if registry in sources else None, streams)
        statistics = self._statistics(haproxy, streams, clock)
        servicers = Servicers(
            control.configuration,
            control.history,
            control.status,
            control.reloading,
            registering,
            versions=Versions(discoveries),
            config_watch=ConfigWatch(store, streams, clock),
            statistics=statistics,
            activity=self._activities.attach(control, store, registry, haproxy.master_pid, streams),
        )
        self._offer(servicers)
        calls = Calls(telemetry.interceptors)
        server = GrpcServer(servicers, calls, control.status)
        exchange = Exchange(servicers.methods(), calls)
        gateway = Gateway(
            exchange, settings.gateway, {**ui.pages(), **pages(exchange.router), **telemetry.pages}
        )
        telemetry.attach(
            store,
            control,
            streams,
            registrations=lambda: sum(1 for _ in registry.ids()),
            activity_lost=lambda: self._activities.lost,
        )

        await control.reconciler.start()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for work in (self._activities.work, *control.works(), Work("collect statistics", statistics.run)):
            self._run(tasks, work)
        stack.push_async_callback(self._stop_original, original)
        for work in await original.start(control.history, registering, clock):
            self._run(tasks, work)
        stack.push_async_callback(self._stop_servers, server, gateway)
        stack.callback(streams.shut_down)  # first of all: they would hold up the rest for all of the grace
        self.grpc_port = await server.start(settings.host, settings.grpc_port)
        self.port = await gateway.start(settings.host, settings.port)
        for work in original.announcing(self.port):
            self._run(tasks, work)
        self.entered = True
        self._activities.note_started(
            StartActivity(version=__version__, label=settings.label, restored=restored)
        )
        log.info("serving", grpc=self._at(self.grpc_port), rest=self._at(self.port), version=__version__)

    def _offer(self, servicers: Servicers) -> None:
        self.frontends, self.backends, self.config = servicers.frontends, servicers.backends, servicers.config
        self.haproxy, self.registry = servicers.haproxy, servicers.registry
        self.stats, self.activity = servicers.stats, servicers.activity

    def _at(self, port: int) -> str:
        return f"{self.settings.host}:{port}"

    def _statistics(self, haproxy: _HAProxy, streams: Streams, clock: Clock) -> StatisticsService:
        window, control = self.settings.streams.stats_history, self._control
        statistics = StatisticsService(
            haproxy.statistics,
            control.reconciler,
            streams,
            clock,
            answering=control.answering,
            window=window,
        )
        control.status.on_state(statistics.became)
        control.on_members = statistics.changed
        control.states.on_change(lambda changes: statistics.changed({each.backend for each in changes}))
        return statistics

    async def _registry(self, stack: AsyncExitStack, clock: Clock) -> Registry:
        registrations = await LmdbRegistrations.open(self.settings.data_dir / "registry")
        stack.push_async_callback(registrations.close)
        discovery, snapshot = self.settings.discovery, self._store.snapshot()
        known = known_for(Registry.name, discovery.sources, snapshot)
        registry = Registry(registrations, clock, discovery.empty_grace, known)
        stack.push_async_callback(registry.close)
        return registry

    def _telemetry(self, stack: AsyncExitStack, clock: Clock) -> Telemetry:
        telemetry = Telemetry(clock)

        async def close() -> None:
            await telemetry.close(min(max(self._grace(), _LAST_TURN), _LAST_WORDS))

        stack.push_async_callback(close)
        return telemetry

    def _run(self, tasks: asyncio.TaskGroup, work: Work) -> None:
        """Run `work` until the stack is left, which has it stop and waits while there is grace."""
        task = tasks.create_task(work.run(), name=work.name)

        async def finish() -> None:
            try:
                if work.stop is not None:
                    work.stop()
                    await asyncio.wait([task], timeout=self._grace() or _LAST_TURN)
            finally:
                task.cancel()  # does nothing to one that is done
                while not (await asyncio.wait([task], timeout=_LAST_TURN))[0]:
                    log.warning("a task does not end: cancelled again", task=work.name)
                    task.cancel()

        self._stack.push_async_callback(finish)

    async def _stop_servers(self, server: GrpcServer, gateway: Gateway) -> None:
        try:
            grace = self._grace()
            await asyncio.gather(server.stop(grace), gateway.stop(grace))
        except asyncio.CancelledError:
            await asyncio.gather(server.stop(0), gateway.stop(0))
            raise

    async def _stop_original(self, original: Original) -> None:
        await original.stop(self._grace())

    def _grace(self) -> float:
        """Return the seconds that are left of the grace, which begins with the first call."""
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self.settings.shutdown_grace
        return max(0.0, self._deadline - now)

    def _reserved(self) -> dict[Address, str]:
        page = self.settings.proxy.stats_page
        return dict.fromkeys(parse_bind(page).addresses, "the stats page") if page else {}

    async def _leave_haproxy(self, haproxy: _HAProxy, reconciler: Reconciler) -> None:
        # An Aqueduct that fails to start must not end what its predecessor left serving.
        found = reconciler.adopted or not haproxy.spawned
        if self.keep_haproxy or (found and not self.entered):
            log.info("HAProxy is left as it is", data_dir=str(self.settings.data_dir))
            return
        with contextlib.suppress(TimeoutError):  # it was told, and ends as soon as it can
            async with asyncio.timeout(_HURRY if self._hurried else None):
                await haproxy.stop()
