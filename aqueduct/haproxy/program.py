"""The HAProxy program: the private copy that runs or is to run, and what is known of it.

Configurations are always checked with the very binary that would load them. So the copy changes
only while no HAProxy runs, and becomes that of a master that is adopted.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import structlog

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.haproxy import capabilities, check
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.privileges import Privileges
from aqueduct.haproxy.process import Master
from aqueduct.haproxy.source import choose
from aqueduct.model.capabilities import Capabilities
from aqueduct.ports.haproxy import Alert, HAProxyFailed

_UNUSABLE = (ConfigurationError, HAProxyFailed, Unavailable)
"""Errors of a binary that will not do, or cannot be had."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy that was tried."""

    checker: check.Checker
    capabilities: Capabilities

    @classmethod
    async def tried(cls, path: Path, directory: Path, privileges: Privileges) -> Self:
        checker = await capabilities.checker(path, directory)  # as ourselves: it reads nobody's files
        return cls(replace(checker, run=privileges.run), await capabilities.probe(checker))


class Program:
    """The HAProxy of one directory, as a program."""

    def __init__(self, source: Path, directory: Path, privileges: Privileges, copy: _Copy) -> None:
        self._source = source
        self._directory = directory
        self._privileges = privileges
        self._copy = copy
        self._put_back_times = 0
        self._files = asyncio.Lock()  # many checks at once may miss the copy, while a start renews it

    @classmethod
    async def open(cls, directory: Path, privileges: Privileges, binary: Path | None) -> Self:
        """Copy `binary`, or the default one, into `directory`, and try it there.

        ConfigurationError where it will not do.
        """
        source = choose(binary)
        await capabilities.version(source, directory)
        path = await on_disk(privileges.take_copy, source)
        return cls(source, directory, privileges, await _Copy.tried(path, directory, privileges))

    @property
    def path(self) -> Path:
        """The private copy."""
        return self._copy.checker.binary

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return self._copy.capabilities

    async def check(self, body: str, running: Master | None) -> tuple[Alert, ...]:
        """Have it read `body`, and return its errors.

        A copy that was removed is put back once, from the process that is `running` where there is one.
        """
        before = self._put_back_times
        try:
            return await self._copy.checker.check(body)
        except check.NotRunnable as error:
            _log.warning("HAProxy's own copy is put back", error=str(error))
        async with self._files:
            if self._put_back_times == before:  # else another check did: it would be taken from under that
                await self._put_back(running)
                self._put_back_times += 1
        return await self._copy.checker.check(body)

    async def _put_back(self, running: Master | None) -> None:
        try:
            if running is not None:
                await self._repair(running)
                await self._take(lambda: running.executable)
            else:
                await self._take(lambda: self._privileges.take_copy(self._source))
        except ConfigurationError as error:
            raise HAProxyFailed(str(error)) from error

    async def renew(self) -> None:
        """Take the newest binary, and remove all other copies. No HAProxy may run.

        Where the newest will not do, as in the midst of an upgrade, the present copy stays.
        """
        async with self._files:
            try:
                await self._take(lambda: self._privileges.take_copy(self._source))
            except _UNUSABLE as error:
                _log.warning("the new HAProxy binary is not usable: the former is used", error=str(error))
            await on_disk(self._privileges.remove_stale, [self.path])

    async def adopt(self, master: Master) -> None:
        """Use the copy that `master` runs. Where it is damaged beyond repair, only a start helps."""
        try:
            await self.repair(master)
            await self._take(lambda: master.executable)
        except _UNUSABLE as error:
            _log.warning("HAProxy runs from a binary that is not usable any more", error=str(error))

    async def repair(self, master: Master) -> None:
        """See to it that `master`, executing itself anew, gets what it runs now."""
        async with self._files:
            await self._repair(master)

    async def _repair(self, master: Master) -> None:
        if not await on_disk(self._privileges.mend, master.executable, master.pid, self._source):
            return
        try:
            await capabilities.version(master.executable, self._directory)
        except ConfigurationError as error:
            raise HAProxyFailed(
                f"HAProxy's own copy was damaged, it must be started anew: {error}"
            ) from error

    async def _take(self, find: Callable[[], Path]) -> None:
        path = await on_disk(find)
        if path != self.path:
            await capabilities.version(path, self._directory)
            self._copy = await _Copy.tried(path, self._directory, self._privileges)
