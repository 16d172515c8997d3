"""The HAProxy port on real processes: at most one HAProxy in master-worker mode, in its directory.

process.py opens with the theory of the processes, instance.py with that of reloads. This file only
joins them. File work is done in threads: an fsync may take long, and the event loop serves others.
"""

import asyncio
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Self

import structlog

from aqueduct.errors import AqueductError, ConfigurationError, Unavailable
from aqueduct.haproxy import kernel, preamble
from aqueduct.haproxy.directory import Directory, made
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.generations import FILE, Generation
from aqueduct.haproxy.instance import Instance
from aqueduct.haproxy.live import LiveRuntime
from aqueduct.haproxy.master import SOCKET, NoAnswer
from aqueduct.haproxy.output import words
from aqueduct.haproxy.outside import Outside
from aqueduct.haproxy.privileges import Ourselves, Privileges
from aqueduct.haproxy.process import Master
from aqueduct.haproxy.program import Program
from aqueduct.haproxy.pushed import PushedStates
from aqueduct.haproxy.servers import rest_states
from aqueduct.haproxy.state_log import StateLog
from aqueduct.haproxy.statistics import WorkerStatistics
from aqueduct.haproxy.sudo import Sudo
from aqueduct.model.bind import Address
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import NO_STATES, SectionStates
from aqueduct.plan.rows import NO_ROWS, StateRows
from aqueduct.ports.haproxy import Alert, HAProxyEnded, HAProxyFailed
from aqueduct.ports.states import Doubt
from aqueduct.settings import HAProxySettings
from aqueduct.v1.haproxy_pb2 import HAProxyInfo

_STOP_GRACE = 5.0
"""Seconds that HAProxy may take to end when told to."""

_CUT = "hard-stop"
"""What a worker says of itself that `hard-stop-after` ends."""

_PLAIN = HAProxySettings()

_log = structlog.get_logger()


# -db: a `daemon` in the configuration must not take the master out of our sight.
def arguments(access: Sequence[str]) -> Sequence[str]:
    """Return the arguments of a master whose socket has `access` as further parameters."""
    return ("-W", "-db", "-S", ",".join((f"unix@./{SOCKET}", "mode", "600", *access)), "-f", FILE)


