"""Aqueduct as a process of its own: signals, readiness, settings that are read again.

SIGINT and SIGTERM end it, SIGHUP has it read its settings and templates again: what is wrong then is
logged, and nothing changes.
"""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from functools import partial

import structlog

from aqueduct import logs
from aqueduct.app import Aqueduct
from aqueduct.errors import AqueductError, ConfigurationError
from aqueduct.notify import notify
from aqueduct.settings import OnExit, Settings
from aqueduct.signals import handled
from aqueduct.v1.apply_pb2 import ApplyKind

log = structlog.get_logger()

Read = Callable[[], Settings]
"""Reads the settings again; ConfigurationError where they will not do."""


async def serve(
    settings: Settings, on_ready: Callable[[int, int], None] = lambda *_: None, reread: Read | None = None
) -> None:
    """Run until SIGINT or SIGTERM. `on_ready` is told the ports of gRPC and REST once calls are taken.

    SIGHUP has `reread` called; without it only the templates are read again.
    A signal during the start cancels it. A second signal leaves no grace, a third ends the process.
    ConfigurationError where it cannot run as configured.
    """
    aqueduct = Aqueduct(settings)
    stop, hangup = asyncio.Event(), asyncio.Event()
    changing = partial(_change, aqueduct, reread or (lambda: aqueduct.settings), hangup)
    work = asyncio.create_task(_serve(aqueduct, on_ready, stop, changing), name="serve")

    def on_signal(number: signal.Signals) -> None:
        log.info("stopping", signal=number.name)
        if settings.on_exit is OnExit.AUTO:
            aqueduct.keep_haproxy = number is signal.SIGTERM
        if aqueduct.entered:
            stop.set()
        else:
            work.cancel()

    def on_second_signal() -> None:
        aqueduct.hurry()
        work.cancel()

    with handled(on_signal, on_second_signal, hangup.set):
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            if not work.done():  # it is us who are cancelled; else it was a signal that cancelled the work
                work.cancel()
                await asyncio.wait([work])
                raise


async def _serve(
    aqueduct: Aqueduct,
    on_ready: Callable[[int, int], None],
    stop: asyncio.Event,
    changing: Callable[[], Coroutine[None, None, None]],
) -> None:
    async with aqueduct:
        on_ready(aqueduct.grpc_port, aqueduct.port)
        notify("READY=1")
        change = asyncio.create_task(changing(), name="change settings")
        await stop.wait()
        notify("STOPPING=1")
        change.cancel()


async def _change(aqueduct: Aqueduct, read: Read, hangup: asyncio.Event) -> None:
    """At each `hangup` go on by the settings as they are then."""
    while True:
        await hangup.wait()
        hangup.clear()
        try:
            settings = await asyncio.to_thread(read)
            outcome = await aqueduct.change(settings)
        except (AqueductError, ConfigurationError) as error:
            log.error("settings and templates stay as they were", error=str(error))
        except Exception:  # an error of ours must not be the end of it
            log.exception("settings and templates stay as they were")
        else:
            logs.set_level(debug=settings.debug)
            log.info("settings and templates were read again", apply=ApplyKind.Name(outcome.kind))
