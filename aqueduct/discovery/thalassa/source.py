"""A Thalassa registry as a source of members: asked over HTTP, kept up to date by its events.

    connected --> all services are asked for; events are applied (known.py tells in which order)
    connection lost --> all are asked for, and while they can be, every POLL; connecting is tried again
    every REREAD, even when all is well --> all are asked for: an event that was lost is lost for ever

The original read nothing again after it had lost the connection. The registry publishes only what it did
itself: where several share one Redis, the others' news come with the next reading.

A registration that cannot be a member is left out, and logged once. Offline means gone: the registry watches
the times to live. While it is away, and when it comes back having forgotten everybody, what is known stays.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog

from aqueduct.discovery.thalassa.api import Api, Unreachable, WrongAnswer, reason_of
from aqueduct.discovery.thalassa.catalogue import Catalogue
from aqueduct.discovery.thalassa.events import Event, subscribed
from aqueduct.discovery.thalassa.known import Known
from aqueduct.model.thalassa.registrations import member_of
from aqueduct.plan.timetable import Timetable
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Listener, Service
from aqueduct.settings import RegistryAddress
from aqueduct.v1.backend_pb2 import Member
from aqueduct.waiting import happens

log = structlog.get_logger()

REREAD: Final = 60.0
POLL: Final = 5.0
"""Seconds between two readings, with events and without."""
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.1, 5.0, 1.5
"""Seconds until what failed is tried again, and by what they grow: as the original's."""
_AT_ONCE: Final = 8
"""So many services are asked for at a time."""
_REMEMBERED: Final = 10_000
_LONGEST_KEY: Final = 500


