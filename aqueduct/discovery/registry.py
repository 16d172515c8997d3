"""Aqueduct's own source of members: who registers, until it says goodbye or its time to live is over.

    register, deregister --> queue --> one write for all that wait --> entries --> source, watchers
    renewals, ends of streams ---------------------------------------> leases
    leases that ran out --> entries at once --> the store, with the next write

Durable is what was registered, not when it was renewed: renewals write nothing, and after a restart all
times to live start anew. A stored message's `renew_time` is when it was first registered; members are last
known then, so that a renewal changes no member.

Invariants: an entry appears or changes after the write that makes it durable, in the order of the calls.
One that ran out goes at once; where its deletion cannot be stored it is tried again, and a start
meanwhile has it back for one time to live. A caller who leaves has its change made, or not made.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

import structlog

from aqueduct.discovery.entries import Entries, Entry
from aqueduct.discovery.missing import NOBODY, Known, Missing
from aqueduct.discovery.writes import Batch, Deregistering, Registering, Write, fail
from aqueduct.errors import NotFound
from aqueduct.model.registrations import service_of
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Listener, Service
from aqueduct.ports.registrations import Registrations
from aqueduct.ports.registry import Changed, Renewals
from aqueduct.v1.registry_pb2 import Registration
from aqueduct.waiting import happens

log = structlog.get_logger()

RETRY = 5.0
"""Seconds until deletions that could not be stored are tried again."""


class Registry:
    """The source `registry`, and what registrations are made by (see the ports Discovery and Registry).

    `grace` is for how long those stay that ran out with many others (see leases.py), and those of `known`
    that are not registered when it begins (missing.py), in seconds.
    """

    name = "registry"

    def __init__(self, store: Registrations, clock: Clock, grace: float, known: Known = NOBODY) -> None:
        self._store = store
        self._clock = clock
        self._grace = grace
        self._entries = Entries(store.load().values(), clock, grace, lambda service: self._tell([service]))
        self._missing = Missing({key: each for key, each in known.items() if self._entries.get(key) is None})
        self._settles_at: float | None = None
        self._waiting: list[Write] = []
        self._gone: set[str] = set()
        """Ids of entries that ran out, and that may be stored still."""
        self._writer: asyncio.Task[None] | None = None
        self._retry_at = 0.0
        self._followed: set[Service] = set()
        self._listener: Listener | None = None
        self._watchers: list[Changed] = []
        self._wake = asyncio.Event()
        self._rests_until = 0.0

    def get(self, key: str) -> Registration | None:
        """Return the registration of that id, None where there is none."""
        entry = self._entries.get(key)
        return entry.told() if entry is not None else None

    def ids(self) -> Iterable[str]:
        """Return the ids of all registrations, in no order."""
        return self._entries.ids()

    async def register(self, registration: Registration) -> Registration:
        """Add a valid registration, or renew the one of the same id (see the port)."""
        return await self._written(Registering(registration))

    async def deregister(self, key: str) -> Registration:
        """Remove the registration of that id, durably; return it. NotFound, Exhausted, Unavailable."""
        if self._missing.drop(key):
            self._tell([Service(*service_of(key))])
        return await self._written(Deregistering(key))

    @contextmanager
    def held(self) -> Iterator[Renewals]:
        """Hold those alive that are renewed within, until the end (see the port)."""
        held: set[Entry] = set()

        class Held:
            @staticmethod
            def renew(key: str) -> Registration:
                return self._renewed(key, held)

        try:
            yield Held
        finally:
            for entry in held:
                self._entries.release(entry)
            self._wake_if_due()

    def on_change(self, changed: Changed) -> Callable[[], None]:
        """Tell `changed` of each change from now on; return what ends that."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def follow(self, service: Service) -> None:
        """Tell of `service` from now on, and what it has at once."""
        if service not in self._followed:
            self._followed.add(service)
            self._tell([service])

    def leave(self, service: Service) -> None:
        """Tell of `service` no more."""
        self._followed.discard(service)

    async def services(self) -> Mapping[Service, int]:
        """Return all services that are registered, with how many members each has."""
        return self._entries.services()

    async def run(self, listener: Listener) -> None:
        """Tell `listener`, and have entries run out, until cancelled."""
        self._listener = listener
        if self._missing and self._settles_at is None:
            self._settles_at = self._clock.monotonic() + self._grace
        try:
            listener.well()
            self._tell(self._followed)
            while True:
                self.expire()
                await self._rest()
        finally:
            self._listener = None

    async def close(self) -> None:
        """Finish the write under way. The store is whoever's who gave it."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def expire(self) -> None:
        """Have those go whose time is over, and store deletions that could not be stored before."""
        self._settle()
        expired = self._entries.expire()
        if expired.gone:
            log.info("registrations ran out", count=len(expired.gone), first=expired.gone[0])
        self._gone.update(expired.gone)
        self._note(expired.gone, expired.put_off)
        if self._gone and (expired.gone or self._clock.monotonic() >= self._retry_at):
            self._write_soon()

    async def _rest(self) -> None:
        self._wake.clear()
        ends = [self._entries.next_end(), self._retry_at if self._gone else None, self._settles_at]
        self._rests_until = min((end for end in ends if end is not None), default=float("inf"))
        pause = self._rests_until - self._clock.monotonic()
        await happens(self._wake, pause if pause < float("inf") else None)

    def _settle(self) -> None:
        if self._settles_at is not None and self._clock.monotonic() >= self._settles_at:
            self._settles_at = None
            self._tell(self._missing.settle())

    def _wake_if_due(self) -> None:
        end = self._entries.next_end()
        if end is not None and end < self._rests_until:
            self._wake.set()

    def _renewed(self, key: str, held: set[Entry]) -> Registration:
        entry = self._entries.get(key)
        if entry is None:
            raise NotFound("registration", key)
        if entry not in held:
            held.add(entry)
            self._entries.hold(entry)
        self._entries.renew(entry)
        return entry.told()

    async def _written(self, write: Write) -> Registration:
        self._waiting.append(write)
        self._write_soon()
        return await write.answer

    def _write_soon(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting(), name="registry writer")

    async def _write_waiting(self) -> None:
        while self._waiting or self._gone:
            waiting, self._waiting = self._waiting, []
            gone, self._gone = self._gone, set()
            batch = Batch(self._entries, gone, self._clock.time())
            try:
                batch.add(waiting)
                if batch.changes:
                    await self._store.write(batch.changes)
            except Exception as error:  # noqa: BLE001 # each caller raises it: none may wait for ever
                fail(waiting, error)
                self._keep_gone(gone, error)
                if not self._waiting:
                    return
            else:
                self._gone -= batch.changes.keys()
                self._note(batch.apply())
                self._wake_if_due()

    def _keep_gone(self, gone: Collection[str], error: Exception) -> None:
        if gone:
            self._retry_at = self._clock.monotonic() + RETRY
            self._gone.update(gone)
            self._wake.set()
            log.warning("registrations that ran out are stored still", count=len(gone), error=str(error))

    def _note(self, ids: Collection[str], others: Collection[Service] = ()) -> None:
        """Tell the source's listener and the watchers what has changed."""
        if ids:
            for key in ids:
                self._missing.drop(key)
            for changed in tuple(self._watchers):
                changed(ids)
        self._tell({Service(*service_of(key)) for key in ids}.union(others))

    def _tell(self, services: Iterable[Service]) -> None:
        if self._listener is None:
            return
        for service in sorted(self._followed.intersection(services)):
            missing = self._missing.of(service)
            is_held = bool(missing) or self._entries.is_doubted(service)
            self._listener.found(service, [*self._entries.members(service), *missing], held=is_held)
