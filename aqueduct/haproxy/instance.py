"""A master that runs, and what it serves: adopted, reloaded, and its file kept in agreement with it.

What must hold, whatever moment Aqueduct is killed at:

- The text of a generation is kept before a worker can run it, so it can always be told what runs.
- The file that HAProxy reads at the next reload is written before the reload and put back after a
  failed one; adoption makes it that of the worker that serves. So file and process agree at rest.
- The server-state file is what a fresh HAProxy has to know only once no reload can be about to read it.
- The private copy is what the master runs before it is told to execute itself anew.

An operation that was cancelled may have come to its end since. So nothing here trusts its memory of what
serves: each operation asks the worker first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace

import structlog

from aqueduct.errors import AqueductError
from aqueduct.haproxy import kernel, show_info, state, verdict
from aqueduct.haproxy.directory import Directory
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.generations import NOBODY, Generation
from aqueduct.haproxy.journal import States
from aqueduct.haproxy.master import NoAnswer, Processes, Running
from aqueduct.haproxy.process import Master
from aqueduct.haproxy.program import Program
from aqueduct.haproxy.servers import next_states
from aqueduct.plan.rows import StateRows
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.v1.haproxy_pb2 import HAProxyInfo

_TRIES, _PAUSE = 20, 0.02
"""How often a question is put again, where the master breaks off, and seconds between."""

_log = structlog.get_logger()


class Instance:
    """One running HAProxy. All methods raise HAProxyEnded where it ends meanwhile."""

    def __init__(
        self,
        master: Master,
        directory: Directory,
        program: Program,
        with_sessions: Callable[[Collection[int]], Awaitable[tuple[int, ...]]],
    ) -> None:
        """`with_sessions` returns those of its old workers that finish sessions: others are about to end."""
        self.master = master
        self.serving: Generation | None = None
        """What the worker runs; None until that is known, and where its text is lost."""
        self._directory = directory
        self._program = program
        self._cli = directory.cli
        self._with_sessions = with_sessions
        self._rest = state.EMPTY
        self._worker = 0
        self._generation_of: dict[int, int] = {}  # by worker

    @property
    def worker(self) -> int:
        """The process that was found to serve last; 0 for none."""
        return self._worker

    async def start(self, generation: Generation, rest: str) -> None:
        """Wait until it serves `generation`. `rest` is what a fresh HAProxy has to know of its servers."""
        await self.master.outlives(verdict.serves(self._cli, generation.number))
        self.serving, self._rest = generation, rest
        await self._tidy()

    async def settle(self) -> None:
        """Find out what it serves, and make the file agree.

        It may have a reload before it that a former Aqueduct asked for. So the file is made that of
        the worker that answers, and then asked again: a reload read either file whole, and once
        the same worker answers behind the write, any later one reads what runs already.
        """
        running = await self._ask(verdict.PATIENCE)
        while True:
            self.serving = await on_disk(self._text_of, running)
            await self._agree()
            again = await self._ask(verdict.PATIENCE)
            if again == running:
                break
            running = again
        await self._tidy()

    async def reload(self, config: str, rows: StateRows, rest: str, states: States) -> None:
        """Have a new worker serve `config`, its servers as the old one tells them, but for `rows`.

        `states` are those that servers are to have then.

        HAProxyFailed where HAProxy refuses it; the old one serves on. NoAnswer where HAProxy does not
        answer, so that it is not known which serves.
        """
        running = await self._ask(verdict.ANSWER)
        self.serving = await on_disk(self._text_of, running)
        await self._program.repair(self.master)
        told = await self.master.outlives(self._cli.command(state.COMMAND))
        generation, offset = await on_disk(self._directory.keep, config, states, running.generation)
        try:
            await on_disk(self._directory.prepare, generation, next_states(told, rows))
            await self.master.outlives(
                verdict.reload(self._cli, generation.number, self._directory.output, offset)
            )
        except (HAProxyFailed, AqueductError) as error:
            if type(error) is HAProxyFailed:
                with suppress(AqueductError):
                    await on_disk(self._directory.generations.claim, generation.number, NOBODY)
            await self._agree()
            await self._tidy()
            raise
        self.serving, self._rest = generation, rest
        await self._tidy()

    async def write_down(self, body: str, rest: str) -> None:
        """Make the file say `body`, which the worker was brought to live, and the state file `rest`."""
        if self.serving is None:
            return  # what it runs is not known: the next reload writes both
        self._rest = rest
        await on_disk(self._directory.rest, rest)
        await on_disk(self._directory.generations.install, self.serving.changed(body))

    async def is_serving(self) -> bool:
        """Tell whether the worker that serves is the one that was found or made to serve last."""
        running = await self._ask(verdict.ANSWER)
        return (
            self.serving is not None
            and running.generation == self.serving.number
            and running.worker == self._worker
        )

    async def old_workers(self) -> Collection[int]:
        """Return the workers of earlier reloads that still finish their sessions."""
        return (await self._processes()).old_workers

    async def info(self) -> HAProxyInfo:
        """Return what the worker says of itself. The master may execute itself anew meanwhile."""
        for _ in range(_TRIES):
            with suppress(NoAnswer):
                return await self._info()
            await asyncio.sleep(_PAUSE)
        return await self._info()

    async def _info(self) -> HAProxyInfo:
        processes = await self._processes()
        answer = await self.master.outlives(self._cli.command(show_info.COMMAND))
        return show_info.parse(answer, processes)

    async def _processes(self) -> Processes:
        told = await self.master.outlives(self._cli.processes())
        return replace(told, old_workers=await self._with_sessions(told.old_workers))

    async def _ask(self, patience: float) -> Running:
        return await self.master.outlives(verdict.any_generation(self._cli, patience, self.master.starts))

    def _text_of(self, running: Running) -> Generation | None:
        """Return what a worker runs; None where that is not known. Reads files."""
        generations = self._directory.generations
        if not generations.is_run_by(running.generation, kernel.identity(running.worker)):
            _log.warning("HAProxy was reloaded by somebody else: what it runs is not known", running=running)
            return None
        if self.serving is not None and self.serving.number == running.generation:
            return self.serving
        return generations.get(running.generation)

    async def _agree(self) -> None:
        """Make HAProxy's file that of the generation that serves."""
        try:
            if self.serving is not None:
                await on_disk(self._directory.generations.install, self.serving)
        except (HAProxyFailed, AqueductError) as error:
            # The next reload writes it anyway; until then an HAProxy started by hand would read another.
            _log.warning("the configuration file is not what HAProxy runs", error=str(error))

    async def _tidy(self) -> None:
        """Forget what was for the reload, and the texts of those that run no more.

        The reload is decided already: what fails here is left to the next time.
        """
        with suppress(HAProxyFailed, AqueductError):
            await on_disk(self._directory.rest, self._rest)
            processes = await self._processes()
            self._worker = processes.workers[0] if processes.workers else 0
            self._generation_of = await self.master.outlives(self._ask_generations(processes))
            await on_disk(self._claim, processes)
            await on_disk(self._directory.generations.keep, set(self._generation_of.values()))

    async def _ask_generations(self, processes: Processes) -> dict[int, int]:
        """Return the generation of each worker, asking those that are not known."""
        return {
            worker: self._generation_of.get(worker) or await self._cli.generation(f"@!{worker}")
            for worker in (*processes.workers, *processes.old_workers)
        }

    def _claim(self, processes: Processes) -> None:
        """Note which worker it is that serves what is known to be served."""
        for worker in processes.workers[:1]:
            if self.serving is not None and self._generation_of[worker] == self.serving.number:
                self._directory.generations.claim(self.serving.number, kernel.identity(worker))
