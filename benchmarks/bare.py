"""An HAProxy without Aqueduct: what a reload and the Runtime API cost by themselves."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from aqueduct.demo.connection import Faulty, fetch
from aqueduct.haproxy import verdict
from aqueduct.haproxy.master import SOCKET, MasterCLI, NoAnswer, Processes

WORKER_SOCKET = "worker.sock"
PROMPT = b"\n> "
_POLL = 0.002
"""Seconds between two looks at who answers: as often as Aqueduct looks for its proof."""
_REST = 0.02
"""Seconds until connections of answered requests are idle."""
_DELETED = "Server deleted."
_CHUNK = 65_536

Ask = Callable[[str], str]


class BareHAProxy:
    """A master with its workers in `directory`, while entered."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self._binary, self._directory = binary, directory
        self._cli = MasterCLI(directory)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it; return when a worker answers."""
        arguments = ("-W", "-S", f"unix@./{SOCKET},mode,600", "-f", "haproxy.cfg")
        with self._directory.joinpath("haproxy.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._binary, *arguments, cwd=self._directory, stdout=log, stderr=log, start_new_session=True
            )
        await verdict.any_generation(self._cli)  # the master executes itself once more after it started

    async def stop(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        await self._process.wait()

    @property
    def worker_socket(self) -> Path:
        """Where the Runtime API of the newest worker is."""
        return self._directory / WORKER_SOCKET

    async def pids(self) -> list[int]:
        """Return its processes."""
        processes = await processes_of(self._directory)
        return [processes.master, *processes.workers, *processes.old_workers]

    async def keep_server_states(self) -> None:
        """Write the state file that each reload is to read."""
        states = await self._cli.command("@1 show servers state")
        self._directory.joinpath("server-state").write_text(states)

    async def reload(self) -> None:
        """Ask for a reload. 2.8 and later answer when it is done, 2.6 at once and without a word."""
        with suppress(NoAnswer):
            await self._cli.command("reload", 60)

    async def reload_and_see(self) -> None:
        """Reload, and wait until the master tells of a new worker."""
        before = (await processes_of(self._directory)).workers
        await self.reload()
        while (await processes_of(self._directory)).workers[:1] == before[:1]:  # noqa: ASYNC110 # no event tells
            await asyncio.sleep(_POLL)


async def processes_of(directory: Path) -> Processes:
    """Return the processes of the HAProxy in `directory`, as soon as its master tells of a worker."""
    cli = MasterCLI(directory)
    while True:
        with suppress(NoAnswer):  # the master of 2.6 executes itself anew
            processes = await cli.processes()
            if processes.workers:
                return processes
        await asyncio.sleep(_POLL)


@contextmanager
def runtime(path: Path) -> Iterator[Ask]:
    """Connect to a Runtime API; yield what sends a line of commands and returns the answer."""
    with closing(socket.socket(socket.AF_UNIX)) as peer:
        peer.connect(str(path))

        def ask(line: str) -> str:
            peer.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(PROMPT):
                received = peer.recv(_CHUNK)
                if not received:
                    raise ConnectionError("HAProxy closed its Runtime API")
                answer += received
            return answer.removesuffix(PROMPT).decode()

        ask("prompt")
        yield ask


def remove(ask: Ask, server: str) -> None:
    """Remove a server as soon as its connections let HAProxy.

    2.8 misses, now and then, to close a connection that became idle just before: it is held for 15 s then.
    """
    ask(f"set server {server} state drain")
    time.sleep(_REST)
    ask(f"set server {server} state maint")
    while _DELETED not in (answer := ask(f"del server {server}")):
        assert "connections" in answer, answer
        time.sleep(_POLL)


async def answered_by(name: bytes, port: int) -> None:
    """Return once a new connection to `port` is answered by `name`."""
    while True:
        with suppress(Faulty):
            if (await fetch(port)).body == name:
                return
        await asyncio.sleep(_POLL)
