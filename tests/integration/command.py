"""The program as people run it: `aqueduct COMMAND ...` against a server, on pipes or on a terminal.

done = await cli("get", "backends")
assert done.code == 0, done.err
"""

import asyncio
import json
import os
import pty
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aqueduct.demo.ports import free_port

PROGRAM = (sys.executable, "-m", "aqueduct")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str = ""

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def document(self) -> Any:
        """What it printed with `-o json`."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Cli:
    """Runs commands in `directory` that talk to the server at `target`."""

    target: str
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    async def __call__(self, *args: str | int | Path, stdin: str = "") -> Done:
        """Run a command to its end."""
        process = await self.start(*args)
        out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    async def ok(self, *args: str | int | Path, stdin: str = "") -> Done:
        """Run a command that has to be done, and to say nothing on stderr."""
        done = await self(*args, stdin=stdin)
        assert (done.code, done.err) == (0, ""), done
        return done

    async def refuses(self, code: int, *args: str | int | Path, stdin: str = "") -> str:
        """Run a command that has to end with `code` and one line on stderr; return what this says."""
        done = await self(*args, stdin=stdin)
        assert (done.code, done.err.count("\n")) == (code, 1), done
        assert done.err.startswith("aqueduct: ")
        return done.err.removeprefix("aqueduct: ").strip()

    async def into(self, descriptor: int, *args: str) -> Done:
        """Run a command whose stdout is another one of ours."""
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, *args, stdout=descriptor, stderr=PIPE, env=self._env(), cwd=self.directory
        )
        _, err = await process.communicate()
        assert process.returncode is not None
        return Done(process.returncode, "", err.decode())

    async def start(self, *args: str | int | Path) -> Process:
        """Start a command, all of its streams being pipes."""
        return await asyncio.create_subprocess_exec(
            *PROGRAM,
            *map(str, args),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._env(),
            cwd=self.directory,
        )

    async def on_terminal(self, *args: str | int | Path, typed: str = "") -> Done:
        """Run a command on a terminal of its own; `out` is all that was to be seen there."""
        terminal = await self.terminal(*args)
        terminal.type(typed)
        return await terminal.end()

    async def terminal(self, *args: str | int | Path) -> "Terminal":
        """Start a command on a terminal of its own."""
        ours, its = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *map(str, args),
            stdin=its,
            stdout=its,
            stderr=its,
            env=self._env(),
            cwd=self.directory,
            start_new_session=True,
        )
        os.close(its)
        return Terminal(process, ours)

    def having(self, **environment: str) -> "Cli":
        """Return one with more in its environment."""
        return Cli(self.target, self.directory, {**self.environment, **environment})

    def file(self, name: str, content: object) -> Path:
        """Write a document, or text, to a file in its directory; return the file's name."""
        text = content if isinstance(content, str) else json.dumps(content)
        (self.directory / name).parent.mkdir(exist_ok=True)
        (self.directory / name).write_text(text)
        return Path(name)

    def _env(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        here = {"AQUEDUCT_SERVER": self.target, "TZ": "UTC", "TERM": "xterm", "COLUMNS": "100"}
        return inherited | here | dict(self.environment)


class Terminal:
    """A command that runs on a terminal."""

    def __init__(self, process: Process, descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._seen = b""

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    async def shows(self, words: str) -> None:
        """Wait until words are to be seen."""
        while words.encode() not in self._seen:
            read = await asyncio.to_thread(self._read)
            assert read, f"it ended without {words!r}: {self._seen.decode()}"
            self._seen += read

    async def end(self) -> Done:
        """Wait until it has ended."""
        while read := await asyncio.to_thread(self._read):
            self._seen += read
        os.close(self._descriptor)
        return Done(await self.process.wait(), self._seen.decode().replace("\r\n", "\n"))

    def _read(self) -> bytes:
        with suppress(OSError):  # EIO: nobody has it open any more
            return os.read(self._descriptor, 65_536)
        return b""


def backend(key: str, *ports: int, **fields: Any) -> dict[str, Any]:
    """Return the document of a static backend whose members are not checked."""
    members = [{"host": "127.0.0.1", "port": port} for port in ports]
    return {"kind": "backend", "key": key, "type": "static", "check": "none", "members": members, **fields}


async def switching(cli: Cli, key: str, timeout: str) -> Terminal:
    """Start a put, on a terminal, that waits for a member at which nobody listens."""
    at_first = backend(key, 7001, switchPolicy={"switchTimeout": timeout})
    await cli.ok("put", cli.file(f"{key}.json", at_first))
    later = at_first | {"members": [{"host": "127.0.0.1", "port": free_port()}], "check": None}
    return await cli.terminal("put", cli.file(f"{key}.json", later))


def frontend(key: str, port: int, to: str, **fields: Any) -> dict[str, Any]:
    """Return the document of a frontend."""
    return {"kind": "frontend", "key": key, "bind": f"127.0.0.1:{port}", "backend": to, **fields}
