"""`haproxy -c`: has HAProxy read a configuration without serving it.

The body is a file of its own behind a first file with Aqueduct's lines, so that HAProxy counts the
body's lines from 1 in all its messages. Files lie in HAProxy's directory and it runs there: relative
paths in a body mean the same when it is checked and when it is loaded. Checks share nothing, so
many may run at once; a process never outlives its check.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aqueduct.haproxy import preamble
from aqueduct.haproxy.alerts import alerts
from aqueduct.haproxy.disk import disk_errors
from aqueduct.haproxy.spawning import environment
from aqueduct.ports.haproxy import Alert, HAProxyFailed

TIMEOUT = 20.0
"""Seconds; 20,000 backends take less than two."""
_AT_ONCE = 2
"""A check takes a core, and traffic needs them too."""
_PREFIX = "check-"


_NO_LIBRARY = 127
"""Exit status of the dynamic linker where it lacks a library (ld.so(8)); HAProxy's own are 0 to 2."""


class NotRunnable(HAProxyFailed):
    """The binary, or a library of it, is missing or broken: HAProxy has not read anything."""


@dataclass(frozen=True, slots=True)
class Output:
    """How a run of HAProxy ended, and all that it wrote."""

    status: int
    text: str


async def run(binary: Path, *arguments: str, directory: Path) -> Output:
    """Run HAProxy to its end; HAProxyFailed where it takes too long, NotRunnable where it cannot be run."""
    try:
        process = await asyncio.create_subprocess_exec(
            binary,
            *arguments,
            cwd=directory,
            env=environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise NotRunnable(f"{binary} cannot be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await process.communicate()
    except TimeoutError:
        raise HAProxyFailed(f"HAProxy took more than {TIMEOUT:g} s to read the configuration") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return judged(binary, process.returncode or 0, output.decode(errors="replace"))


def judged(binary: Path, status: int, text: str) -> Output:
    """Return how a run ended; NotRunnable where HAProxy did not get to run."""
    if status == _NO_LIBRARY:
        raise NotRunnable(f"{binary} cannot be run: {text.strip()}")
    return Output(status, text)


class Run(Protocol):
    """Runs HAProxy as `run` does."""

    async def __call__(self, binary: Path, *arguments: str, directory: Path) -> Output:
        """Run HAProxy to its end."""
        ...


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks configurations with one binary in one directory."""

    binary: Path
    directory: Path
    skip_ca_bundle: bool
    run: Run = run
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def check(self, body: str) -> tuple[Alert, ...]:
        """Return HAProxy's errors about `body`, none where it would load.

        HAProxyFailed where HAProxy could not be had to read it (NotRunnable where there is none).
        """
        file, output = await self.read(body)
        if output.status == 0:
            return ()
        found = alerts(output.text, file)
        return tuple(found) or (Alert(None, f"haproxy -c ended with {output.status}: {output.text.strip()}"),)

    async def read(self, body: str) -> tuple[str, Output]:
        """Have HAProxy read `body`; return the name it read it under, and what it said."""
        head = preamble.for_check(skip_ca_bundle=self.skip_ca_bundle)
        async with self._slots:
            with _file(self.directory, head) as first, _file(self.directory, body) as second:
                return second, await self.run(
                    self.binary, "-c", "-f", first, "-f", second, directory=self.directory
                )


@contextmanager
def _file(directory: Path, text: str) -> Iterator[str]:
    # No fsync: a few hundred microseconds for a megabyte in the page cache, less than a thread's hand-over.
    with disk_errors():
        descriptor, name = tempfile.mkstemp(dir=directory, prefix=_PREFIX, suffix=".cfg")
    try:
        with disk_errors(), os.fdopen(descriptor, "wb") as file:
            file.write(text.encode(errors="surrogateescape"))
        yield Path(name).name
    finally:
        Path(name).unlink(missing_ok=True)


def remove_leftovers(directory: Path) -> None:
    """Remove the files of checks that were killed together with their Aqueduct."""
    for path in directory.glob(f"{_PREFIX}*.cfg"):
        path.unlink(missing_ok=True)
