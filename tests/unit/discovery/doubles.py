"""A clock that tests move, a listener that remembers, and registrations whose writes can fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from aqueduct.ports.discovery import Discovery, Service
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.registry_pb2 import Registration

WEB = Service("web", "1.0.0")


class ManualClock:
    """Stands still but for `advance`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_700_000_000 + self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Heard:
    """Remembers what a source told, in words, and wakes whoever waits for more."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.members: dict[Service, Sequence[Member]] = {}
        self._more = asyncio.Event()

    def found(self, service: Service, members: Sequence[Member], *, held: bool = False) -> None:
        self.members[service] = members
        self._tell(f"{service}: {spelled(members)}{' held' if held else ''}")

    def trouble(self, error: str, service: Service | None = None) -> None:
        self._tell(f"{service or 'source'} in trouble: {error}")

    def well(self) -> None:
        self._tell("well")

    def _tell(self, words: str) -> None:
        self.told.append(words)
        self._more.set()

    def take(self) -> list[str]:
        """Return what was told since the last time."""
        told, self.told = self.told, []
        return told

    async def next(self) -> str:
        """Return the next thing told, in order."""
        while not self.told:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 20)
        return self.told.pop(0)


def spelled(members: Sequence[Member]) -> str:
    """Return where members are, and their weights, in order."""
    return (
        " ".join(
            sorted(
                f"{member.host}:{member.port}" + (f"*{member.weight}" if member.HasField("weight") else "")
                for member in members
            )
        )
        or "none"
    )


@asynccontextmanager
async def running(source: Discovery, heard: Heard) -> AsyncIterator[None]:
    """Run a source within."""
    task = asyncio.create_task(source.run(heard))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class FailingRegistrations(LmdbRegistrations):
    """The real ones, whose next writes fail with the errors queued, or wait for `gate`."""

    def __init__(self, real: LmdbRegistrations) -> None:
        super().__init__(real._database, real._thread, dict(real.load()))
        self.failures: list[Exception] = []
        self.writes: list[Mapping[str, Registration | None]] = []
        self.gate: Callable[[], Awaitable[object]] | None = None

    async def write(self, changes: Mapping[str, Registration | None]) -> None:
        if self.gate is not None:
            await self.gate()
        if self.failures:
            raise self.failures.pop(0)
        await super().write(changes)
        self.writes.append(dict(changes))
