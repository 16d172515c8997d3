"""As whom HAProxy runs, and with whose rights its processes and executables are handled.

Everything else takes `Privileges` as a value: `Ourselves` where HAProxy runs as Aqueduct's own user, and
`Sudo` (sudo.py) where it runs as root and Aqueduct does not. Methods block, but for `run`: not to be called
in the event loop. OSError where the system refuses.
"""

import os
import signal
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from aqueduct.errors import ConfigurationError
from aqueduct.haproxy import binary as files
from aqueduct.haproxy import binding, check, kernel
from aqueduct.haproxy.spawning import spawn
from aqueduct.model.bind import Address

EXECUTABLES = "bin"
"""Where the copies of the binary lie, in HAProxy's directory."""


class Privileges(Protocol):
    """What takes the rights of HAProxy's user, for the HAProxy of one directory."""

    @property
    def access(self) -> tuple[str, ...]:
        """Parameters of HAProxy's sockets that let Aqueduct's user in."""
        ...

    async def run(self, binary: Path, *arguments: str, directory: Path) -> check.Output:
        """Run a copy to its end: see check.run."""
        ...

    def spawn(self, executable: Path, arguments: Sequence[str], log: Path) -> kernel.Held:
        """Start a master in the directory, its output appended to `log`."""
        ...

    def claim(self) -> kernel.Held | None:
        """Hold the master that runs, and end what has none: see kernel.claim."""
        ...

    def signal(self, pid: int, descriptor: int, number: signal.Signals) -> None:
        """Send a signal to a master that `descriptor` holds; nothing where it has ended."""
        ...

    def end_session(self, session: int, seconds: float) -> None:
        """Have the workers in `session` end, `seconds` after now at the latest."""
        ...

    def try_bind(self, addresses: Sequence[Address]) -> dict[Address, str]:
        """Return those of `addresses` that cannot be had, each with the reason."""
        ...

    def take_copy(self, source: Path) -> Path:
        """Copy a binary, unless that was done: see binary.take_copy."""
        ...

    def mend(self, copy: Path, pid: int, source: Path) -> bool:
        """Put what process `pid` runs back in place of `copy`; tell whether it was missing there."""
        ...

    def remove_stale(self, used: Collection[Path]) -> None:
        """Remove all copies but those: see binary.remove_stale."""
        ...


class Ourselves:
    """HAProxy runs as Aqueduct's own user."""

    access = ()

    def __init__(self, directory: Path) -> None:
        """ConfigurationError where the directory is that of an HAProxy that runs as root, and we are not."""
        self._directory = directory
        self._executables = directory / EXECUTABLES
        if os.geteuid() != 0 and self._executables.is_dir() and self._executables.stat().st_uid == 0:
            raise ConfigurationError(
                f"the HAProxy of {directory} was run as root: start with --sudo again, "
                f"or end it and have root remove {self._executables}"
            )

    async def run(self, binary: Path, *arguments: str, directory: Path) -> check.Output:
        """Run a copy to its end."""
        return await check.run(binary, *arguments, directory=directory)

    def spawn(self, executable: Path, arguments: Sequence[str], log: Path) -> kernel.Held:
        """Start a master."""
        with log.open("ab") as output:
            pid = spawn(executable, arguments, self._directory, output.fileno())
        return kernel.Held(pid, executable, os.pidfd_open(pid))

    def claim(self) -> kernel.Held | None:
        """Hold the master that runs."""
        return kernel.claim(self._executables, kernel.find(self._executables))

    def signal(self, pid: int, descriptor: int, number: signal.Signals) -> None:  # noqa: ARG002 - the descriptor says whom
        """Send a signal to a master."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, number)

    def end_session(self, session: int, seconds: float) -> None:
        """Have workers end."""
        kernel.end_session(session, self._executables, seconds)

    def try_bind(self, addresses: Sequence[Address]) -> dict[Address, str]:
        """Return the addresses that cannot be had."""
        return binding.try_bind(addresses, lambda: kernel.ids(self._executables))

    def take_copy(self, source: Path) -> Path:
        """Copy a binary."""
        return files.take_copy(source, self._executables)

    def mend(self, copy: Path, pid: int, source: Path) -> bool:
        """Put back what runs."""
        return files.mend(copy, pid, source)

    def remove_stale(self, used: Collection[Path]) -> None:
        """Remove copies."""
        files.remove_stale(self._executables, used)
