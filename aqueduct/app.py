"""The composition root: wires the adapters to the services, and runs them.

Order of the start: lock the data directory, open the store, find HAProxy, reconcile, listen. Order
of the end: take no more calls and finish those under way, finish the apply under way, close the
store; then HAProxy stops or is left serving, as told.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import structlog

from aqueduct import __version__
from aqueduct.errors import ConfigurationError, Unmet
from aqueduct.fdlimit import fitting
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.lock import DirectoryLock
from aqueduct.model.bind import Address, parse_bind
from aqueduct.model.capabilities import Capabilities
from aqueduct.render.renderer import Renderer
from aqueduct.rpc.server import GrpcServer
from aqueduct.service.admission import Admission
from aqueduct.service.configuration import Configuration
from aqueduct.service.reconciler import Reconciler
from aqueduct.service.status import StatusService
from aqueduct.service.trial import Trial
from aqueduct.settings import OnExit, Settings
from aqueduct.store.lmdb import LmdbStore
from aqueduct.templates import load_templates

log = structlog.get_logger()

GRACE = 10.0
"""Seconds that calls under way have to finish when Aqueduct ends."""


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970-01-01 UTC."""
        return time.time()


class Aqueduct:
    """One running Aqueduct: `async with Aqueduct(settings) as aqueduct:`.

    Entering returns when HAProxy serves what is stored (or the first try to start it has failed: it
    is tried again) and gRPC listens. Leaving ends it all; HAProxy is stopped, unless `keep_haproxy`
    was set. ConfigurationError where it cannot run as configured.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.grpc_port = 0
        """The port that gRPC listens on, once entered."""
        self.keep_haproxy = settings.on_exit is OnExit.KEEP
        self._entered = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._open(self._stack)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._stack.__aexit__(kind, error, traceback)

    async def _open(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        stack.enter_context(DirectoryLock(settings.data_dir))
        store = await LmdbStore.open(settings.data_dir / "store")
        stack.push_async_callback(store.close)
        haproxy = await MasterWorker.open(settings.data_dir / "haproxy", settings.haproxy_bin)
        stack.push_async_callback(haproxy.close)
        templates = load_templates(settings.templates)
        renderer = Renderer(
            templates.sections, fitting(settings.proxy), haproxy.capabilities, templates.whole
        )
        reconciler = Reconciler(store, haproxy, renderer, SystemClock())
        stack.push_async_callback(self._leave_haproxy, haproxy, reconciler)
        stack.push_async_callback(reconciler.life.close)
        admission = Admission(store, Trial(haproxy, renderer, reconciler), reconciler, self._reserved())
        server = GrpcServer(Configuration(store, admission), StatusService(haproxy, reconciler))

        await reconciler.start()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        _run(stack, tasks, reconciler.run(), reconciler.stop)
        _run(stack, tasks, admission.run(), admission.close)
        self.grpc_port = await server.start(settings.host, settings.grpc_port)
        stack.push_async_callback(server.stop, GRACE)
        self._entered = True
        log.info("serving", grpc=f"{settings.host}:{self.grpc_port}", version=__version__)

    def _reserved(self) -> dict[Address, str]:
        page = self.settings.proxy.stats_page
        return dict.fromkeys(parse_bind(page).addresses, "the stats page") if page else {}

    async def _leave_haproxy(self, haproxy: MasterWorker, reconciler: Reconciler) -> None:
        # An Aqueduct that fails to start must not end what its predecessor left serving.
        if self.keep_haproxy or (reconciler.adopted and not self._entered):
            log.info("HAProxy is left serving", data_dir=str(self.settings.data_dir))
        else:
            await haproxy.stop()


def _renderer(settings: Settings, capabilities: Capabilities) -> Renderer:
    templates = load_templates(settings.templates)
    try:
        return Renderer(templates.sections, fitting(settings.proxy), capabilities, templates.whole)
    except Unmet as error:
        raise ConfigurationError(str(error)) from error


def _run(
    stack: AsyncExitStack,
    tasks: asyncio.TaskGroup,
    work: Coroutine[None, None, None],
    stop: Callable[[], None],
) -> None:
    """Run `work` until the stack is left, which calls `stop` and waits for it to finish."""
    task = tasks.create_task(work)

    async def finish() -> None:
        stop()
        await asyncio.wait([task])

    stack.push_async_callback(finish)


async def serve(settings: Settings, on_ready: Callable[[int], None] = lambda _: None) -> None:
    """Run until SIGINT or SIGTERM. `on_ready` is told the gRPC port once calls are taken.

    ConfigurationError where it cannot run as configured.
    """
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()

    def stop_on(number: signal.Signals) -> None:
        if not stop.done():
            stop.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop_on, number)
    async with Aqueduct(settings) as aqueduct:
        on_ready(aqueduct.grpc_port)
        received = await stop
        log.info("stopping", signal=received.name)
        if settings.on_exit is OnExit.AUTO:
            aqueduct.keep_haproxy = received is signal.SIGTERM
