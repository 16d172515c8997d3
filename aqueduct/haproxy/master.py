"""The master CLI: one command, one connection, one answer (HAProxy management guide, section 9.4).

Connections are never kept: one that was routed to a worker would keep that worker from ending after
the next reload. Every command ends within its timeout.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aqueduct.haproxy.preamble import GENERATION
from aqueduct.ports.haproxy import HAProxyFailed

SOCKET = "master.sock"
_TIMEOUT = 10.0
"""Seconds that a command may take."""
_PAUSE = 0.002
"""Seconds between two tries to connect."""
_NO_VARIABLE = "Variable not found"
_ABSENCE = 1.5
"""Seconds that the socket's file may be missing: a master that has started once leaves it in its place."""


class NoAnswer(HAProxyFailed):
    """The master did not answer: it is not there, executes itself anew, or hangs."""


class NoSocket(NoAnswer):
    """The file of the master's socket is missing: HAProxy starts, or can never be told anything again."""


@dataclass(frozen=True, slots=True)
class Processes:
    """What `show proc` tells."""

    master: int
    reloads: int
    failed: int
    """Reloads that failed since the last one that did not."""
    workers: tuple[int, ...]
    """Those that serve; the first is the newest."""
    old_workers: tuple[int, ...]
    """Those that finish their sessions."""


@dataclass(frozen=True, slots=True)
class Running:
    """A worker that serves, and the generation that it tells to run."""

    worker: int
    generation: int


@dataclass(frozen=True, slots=True)
class MasterCLI:
    """The master CLI of the HAProxy in `directory`."""

    directory: Path

    async def command(self, command: str, timeout: float = _TIMEOUT) -> str:  # noqa: ASYNC109 - a limit of the protocol
        """Send one command and return its whole answer; NoAnswer where there is none in time.

        A socket that refuses is tried again until the timeout: the master does not listen while it
        executes itself anew, and 2.8 not for a moment after its start. NoSocket where there is none.
        """
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await self._connect()
                try:
                    writer.write(command.encode(errors="surrogateescape") + b"\n")
                    # Without the end of the input the master waits for further commands.
                    writer.write_eof()
                    answer = await reader.read()
                finally:
                    writer.close()
        except TimeoutError:
            raise NoAnswer(f"HAProxy's master did not answer {command!r} within {timeout:g} s") from None
        except OSError as error:
            raise NoAnswer(f"HAProxy's master did not answer {command!r}: {error}") from error
        return answer.decode(errors="surrogateescape")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        clock = asyncio.get_running_loop().time
        seen = clock()
        while True:
            try:
                with short_path(self.directory) as path:
                    return await asyncio.open_unix_connection(path / SOCKET, limit=2**20)
            except (ConnectionRefusedError, BlockingIOError):
                seen = clock()
            except FileNotFoundError as error:
                if clock() - seen >= _ABSENCE:
                    raise NoSocket(
                        f"HAProxy's socket {self.directory / SOCKET} is missing: nothing can be told to it"
                    ) from error
            await asyncio.sleep(_PAUSE)

    async def processes(self) -> Processes:
        """Return which processes there are."""
        return parse_processes(await self.command("show proc"))

    async def running(self) -> Running:
        """Return the newest worker; NoAnswer where there is none, or it does not tell."""
        workers = (await self.processes()).workers
        if not workers:
            raise NoAnswer("HAProxy's master has no worker")
        return Running(workers[0], await self.generation(f"@!{workers[0]}"))

    async def generation(self, worker: str = "@1") -> int:
        """Return the generation that a worker runs, 0 for none of ours; NoAnswer where it does not tell."""
        answer = (await self.command(f"{worker} show env {GENERATION}")).strip()
        generation = parse_generation(answer)
        if generation is None:
            raise NoAnswer(f"worker {worker} does not tell its generation: {answer}")
        return generation


def parse_generation(answer: str) -> int | None:
    """Read the answer to `show env` about the generation: 0 for none of ours, None where it tells nothing."""
    if answer == _NO_VARIABLE:
        return 0
    name, _, value = answer.partition("=")
    return int(value) if name == GENERATION and value.isdecimal() else None


@contextmanager
def short_path(directory: Path) -> Iterator[Path]:
    """Yield a path to `directory` that leaves room for a file name in the 108 bytes of a UNIX address."""
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def parse_processes(text: str) -> Processes:
    """Read the answer to `show proc`: `PID TYPE RELOADS ...` by section."""
    section = ""
    rows: dict[str, list[int]] = {}
    master = reloads = failed = 0
    for line in text.splitlines():
        words = line.split()
        if line.startswith("#"):
            section = line.removeprefix("#").strip()
        elif words[1:2] == ["master"]:
            master, reloads = int(words[0]), int(words[2])
            failed = int(words[4].rstrip("]")) if words[3:4] == ["[failed:"] else 0
        elif words and words[0].isdecimal():
            rows.setdefault(section, []).append(int(words[0]))
    if not master:
        raise NoAnswer(f"HAProxy's master gave an answer to 'show proc' that tells no processes: {text!r}")
    return Processes(
        master, reloads, failed, tuple(rows.get("workers", ())), tuple(rows.get("old workers", ()))
    )