class MasterWorker:
    """The HAProxy of one directory. Nothing else may write there while it is open."""

    def __init__(
        self,
        directory: Directory,
        program: Program,
        privileges: Privileges,
        outside: Outside,
        states: StateLog,
    ) -> None:
        self._directory = directory
        self._privileges = privileges
        self._program = program
        self._outside = outside
        self._instance: Instance | None = None
        self._log = states
        states.know_by(lambda pid: self._instance is not None and self._instance.master.has(pid))
        self.runtime = LiveRuntime(directory, self._serving)
        """The Runtime API of the worker that serves."""
        self.states = PushedStates(states, self.runtime)
        """How its servers stand."""
        self.statistics = WorkerStatistics(directory.path)
        """What HAProxy counts, over all of its workers."""

    @classmethod
    async def open(cls, directory: Path, binary: Path | None, settings: HAProxySettings = _PLAIN) -> Self:
        """Make ready for the HAProxy of `directory`; start or adopt none yet.

        `binary` is the HAProxy to run; None takes the package's, else the one on PATH.
        ConfigurationError where there is none, or none that is recent enough, or `settings` cannot be met.
        """
        outside = Outside(settings)
        try:
            path = await on_disk(made, directory)
            await on_disk(outside.check, path)
            privileges: Privileges = await on_disk(Sudo if settings.sudo else Ourselves, path)
            program = await Program.open(path, privileges, binary)
            await on_disk(outside.check_socket, privileges.try_bind)
            states = await on_disk(StateLog, path)
            extra = outside.lines(path, privileges.access, states.port)
            its = await on_disk(Directory, path, extra, outside.put_config)
        except (HAProxyFailed, AqueductError) as error:
            raise ConfigurationError(str(error)) from error
        states.begin()
        return cls(its, program, privileges, outside, states)

    @property
    def capabilities(self) -> Capabilities:
        """What this HAProxy can do."""
        return self._program.capabilities

    def config(self, body: str | None = None) -> str:
        """Return the configuration file that HAProxy runs, whole; empty where none runs."""
        serving = self._serving()
        if serving is None:
            return ""
        return serving.text if body is None else serving.changed(body).text

    async def check(self, config: str) -> tuple[Alert, ...]:
        """Have HAProxy read `config`, and return its errors."""
        instance = self._instance
        running = instance.master if instance is not None and instance.master.alive() else None
        return await self._program.check(config, running)

    async def try_bind(self, addresses: Sequence[Address], held: Sequence[Address]) -> dict[Address, str]:
        """Try to bind `addresses`; return those that cannot be had, each with the reason."""
        new = [address for address in addresses if address not in set(held)]
        return await asyncio.to_thread(self._privileges.try_bind, new)

    async def adopt(self) -> str | None:
        """Take over a running HAProxy of this directory; return the body that it runs.

        One that does not answer can never be told anything again: it is ended. That is known after a
        minute, and after a few seconds where the file of its socket is missing though it has workers.
        Where Aqueduct's own lines have to change, the body has a line more, so that a reload follows.
        """
        instance = await on_disk(self._find)
        if instance is None:
            await on_disk(self._outside.remove_pid)
            return None
        try:
            await instance.settle()
        except (NoAnswer, HAProxyEnded) as error:
            _log.warning(
                "an HAProxy that does not answer is ended", pid=instance.master.pid, error=str(error)
            )
            await self._end(instance)
            return None
        await self._program.adopt(instance.master)
        await on_disk(self._outside.put_pid, instance.master.pid)
        self._log.serves(instance.worker, Doubt.ADOPTED)
        serving = instance.serving
        if serving is None:
            return ""
        is_up_to_date = preamble.is_up_to_date(serving.text, self._directory.extra)
        return serving.body if is_up_to_date else preamble.marked(serving.body)

    async def start(
        self, config: str, servers: StateRows = NO_ROWS, states: SectionStates = NO_STATES
    ) -> None:
        """Start HAProxy on `config`, its `servers` in these states, and return when it serves."""
        await on_disk(self._make_room)
        await self._program.renew()
        generation, offset = await on_disk(self._directory.keep, config, states)
        rest = rest_states(servers)
        instance = await on_disk(self._spawn, generation, rest)
        try:
            await instance.start(generation, rest)
        except HAProxyFailed as error:
            await self._end(instance)
            said = words(await on_disk(self._directory.output.since, offset))
            raise HAProxyFailed(said or f"{error}: it did not say why") from error
        self._log.serves(instance.worker, Doubt.LOADED)
        await on_disk(self._outside.put_pid, instance.master.pid)

    async def reload(
        self,
        config: str,
        servers: StateRows = NO_ROWS,
        rest: StateRows = NO_ROWS,
        states: SectionStates = NO_STATES,
    ) -> None:
        """Have a new worker take over with `config`; return when it serves."""
        await self.runtime.close()
        await self.statistics.hold()
        instance = self._running()
        try:
            await instance.reload(config, servers, rest_states(rest), states)
        except NoAnswer as error:  # it may come to its end still
            self._log.doubt(Doubt.LOADED)
            raise Unavailable("HAPROXY_SILENT", str(error)) from error
        except (HAProxyFailed, AqueductError):
            self.statistics.release()
            raise
        finally:
            self.statistics.reloaded()
        self._log.serves(instance.worker, Doubt.LOADED)

    async def write_down(self, config: str, rest: StateRows) -> None:
        """Make the file of the worker that serves `config`, as it was changed live, and `rest` its states."""
        await self._running().write_down(config, rest_states(rest))

    async def is_serving(self) -> bool:
        """Tell whether the worker that serves is the one that was started, reloaded or adopted last."""
        return await self._running().is_serving()

    def master_pid(self) -> int:
        """Return the process id of the master that runs; 0 for none."""
        instance = self._instance
        return instance.master.pid if instance is not None and instance.serving is not None else 0

    async def old_workers(self) -> Collection[int]:
        """Return the workers of earlier reloads that still finish their sessions."""
        return await self._running().old_workers()

    async def was_cut(self, worker: int) -> bool:
        """Tell whether a worker that has ended was ended by `hard-stop-after`, with sessions left."""
        return await on_disk(self._directory.output.tells, worker, _CUT)

    async def ended(self) -> str:
        """Wait until HAProxy has ended, all of its workers too; tell how, as `was killed by SIGKILL`."""
        instance = self._instance
        if instance is None:
            return "was not started"
        how = await instance.master.ended()
        instance.serving = None
        await on_disk(self._outside.remove_pid, instance.master.pid)
        said = await on_disk(self._directory.output.last_words, instance.master.pid)
        return f"{how}: {said}" if said else how

    async def info(self) -> HAProxyInfo:
        """Return what the serving worker says of itself. Unavailable while none serves."""
        try:
            return await self._running().info()
        except HAProxyFailed as error:
            raise Unavailable("HAPROXY_DOWN", str(error)) from error

    async def stop(self) -> None:
        """End HAProxy and its workers at once. Does nothing where none runs."""
        await self.statistics.close()
        if self._instance is not None:
            await self._end(self._instance)

    async def close(self) -> None:
        """Let go of HAProxy, which runs on. Nobody may wait for `ended` any more."""
        await self.runtime.close()
        await self.statistics.close()
        self._log.close()
        await on_disk(self._outside.close)
        self._hold(None)

    def _serving(self) -> Generation | None:
        return self._instance.serving if self._instance is not None else None

    def _running(self) -> Instance:
        if self._instance is None or not self._instance.master.alive():
            raise HAProxyEnded("HAProxy does not run")
        return self._instance

    def _hold(self, instance: Instance | None) -> None:
        if self._instance is not None:
            self._instance.master.close()
        self._instance = instance

    def _find(self) -> Instance | None:
        """Hold the HAProxy that runs, None where none does."""
        held = self._privileges.claim()
        return None if held is None else self._watched(held)

    def _make_room(self) -> None:
        """End workers whose master is gone; HAProxyFailed where there is a master."""
        held = self._privileges.claim()
        if held is not None:
            os.close(held.descriptor)
            raise HAProxyFailed("an HAProxy of this directory runs already")

    def _spawn(self, generation: Generation, servers: str) -> Instance:
        """Start and hold a master, in one step: whoever is cancelled here must still be able to stop it."""
        self._directory.prepare(generation, servers)
        output = self._directory.output.path
        start = arguments(self._privileges.access)
        return self._watched(self._privileges.spawn(self._program.path, start, output))

    def _watched(self, held: kernel.Held) -> Instance:
        master = Master.of(held, self._privileges)
        instance = Instance(master, self._directory, self._program, self.statistics.with_sessions)
        self._hold(instance)
        return instance

    async def _end(self, instance: Instance) -> None:
        await instance.master.terminate()
        try:
            async with asyncio.timeout(_STOP_GRACE):
                await instance.master.ended()
        except TimeoutError:
            await instance.master.kill()
            await instance.master.ended()
        instance.serving = None
        await on_disk(self._outside.remove_pid, instance.master.pid)