def pause_after(failures: int) -> float:
    """Return the seconds until a next try, after so many failures in a row."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * _GROWTH ** min(failures - 1, 20))


class Thalassa:
    """The source `thalassa`. `grace` is for how long members stay that are missed after a cut, in seconds."""

    name = "thalassa"

    def __init__(self, registry: RegistryAddress, clock: Clock, grace: float) -> None:
        self._registry = registry
        self._api = Api(registry.host, registry.api_port)
        self._catalogue = Catalogue(self._api, clock)
        self._clock = clock
        self._grace = grace
        self._known: dict[Service, Known] = {}
        self._times: Timetable[Service] = Timetable()
        self._asking: set[Service] = set()
        self._again: set[Service] = set()
        """Those to be asked for once more when they have been."""
        self._settles_at: float | None = None
        self._connected = False
        self._is_told = False
        """Whether it was logged that there are no events."""
        self._left_out: dict[str, str] = {}
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._wake = asyncio.Event()

    def follow(self, service: Service) -> None:
        """Ask for `service` now, and tell of it from then on."""
        if service not in self._known:
            self._known[service] = Known()
            self._ask_at(service, self._clock.monotonic())

    def leave(self, service: Service) -> None:
        """Tell of `service` no more."""
        self._known.pop(service, None)
        self._times.drop(service)

    async def services(self) -> Mapping[Service, int]:
        """Return all services that the registry has, as it told within the last seconds."""
        return await self._catalogue.services()

    async def run(self, listener: Listener) -> None:
        """Ask, listen to the events, and tell `listener`, until cancelled."""
        self._ask_all()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_listening(listener), name="events of thalassa")
            while True:
                self._settle(listener)
                for service in self._times.take(self._clock.monotonic()):
                    if service in self._asking:
                        self._again.add(service)
                    else:
                        self._asking.add(service)
                        tasks.create_task(self._ask(service, listener), name=f"ask for {service}")
                await self._rest()

    async def _rest(self) -> None:
        self._wake.clear()
        due = min((each for each in (self._times.next(), self._settles_at) if each is not None), default=None)
        await happens(self._wake, max(0.0, due - self._clock.monotonic()) if due is not None else None)

    def _ask_at(self, service: Service, when: float) -> None:
        self._times.set(service, when)
        self._wake.set()

    def _ask_all(self) -> None:
        for service in self._known:
            self._ask_at(service, self._clock.monotonic())

    async def _ask(self, service: Service, listener: Listener) -> None:
        """Ask for a service, tell the answer, and say when it is to be asked for again."""
        try:
            async with self._at_once:
                known = self._known.get(service)
                if known is not None:
                    await self._update(service, known, listener)
        finally:
            self._asking.discard(service)
        known = self._known.get(service)
        if known is not None:
            pause = 0.0 if service in self._again else self._pause(known)
            self._ask_at(service, self._clock.monotonic() + pause)
        self._again.discard(service)

    async def _update(self, service: Service, known: Known, listener: Listener) -> None:
        known.ask()
        try:
            documents = await self._api.registrations(service) if all(service) else []
        except (Unreachable, WrongAnswer) as error:
            known.give_up()
            if self._known.get(service) is known:
                listener.trouble(str(error), service if isinstance(error, WrongAnswer) else None)
            return
        known.answer(self._members(service, documents))
        if self._known.get(service) is known:
            self._tell(service, known, listener)

    def _pause(self, known: Known) -> float:
        if known.failures:
            return pause_after(known.failures)
        return REREAD if self._connected else POLL

    def _members(self, service: Service, documents: Iterable[Any]) -> Iterable[Member]:
        """Return those that can be members. Names may hold what the registry takes for a pattern."""
        for document in documents:
            try:
                member = member_of(document)
            except ValueError as error:
                self._leave_out(_key(document), str(error))
                continue
            if Service(member.name, member.version) == service:
                yield member

    def _leave_out(self, key: str, error: str) -> None:
        if self._left_out.get(key) != error:
            if len(self._left_out) >= _REMEMBERED:
                self._left_out.clear()
            self._left_out[key] = error
            log.warning("a registration cannot be a member: it is left out", registration=key, error=error)

    def _tell(self, service: Service, known: Known, listener: Listener) -> None:
        members = known.members()
        if members is not None:
            listener.found(service, members, held=known.is_held)

    async def _keep_listening(self, listener: Listener) -> None:
        failures = 0
        while True:
            began = self._clock.monotonic()
            try:
                async with subscribed(self._registry.host, self._registry.port) as events:
                    self._note_connected(listener)
                    async for together in events:
                        self._take(together, listener)
            except (OSError, ValueError) as error:
                self._note_lost(error, listener)
            failures = 1 if self._clock.monotonic() - began > _LONGEST_PAUSE else failures + 1
            await asyncio.sleep(pause_after(failures))

    def _take(self, events: Iterable[Event], listener: Listener) -> None:
        changed: dict[Service, Known] = {}
        for event in events:
            known = self._known.get(event.service)
            if known is None:
                continue
            if event.wrong:
                self._leave_out(event.key, event.wrong)
            if known.take(event):
                changed[event.service] = known
        for service, known in changed.items():
            self._tell(service, known, listener)

    def _note_connected(self, listener: Listener) -> None:
        self._connected = True
        if self._is_told:
            log.info("the registry tells its events again", registry=str(self._registry))
        self._is_told = False
        self._doubt()
        if not self._known:
            listener.well()

    def _note_lost(self, error: Exception, listener: Listener) -> None:
        told = reason_of(error)
        if not self._is_told:
            log.warning("the registry tells no events", registry=str(self._registry), error=told)
        self._is_told = True
        if self._connected:
            self._connected = False
            self._doubt()
        if not self._known:
            listener.trouble(f"{self._registry}: {told}")

    def _doubt(self) -> None:
        """Ask for all services again, and believe for a while in nobody's end who had no time to renew."""
        self._settles_at = self._clock.monotonic() + self._grace
        for known in self._known.values():
            known.doubt()
        self._ask_all()
        self._wake.set()

    def _settle(self, listener: Listener) -> None:
        if self._settles_at is None or self._clock.monotonic() < self._settles_at:
            return
        self._settles_at = None
        for service, known in self._known.items():
            if known.settle():
                self._tell(service, known, listener)


def _key(document: object) -> str:
    return str(document.get("id"))[:_LONGEST_KEY] if isinstance(document, Mapping) else "?"
