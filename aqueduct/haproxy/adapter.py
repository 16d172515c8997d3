"""One HAProxy in master-worker mode: the HAProxy port on real processes.

This file owns the order of the steps; each step is another file's (process.py opens with the theory).
What a step must find done, whatever moment Aqueduct is killed at:

- The text of a generation is kept before a worker can run it, so `adopt` can always tell what runs.
- The file that HAProxy reads at the next reload is written before the reload and put back after a
  failed one; `adopt` makes it that of the worker that serves. So file and process agree at rest.
- The private copy is what the master runs before it is told to execute itself anew.

File work is done in threads: an fsync may take long, and the event loop serves others meanwhile.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import structlog

from aqueduct.errors import AqueductError, ConfigurationError, Unavailable
from aqueduct.haproxy import binding, check, process, show_info, state, verdict
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.generations import FILE, Generation, Generations
from aqueduct.haproxy.master import SOCKET, MasterCLI, NoAnswer
from aqueduct.haproxy.output import Output, words
from aqueduct.haproxy.program import EXECUTABLES, Program
from aqueduct.model.bind import Address
from aqueduct.model.capabilities import Capabilities
from aqueduct.ports.haproxy import Alert, HAProxyEnded, HAProxyFailed
from aqueduct.v1.haproxy_pb2 import HAProxyInfo

_STOP_GRACE = 5.0
"""Seconds that HAProxy may take to end when told to."""

_log = structlog.get_logger()

# -db: a `daemon` in the configuration must not take the master out of our sight.
_ARGUMENTS = ("-W", "-db", "-S", f"unix@./{SOCKET},mode,600", "-f", FILE)


class MasterWorker:
    """The HAProxy of one directory. Nothing else may write there while it is open."""

    def __init__(self, directory: Path, program: Program) -> None:
        self._directory = directory
        self._executables = directory / EXECUTABLES
        self._program = program
        self._cli = MasterCLI(directory)
        self._output = Output(directory / "haproxy.log")
        self._generations = Generations(directory)
        self._master: process.Master | None = None
        self._serving: Generation | None = None
        self._generation_of: dict[int, int] = {}  # by worker

    @classmethod
    async def open(cls, directory: Path, binary: Path | None) -> Self:
        """Make ready for the HAProxy of `directory`; start or adopt none yet.

        `binary` is the HAProxy to run; None takes the package's, else the one on PATH.
        ConfigurationError where there is none, or none that is recent enough.
        """
        try:
            directory = await on_disk(_prepare, directory)
            return cls(directory, await Program.open(directory, binary))
        except (HAProxyFailed, AqueductError) as error:
            raise ConfigurationError(str(error)) from error

    @property
    def capabilities(self) -> Capabilities:
        """What this HAProxy can do."""
        return self._program.capabilities

    def config(self) -> str:
        """Return the configuration file that HAProxy runs, whole; empty where none runs."""
        return self._serving.text if self._serving is not None else ""

    async def check(self, config: str) -> tuple[Alert, ...]:
        """Have HAProxy read `config`, and return its errors."""
        return await self._program.checker.check(config)

    async def try_bind(self, addresses: Sequence[Address], held: Sequence[Address]) -> dict[Address, str]:
        """Try to bind `addresses`; return those that cannot be had, each with the reason."""
        new = [address for address in addresses if address not in set(held)]
        return await asyncio.to_thread(binding.try_bind, new, self._own_processes)

    async def adopt(self) -> str | None:
        """Take over a running HAProxy of this directory; return the body that it runs.

        One that does not answer can never be told anything again: it is ended.
        """
        master = await on_disk(self._hold_running)
        if master is None:
            return None
        try:
            number = await master.outlives(verdict.any_generation(self._cli))
            self._serving = await self._settled(master, number)
        except HAProxyFailed as error:
            _log.warning("an HAProxy that does not answer is ended", pid=master.pid, error=str(error))
            await self._end(master)
            return None
        await self._program.adopt(master)
        await self._tidy(master)
        return self._serving.body if self._serving is not None else ""

    async def start(self, config: str) -> None:
        """Start HAProxy on `config` and return when it serves."""
        await on_disk(self._make_room)
        await self._program.renew()
        generation, offset = await on_disk(self._keep, config)
        master = await on_disk(self._spawn, generation)
        try:
            await master.outlives(verdict.serves(self._cli, generation.number))
        except HAProxyFailed as error:
            await self._end(master)
            said = words(await on_disk(self._output.since, offset))
            raise HAProxyFailed(said or f"{error}: it did not say why") from error
        self._serving = generation
        await self._tidy(master)

    async def reload(self, config: str) -> None:
        """Have a new worker take over with `config`; return when it serves."""
        try:
            await self._reload(self._running(), config)
        except NoAnswer as error:
            raise Unavailable("HAPROXY_SILENT", str(error)) from error

    async def _reload(self, master: process.Master, config: str) -> None:
        former = await master.outlives(self._known())
        await self._program.repair(master)
        servers = await master.outlives(self._cli.command(state.COMMAND))
        generation, offset = await on_disk(self._keep, config)
        try:
            await on_disk(self._install, generation, servers)
            await master.outlives(verdict.reload(self._cli, generation.number, self._output, offset))
        except (HAProxyFailed, AqueductError):
            await self._agree(former)
            await self._tidy(master)
            raise
        self._serving = generation
        await self._tidy(master)

    async def ended(self) -> str:
        """Wait until HAProxy has ended, all of its workers too; tell how."""
        if self._master is None:
            return "not started"
        how = await self._master.ended()
        self._serving = None
        said = await on_disk(self._output.last_words, self._master.pid)
        return f"{how}: {said}" if said else how

    async def info(self) -> HAProxyInfo:
        """Return what the serving worker says of itself. Unavailable while none serves."""
        try:
            master = self._running()
            processes = await master.outlives(self._cli.processes())
            answer = await master.outlives(self._cli.command(show_info.COMMAND))
        except HAProxyFailed as error:
            raise Unavailable("HAPROXY_DOWN", str(error)) from error
        return show_info.parse(answer, processes)

    async def stop(self) -> None:
        """End HAProxy and its workers at once. Does nothing where none runs."""
        if self._master is not None:
            await self._end(self._master)

    async def close(self) -> None:
        """Let go of HAProxy, which runs on. Nobody may wait for `ended` any more."""
        if self._master is not None:
            self._master.close()
        self._master = self._serving = None

    def _hold(self, master: process.Master) -> process.Master:
        if self._master is not None:
            self._master.close()
        self._master, self._serving = master, None
        self._generation_of.clear()
        return master

    def _hold_running(self) -> process.Master | None:
        master = process.adopt(self._executables)
        return self._hold(master) if master is not None else None

    def _own_processes(self) -> frozenset[int]:
        return frozenset(found.pid for found in process.find(self._executables))

    def _running(self) -> process.Master:
        if self._master is None or not self._master.alive():
            raise HAProxyEnded("HAProxy does not run")
        return self._master

    async def _end(self, master: process.Master) -> None:
        master.terminate()
        try:
            async with asyncio.timeout(_STOP_GRACE):
                await master.ended()
        except TimeoutError:
            master.kill()
            await master.ended()
        self._serving = None

    async def _tidy(self, master: process.Master) -> None:
        """Forget what was for the reload, and the texts of those that run no more.

        The reload is decided already: what fails here is left to the next time.
        """
        with suppress(HAProxyFailed, AqueductError):
            await on_disk(state.write, self._directory, state.EMPTY)
            self._generation_of = await master.outlives(self._ask_generations(self._generation_of))
            await on_disk(self._generations.keep, set(self._generation_of.values()))

    async def _ask_generations(self, known: Mapping[int, int]) -> dict[int, int]:
        """Return the generation of each worker, asking those that are not `known`."""
        processes = await self._cli.processes()
        return {
            worker: known.get(worker) or await self._cli.generation(f"@!{worker}")
            for worker in (*processes.workers, *processes.old_workers)
        }

    async def _settled(self, master: process.Master, number: int) -> Generation | None:
        """Return the generation that an adopted master runs, once the file agrees with it.

        It may have a reload before it that its former Aqueduct asked for. So the file is made that of
        the worker that answers, and then asked again: a reload read either file whole, and
        once the same worker answers behind the write, any later one reads what runs already.
        """
        while True:
            generation = await on_disk(self._generations.get, number)
            await self._agree(generation)
            again = await master.outlives(verdict.any_generation(self._cli))
            if again == number:
                return generation
            number = again

    async def _known(self) -> Generation | None:
        """Return what serves. A reload that was cancelled may have come to its end since."""
        number = await verdict.any_generation(self._cli)
        if self._serving is None or self._serving.number != number:
            self._serving = await on_disk(self._generations.get, number)
        return self._serving

    async def _agree(self, generation: Generation | None) -> None:
        """Make HAProxy's file that of the generation that serves."""
        try:
            if generation is not None:
                await on_disk(self._generations.install, generation)
        except (HAProxyFailed, AqueductError) as error:
            # The next reload writes it anyway; until then an HAProxy started by hand would read another.
            _log.warning("the configuration file is not what HAProxy runs", error=str(error))

    def _make_room(self) -> None:
        """End workers whose master is gone; HAProxyFailed where there is a master."""
        if any(found.pid == found.session for found in process.find(self._executables)):
            raise HAProxyFailed("an HAProxy of this directory runs already")
        process.adopt(self._executables)

    def _keep(self, body: str) -> tuple[Generation, int]:
        """Keep the text of the next generation; return it and where HAProxy's output ends."""
        return self._generations.add(body), self._output.cut()

    def _install(self, generation: Generation, servers: str) -> None:
        """Have the next worker read `generation`, and its servers' states from `servers`."""
        state.write(self._directory, servers)
        self._generations.install(generation)

    def _spawn(self, generation: Generation) -> process.Master:
        self._install(generation, state.EMPTY)
        return self._hold(process.spawn(self._program.path, _ARGUMENTS, self._directory, self._output.path))


def _prepare(directory: Path) -> Path:
    """Make the directory; return it without symbolic links, as the kernel names what runs from it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    check.remove_leftovers(directory)
    return directory.resolve()
