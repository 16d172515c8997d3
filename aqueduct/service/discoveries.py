"""The sources of members together: which backend uses which, and what runs them.

It decides nothing about backends: it tells which of them have other members, and what these are, to
whoever commits their memberships.

Invariants: a source that fails is started again, with pauses that double, and takes no other down;
meanwhile what it last told stays. A key that `changed` has told may have the members that it had.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import structlog

from aqueduct.errors import Invalid, Violation
from aqueduct.plan.backoff import Backoff
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Discovery, Service
from aqueduct.service.source import Count, Source
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_DYNAMIC, Backend, Member
from aqueduct.v1.haproxy_pb2 import SourceStatus
from aqueduct.waiting import happens

log = structlog.get_logger()

EMPTY_GRACE: Final = 30.0
"""Seconds until it is believed that a service has no members, by default."""


class _Use(NamedTuple):
    """What a backend takes its members from. A source that is not configured stays named."""

    source: str
    service: Service


class Discoveries:
    """The sources that are configured, the first of them the default. `empty_grace` is in seconds."""

    def __init__(self, sources: Sequence[Discovery], clock: Clock, empty_grace: float = EMPTY_GRACE) -> None:
        self._clock = clock
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._is_changed = asyncio.Event()
        self._changed: set[str] = set()
        self._uses: dict[str, _Use] = {}
        self._sources = {
            source.name: Source(
                source, clock, empty_grace, self._note_changed, self._wake.set, noted=self._note_source
            )
            for source in sources
        }
        self._default = sources[0].name if sources else ""
        self.on_source: list[Callable[[SourceStatus], None]] = []
        """Are told when a source falls silent, or answers again. They return at once, and never fail."""

    def check(self, backend: Backend) -> None:
        """Raise Invalid where a dynamic backend names a source that is not configured."""
        if backend.type == BACKEND_TYPE_DYNAMIC and self._source(_use(backend, self._default)) is None:
            known = ", ".join(self._sources) or "none"
            raise Invalid(
                [Violation("discovery", f"must be one of the sources that are configured ({known})")]
            )

    def known(self, backend: Backend) -> Sequence[Member] | None:
        """Return the members that discovery knows for a dynamic backend, ordered; None for not told yet."""
        use = _use(backend, self._default)
        source = self._source(use)
        return source.known(use.service) if source is not None else None

    def follow(self, backends: Iterable[Backend]) -> None:
        """Have the sources follow what these backends use, and nothing else. Costs a look at each of them."""
        dynamic = {backend.key: backend for backend in backends if backend.type == BACKEND_TYPE_DYNAMIC}
        for key in self._uses.keys() - dynamic.keys():
            self.leave(key)
        for backend in dynamic.values():
            self.follow_one(backend)

    def follow_one(self, backend: Backend) -> None:
        """Have the sources follow what this backend uses, and no more what it used before.

        Does nothing where that is the same; a static backend uses nothing.
        """
        use = _use(backend, self._default) if backend.type == BACKEND_TYPE_DYNAMIC else None
        if self._uses.get(backend.key) == use:
            return
        self.leave(backend.key)
        if use is not None:
            self._uses[backend.key] = use
            source = self._source(use)
            if source is not None:
                source.follow(use.service, backend.key)

    def leave(self, key: str) -> None:
        """Note that backend `key` uses nothing any more. Does nothing where it did not."""
        use = self._uses.pop(key, None)
        source = self._source(use) if use is not None else None
        if use is not None and source is not None:
            source.leave(use.service, key)

    async def ask(self, backend: Backend, timeout: float) -> None:  # noqa: ASYNC109 # no failure: it returns
        """Have `known` know the members of a backend that is to be put.

        Waits for the first answer, `timeout` seconds at most, and no longer than to a trouble of the source.
        """
        use = _use(backend, self._default)
        source = self._source(use)
        if source is not None:
            await source.ask(use.service, timeout)

    async def changed(self) -> frozenset[str]:
        """Wait until backends have other members, and return the keys of all that do: once each.

        For one caller. What changes while he is busy he is told together at his next call.
        """
        await self._is_changed.wait()
        self._is_changed.clear()
        changed, self._changed = frozenset(self._changed), set()
        return changed

    def status(self) -> list[SourceStatus]:
        """Return how the sources are, in the order in which they were configured.

        Those that backends name and that are not configured (any more) follow.
        """
        unknown = sorted({use.source for use in self._uses.values()} - self._sources.keys())
        return [source.status() for source in self._sources.values()] + [
            SourceStatus(name=name, error="backends name this source, and it is not configured")
            for name in unknown
        ]

    async def services(self) -> Mapping[str, Mapping[Service, int]]:
        """Return which services each source knows, by its name, with how many members each has.

        It takes as long as the slowest source, some seconds at the most.
        """
        told = await asyncio.gather(*(source.services() for source in self._sources.values()))
        return dict(zip(self._sources, told, strict=True))

    def counts(self) -> Mapping[str, Count]:
        """Return how much each source that is configured follows and knows, by name."""
        return {name: source.count() for name, source in self._sources.items()}

    async def run(self) -> None:
        """Run the sources until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(self._keep_running(source), name=f"discovery {name}")
                for name, source in self._sources.items()
            ]
            running.append(tasks.create_task(self._keep_time(), name="discovery"))
            await self._stopping.wait()
            for task in running:
                task.cancel()

    def stop(self) -> None:
        """Have `run` return. What is known stays."""
        self._stopping.set()

    def tick(self) -> None:
        """Do what is due by the clock; `run` calls it at the right times."""
        for source in self._sources.values():
            source.tick()

    async def _keep_time(self) -> None:
        while True:
            self.tick()
            self._wake.clear()
            ticks = [source.next_tick() for source in self._sources.values()]
            due = min((tick for tick in ticks if tick is not None), default=None)
            pause = max(0.0, due - self._clock.monotonic()) if due is not None else None
            await happens(self._wake, pause)

    async def _keep_running(self, source: Source) -> None:
        backoff = Backoff()
        while True:
            began = self._clock.monotonic()
            try:
                await source.discovery.run(source)
                error = "it has ended"
            except Exception as failure:
                error = f"a fault of Aqueduct's: {failure!r}"
                log.exception("a source of members failed", source=source.discovery.name)
            source.trouble(error)
            backoff = backoff.after_failure(self._clock.monotonic() - began)
            await asyncio.sleep(backoff.delay)

    def _source(self, use: _Use) -> Source | None:
        return self._sources.get(use.source)

    def _note_source(self, status: SourceStatus) -> None:
        for listener in self.on_source:
            listener(status)

    def _note_changed(self, keys: Collection[str]) -> None:
        if keys:
            self._changed.update(keys)
            self._is_changed.set()


def _use(backend: Backend, default: str) -> _Use:
    return _Use(backend.discovery or default, Service(backend.name, backend.version))
