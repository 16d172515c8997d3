"""An HAProxy without Aqueduct: what a reload costs by itself."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Self

from aqueduct.demo.connection import Faulty, fetch
from aqueduct.haproxy import verdict
from aqueduct.haproxy.master import SOCKET, MasterCLI, NoAnswer

_POLL = 0.002
"""Seconds between two looks at who answers: as often as Aqueduct looks for its proof."""


class BareHAProxy:
    """A master with its workers in `directory`, while entered."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self._binary, self._directory = binary, directory
        self._cli = MasterCLI(directory)

    async def __aenter__(self) -> Self:
        arguments = ("-W", "-S", f"unix@./{SOCKET},mode,600", "-f", "haproxy.cfg")
        with self._directory.joinpath("haproxy.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._binary, *arguments, cwd=self._directory, stdout=log, stderr=log, start_new_session=True
            )
        await verdict.any_generation(self._cli)  # the master executes itself once more after it started
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        await self._process.wait()

    async def keep_server_states(self) -> None:
        """Write the state file that each reload is to read."""
        states = await self._cli.command("@1 show servers state")
        self._directory.joinpath("server-state").write_text(states)

    async def reload(self) -> None:
        """Ask for a reload. 2.8 and later answer when it is done, 2.6 at once and without a word."""
        with suppress(NoAnswer):
            await self._cli.command("reload", 60)


async def answered_by(name: bytes, port: int) -> None:
    """Return once a new connection to `port` is answered by `name`."""
    while True:
        with suppress(Faulty):
            if (await fetch(port)).body == name:
                return
        await asyncio.sleep(_POLL)
