"""The Runtime API of the worker that serves, over one connection that stays (management guide, section 9.3).

In `prompt` mode the CLI answers each line with its answer and a prompt, so many commands go in one write. It
knows no quotes: a backslash escapes, `;` ends a command, `<<` at its end begins a payload.

Invariants:
- Commands go to a worker that told the generation its caller expects: behind a reload the old worker
  may still accept on the same socket for a moment.
- No command is sent twice: only a connection on which nothing was sent is replaced in silence. HAProxy
  closes one that is idle for 10 s (`stats timeout`), so one that has been for long is not used again.
- Answers belong to their commands: a connection whose `send` failed or was cancelled is closed.
- Nothing pins an old worker, if `close` is called before each reload.
"""

import asyncio
import re
import select
from collections.abc import Sequence
from pathlib import Path

from aqueduct.haproxy.master import NoAnswer, NoSocket, parse_generation, short_path
from aqueduct.haproxy.preamble import GENERATION

SOCKET = "worker.sock"
_TIMEOUT = 3.0
"""Seconds that commands may take."""
_PATIENCE = 2.0
"""Seconds that the worker expected may take to be the one that accepts."""
_PAUSE = 0.002
"""Seconds between two tries to connect."""
_IDLE = 5.0
"""Seconds after which a connection is not used again: half of HAProxy's `stats timeout`."""
_PROMPT = b"\n> "
_HELLO = ("prompt", f"show env {GENERATION}", "show info")
_ERRORS = "surrogateescape"
_PID = re.compile(r"^Pid: (\d+)$", re.MULTILINE)
_NOT_ONE_COMMAND = re.compile(r"[\r\n\0]|(?<!\\)(?:\\\\)*;|<<\S*\s*$|^\s*$")


class Runtime:
    """The Runtime API of the HAProxy in a directory. Connects when it is first needed.

    `starts`: it may not have made its socket yet, which is waited for then, as long as `send` may take.
    """

    def __init__(self, directory: Path, *, starts: bool = False) -> None:
        self._directory = directory
        self._starts = starts
        self._lock = asyncio.Lock()
        self._connection: Connection | None = None

    @property
    def worker(self) -> int | None:
        """The process that answered last; None where there is no connection."""
        return self._connection.worker if self._connection is not None else None

    async def send(self, commands: Sequence[str], generation: int, timeout: float = _TIMEOUT) -> list[str]:  # noqa: ASYNC109 - a limit of the protocol
        """Send commands, in order, to the worker of `generation`; return an answer for each.

        Answers are free of newlines at their end. NoAnswer where they are not all there within `timeout`
        seconds, or there is no such worker: any number of the commands may have been obeyed then, as after
        a cancellation. NoSocket where the file of the socket is missing. ValueError where one of
        `commands` is not one command. Nothing is sent then. Calls at the same time wait for each other.
        """
        for command in commands:
            if _NOT_ONE_COMMAND.search(command):
                raise ValueError(f"not one command: {command!r}")
        if not commands:
            return []
        async with self._lock:
            try:
                async with asyncio.timeout(timeout):
                    connection = await self._to_worker(generation)
                    return await connection.ask(commands)
            except BaseException as error:
                self._drop()
                if isinstance(error, OSError):  # TimeoutError is one
                    why = str(error) or f"not within {timeout:g} s"
                    raise NoAnswer(f"HAProxy's worker did not answer {commands[0]!r}: {why}") from error
                raise

    async def close(self) -> None:
        """Close the connection, once what is being sent is answered. The next `send` connects anew."""
        async with self._lock:
            connection = self._drop()
            if connection is not None:
                await connection.lost.wait()

    def _drop(self) -> "Connection | None":
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()
        return connection

    async def _to_worker(self, generation: int) -> "Connection":
        connection = self._connection
        if connection is not None and connection.generation == generation and connection.is_fresh():
            return connection
        clock = asyncio.get_running_loop().time
        end = clock() + _PATIENCE
        while True:
            self._drop()
            try:
                connection = await self._connect()
                if connection.generation == generation:
                    return connection
                why = f"it runs generation {connection.generation}, not {generation}"
                if (connection.generation or 0) > generation:
                    raise NoAnswer(f"HAProxy's worker is another by now: {why}")
            except OSError as error:
                why = str(error)
                if isinstance(error, FileNotFoundError) and not self._starts:
                    raise NoSocket(f"the file of HAProxy's socket {SOCKET} is missing") from error
                if isinstance(error, ConnectionRefusedError) and not self._starts:
                    raise NoAnswer("HAProxy's worker is gone") from error
            if clock() >= end and not self._starts:
                raise NoAnswer(f"HAProxy's worker cannot be spoken to: {why}")
            await asyncio.sleep(_PAUSE)

    async def _connect(self) -> "Connection":
        """Connect, and have the worker tell what it runs. The connection is held at once, to be dropped."""
        with short_path(self._directory) as path:
            _, connection = await asyncio.get_running_loop().create_unix_connection(
                Connection, str(path / SOCKET)
            )
        self._connection = connection
        _, told, info = await connection.ask(_HELLO)
        connection.generation = parse_generation(told)
        pid = _PID.search(info)
        connection.worker = int(pid[1]) if pid is not None else None
        return connection


class Connection(asyncio.Protocol):
    """One connection in prompt mode; one `ask` at a time."""

    generation: int | None = None
    worker: int | None = None

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._used = self._loop.time()
        self._received = bytearray()
        self._expected = 0
        self._answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (asyncio.Protocol)."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment] # that of a stream

    def touch(self) -> None:
        """Note that HAProxy answers."""
        self._used = self._loop.time()

    def is_fresh(self) -> bool:
        """Tell whether commands can be sent: HAProxy neither closed it, nor is it about to."""
        if self.lost.is_set() or self._transport.is_closing() or self._loop.time() - self._used > _IDLE:
            return False
        poll = select.poll()  # the event loop may not have come to see yet that it was closed
        poll.register(self._transport.get_extra_info("socket"), select.POLLIN)
        return not poll.poll(0)

    async def ask(self, commands: Sequence[str]) -> list[str]:
        """Send commands and return their answers. OSError where it breaks off."""
        self._answered = self._loop.create_future()
        self._expected = len(commands)
        self._transport.write("".join(f"{command}\n" for command in commands).encode(errors=_ERRORS))
        received = await self._answered
        self.touch()
        *answers, _ = received.split(_PROMPT)
        if len(answers) != len(commands):
            raise ConnectionError(f"{len(answers)} answers to {len(commands)} commands")
        return [answer.decode(errors=_ERRORS).rstrip("\n") for answer in answers]

    def data_received(self, data: bytes) -> None:
        """Take a part of the answers (asyncio.Protocol)."""
        self._received += data
        if not self._received.endswith(_PROMPT) or self._received.count(_PROMPT) < self._expected:
            return
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(bytes(self._received))
            self._received.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits (asyncio.Protocol)."""
        self.lost.set()
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("it closed the connection"))

    def abort(self) -> None:
        """Close it at once, whatever is under way."""
        self._transport.abort()
