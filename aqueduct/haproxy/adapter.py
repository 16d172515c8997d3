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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.haproxy import binary as binary_files
from aqueduct.haproxy import binding, capabilities, check, process, show_info, state, verdict
from aqueduct.haproxy.generations import FILE, Generation, Generations
from aqueduct.haproxy.master import SOCKET, MasterCLI, NoAnswer
from aqueduct.haproxy.output import Output, words
from aqueduct.haproxy.threads import finish
from aqueduct.model.bind import Address
from aqueduct.model.capabilities import Capabilities
from aqueduct.ports.haproxy import Alert, HAProxyEnded, HAProxyFailed
from aqueduct.v1.haproxy_pb2 import HAProxyInfo

_STOP_GRACE = 5.0
"""Seconds that HAProxy may take to end when told to."""

_EXECUTABLES = "bin"

# -db: a `daemon` in the configuration must not take the master out of our sight.
_ARGUMENTS = ("-W", "-db", "-S", f"unix@./{SOCKET},mode,600", "-f", FILE)


@dataclass(frozen=True, slots=True)
class _Program:
    """The copy that runs, or is to run, and what is known of it."""

    checker: check.Checker
    capabilities: Capabilities

    @classmethod
    async def probe(cls, copy: Path, directory: Path) -> Self:
        checker = await capabilities.checker(copy, directory)
        return cls(checker, await capabilities.probe(checker))


class MasterWorker:
    """The HAProxy of one directory. Nothing else may write there while it is open."""

    def __init__(self, directory: Path, source: Path, program: _Program) -> None:
        self._directory = directory
        self._executables = directory / _EXECUTABLES
        self._source = source
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
        directory, source = await finish(_prepare, directory, binary)
        await capabilities.version(source, directory)
        copy = await finish(binary_files.take_copy, source, directory / _EXECUTABLES)
        return cls(directory, source, await _Program.probe(copy, directory))

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
        session = self._master.pid if self._master is not None else None
        return await binding.try_bind(addresses, held, self._directory, session)

    async def adopt(self) -> str | None:
        """Take over a running HAProxy of this directory; return the body that it runs.

        One that does not answer can never be told anything again: it is ended.
        """
        master = await finish(process.adopt, self._executables)
        if master is None:
            return None
        self._hold(master)
        try:
            await self._take_up(master)
        except HAProxyFailed:
            await self._end(master)
            return None
        return self._serving.body if self._serving is not None else ""

    async def start(self, config: str) -> None:
        """Start HAProxy on `config` and return when it serves."""
        copy = await finish(self._copy_to_run)
        if copy != self._program.checker.binary:
            self._program = await _Program.probe(copy, self._directory)
        generation, offset = await finish(self._keep, config)
        master = await finish(self._spawn, generation)
        self._hold(master)
        try:
            await master.outlives(verdict.serves(self._cli, generation.number))
        except HAProxyFailed as error:
            await self._end(master)
            said = words(await finish(self._output.since, offset))
            raise HAProxyFailed(said or f"{error}: it did not say why") from error
        await self._serve(generation)

    async def reload(self, config: str) -> None:
        """Have a new worker take over with `config`; return when it serves."""
        master = self._running()
        former = await master.outlives(self._known())
        await self._repair(master)
        servers = await master.outlives(self._cli.command(state.COMMAND))
        generation, offset = await finish(self._keep, config)
        await finish(self._install, generation, servers)
        try:
            await master.outlives(verdict.reload(self._cli, generation.number, self._output, offset))
        except HAProxyFailed:
            await finish(self._install, former, state.EMPTY)
            raise
        await finish(state.write, self._directory, state.EMPTY)
        await self._serve(generation)

    async def ended(self) -> str:
        """Wait until HAProxy has ended, all of its workers too; tell how."""
        if self._master is None:
            return "not started"
        how = await self._master.ended()
        self._serving = None
        return how

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

    def _hold(self, master: process.Master) -> None:
        if self._master is not None:
            self._master.close()
        self._master, self._serving = master, None
        self._generation_of.clear()

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

    async def _serve(self, generation: Generation | None) -> None:
        """Note that `generation` serves, and forget the texts of those that run no more."""
        self._serving = generation
        processes = await self._cli.processes()
        known = self._generation_of
        self._generation_of = {}
        for worker in (*processes.workers, *processes.old_workers):
            with suppress(NoAnswer):
                self._generation_of[worker] = known.get(worker) or await self._cli.generation(f"@!{worker}")
        await finish(self._generations.keep, set(self._generation_of.values()))

    async def _take_up(self, master: process.Master) -> None:
        """Find out what an adopted master runs, and make the file agree.

        It may have a reload before it that its former Aqueduct asked for. So the file is made that of
        the worker that answers, and then asked again: a reload read either file whole, and
        once the same worker answers behind the write, any later one reads what runs already.
        """
        number = await master.outlives(verdict.any_generation(self._cli))
        while True:
            generation = await finish(self._generations.get, number)
            await finish(self._install, generation, state.EMPTY)
            again = await master.outlives(verdict.any_generation(self._cli))
            if again == number:
                break
            number = again
        await self._adopt_program(master)
        await self._serve(generation)

    async def _adopt_program(self, master: process.Master) -> None:
        """Check with the very binary that would load; without one that runs, only start a new one helps."""
        if master.executable == self._program.checker.binary:
            return
        with suppress(HAProxyFailed, ConfigurationError):
            await self._repair(master)
            self._program = await _Program.probe(master.executable, self._directory)

    async def _known(self) -> Generation | None:
        """Return what serves. A reload that was cancelled may have come to its end since."""
        number = await self._cli.generation()
        if self._serving is None or self._serving.number != number:
            self._serving = await finish(self._generations.get, number)
        return self._serving

    async def _repair(self, master: process.Master) -> None:
        """See to it that the master, executing itself anew, gets what it runs now."""
        if await finish(binary_files.is_intact, master.executable, master.pid):
            return
        await finish(binary_files.restore, master.executable, master.pid, self._source)
        try:
            await capabilities.version(master.executable, self._directory)
        except ConfigurationError as error:
            raise HAProxyFailed(
                f"HAProxy's own copy was damaged, it must be started anew: {error}"
            ) from error

    def _copy_to_run(self) -> Path:
        """Return an intact copy of the newest binary, and remove the others. Nothing may run."""
        if any(found.pid == found.session for found in process.find(self._executables)):
            raise HAProxyFailed("an HAProxy of this directory runs already")
        process.adopt(self._executables)  # ends workers without a master
        copy = binary_files.take_copy(self._source, self._executables)
        binary_files.remove_stale(self._executables, [copy])
        return copy

    def _keep(self, body: str) -> tuple[Generation, int]:
        """Keep the text of the next generation; return it and where HAProxy's output ends."""
        return self._generations.add(body), self._output.cut()

    def _install(self, generation: Generation | None, servers: str) -> None:
        """Have the next worker read `generation`, and its servers' states from `servers`."""
        state.write(self._directory, servers)
        if generation is not None:
            self._generations.install(generation)

    def _spawn(self, generation: Generation) -> process.Master:
        self._install(generation, state.EMPTY)
        return process.spawn(self._program.checker.binary, _ARGUMENTS, self._directory, self._output.path)


def _prepare(directory: Path, binary: Path | None) -> tuple[Path, Path]:
    """Make the directory; return it without symbolic links, as /proc names it, and the binary to copy."""
    source = binary_files.choose(binary)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot make {directory}: {error.strerror}") from error
    check.remove_leftovers(directory)
    return directory.resolve(), source
