"""One source of members, as backends see it: what is believed of its answers.

    not told --members--> believed <--members--> believed
        |                    |
      none                 none, for the first time
        v                    v
    held (an answer of none, what was known stays) --grace is over--> believed: none
        |
      trouble: what was known stays; the next answer of none is held anew

That a service has no members is believed only after `grace`: services seldom go all at once, but name
servers, registries and files are often emptied by mistake. Before the first answer, and while the first
answer is held, nothing is known, and whoever asks keeps what he has.

A service that no backend uses is followed on for LINGER, so that a switch that asked for it, and a switch
back, find it known.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import structlog

from aqueduct.model.limits import BYTES, MEMBERS
from aqueduct.model.servers import endpoint
from aqueduct.plan.timetable import Timetable
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Discovery, Service
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.haproxy_pb2 import SourceStatus
from aqueduct.waiting import happens

log = structlog.get_logger()

LINGER: Final = 60.0
"""Seconds."""
_NAMED_IN_LOG: Final = 5


@dataclass(slots=True)
class _Followed:
    """A service that is followed."""

    keys: set[str] = field(default_factory=set)
    """Backends that use it."""
    asks: int = 0
    """So many wait for its first answer."""
    told: asyncio.Event = field(default_factory=asyncio.Event)
    """The source has answered, or said that it cannot."""
    believed: tuple[Member, ...] | None = None
    is_doubted: bool = False
    """The source holds back that members are lost."""


class Count(NamedTuple):
    """How much a source tells."""

    services: int
    """That are followed."""
    members: int
    """That are believed."""


class Source:
    """What backends know by one source. It is the Listener of its Discovery.

    `changed` is told the keys of backends whose members are others, `woken` that `tick` is due at another
    time, `noted` when it falls silent or answers again. `grace` is in seconds.
    """

    def __init__(
        self,
        discovery: Discovery,
        clock: Clock,
        grace: float,
        changed: Callable[[Collection[str]], None],
        woken: Callable[[], None],
        *,
        noted: Callable[[SourceStatus], None] = lambda _: None,
    ) -> None:
        self.discovery = discovery
        self._clock = clock
        self._grace = grace
        self._changed = changed
        self._woken = woken
        self._noted = noted
        self._followed: dict[Service, _Followed] = {}
        self._holds: Timetable[Service] = Timetable()
        self._lingers: Timetable[Service] = Timetable()
        self._held: set[Service] = set()
        self._newly_held: list[Service] = []
        self._error = ""
        self._troubles: dict[Service, str] = {}
        self._answer_time: float | None = None

    def follow(self, service: Service, key: str) -> None:
        """Have backend `key` use a service. It counts as changed where members are known already."""
        followed = self._follow(service)
        followed.keys.add(key)
        if followed.believed is not None:
            self._changed([key])

    def leave(self, service: Service, key: str) -> None:
        """Have backend `key` use a service no more."""
        self._followed[service].keys.discard(key)
        self._linger(service)

    def known(self, service: Service) -> Sequence[Member] | None:
        """Return the members that are believed, ordered; None where nothing is known yet."""
        followed = self._followed.get(service)
        return followed.believed if followed is not None else None

    async def ask(self, service: Service, timeout: float) -> None:  # noqa: ASYNC109 # no failure: it returns
        """Follow a service, and wait at most `timeout` seconds for its first answer, or a trouble."""
        followed = self._follow(service)
        followed.asks += 1
        try:
            if not self._error:
                await happens(followed.told, timeout)
        finally:
            followed.asks -= 1
            self._linger(service)

    def found(self, service: Service, members: Sequence[Member], *, held: bool = False) -> None:
        """Take the source's whole answer for a service (see Listener)."""
        followed = self._followed.get(service)
        if followed is None:
            return
        excess = _excess(members)
        if excess:
            self.trouble(excess, service)
            return
        self.well()
        self._settle(service)
        if members:
            self._unhold(service)
            self._believe(followed, _ordered(members))
        elif followed.is_doubted or followed.believed == () or self._grace <= 0:
            self._unhold(service)
            self._believe(followed, ())
        else:
            self._hold(service)
        followed.is_doubted = held
        followed.told.set()

    def trouble(self, error: str, service: Service | None = None) -> None:
        """Take note that the source does not answer (see Listener)."""
        was_well = not self._error and not self._troubles
        if service is None:
            was_well = error != self._error
            self._error = error
            for each in self._followed:
                self._suspend(each)
        elif service in self._followed:
            self._troubles[service] = error
            self._suspend(service)
        if was_well and self.error:
            log.warning(
                "a source of members does not answer: what it last told stays",
                source=self.discovery.name,
                error=self.error,
            )
            self._noted(self.status())

    def well(self) -> None:
        """Take note that the source answers (see Listener)."""
        self._answer_time = self._clock.time()
        if self._error:
            self._error = ""
            self._note_well()

    @property
    def error(self) -> str:
        """Why the source does not answer; empty while it does."""
        if self._error or not self._troubles:
            return self._error
        service, error = next(iter(self._troubles.items()))
        others = len(self._troubles) - 1
        return f"{service}: {error}" + (f" (and {others:,} more)" if others else "")

    async def services(self) -> Mapping[Service, int]:
        """Return the services that have members, with how many: of those followed, what is believed."""
        told = await self.discovery.services()
        believed = {
            service: len(each.believed)
            for service, each in self._followed.items()
            if each.believed is not None
        }
        return {service: members for service, members in {**told, **believed}.items() if members}

    def count(self) -> Count:
        """Return how much is followed and known."""
        return Count(len(self._followed), sum(len(each.believed or ()) for each in self._followed.values()))

    def status(self) -> SourceStatus:
        """Return whether the source answers, and what of its answers is not believed."""
        doubted = {service for service, followed in self._followed.items() if followed.is_doubted}
        status = SourceStatus(
            name=self.discovery.name, error=self.error, held_services=sorted(map(str, self._held | doubted))
        )
        if self._answer_time is not None:
            status.answer_time.FromMilliseconds(round(self._answer_time * 1e3))
        return status

    def next_tick(self) -> float | None:
        """Return when `tick` is due by the clock's monotonic time; None for not at all."""
        now = [self._clock.monotonic()] if self._newly_held else []
        times = [*now, self._holds.next(), self._lingers.next()]
        return min((each for each in times if each is not None), default=None)

    def tick(self) -> None:
        """Do what is due: believe what was held long enough, leave what nobody uses."""
        now = self._clock.monotonic()
        self._log_held()
        for service in self._holds.take(now):
            self._held.discard(service)
            self._believe(self._followed[service], ())
        for service in self._lingers.take(now):
            followed = self._followed[service]
            if not followed.keys and not followed.asks:
                self._forget(service)

    def _follow(self, service: Service) -> _Followed:
        followed = self._followed.get(service)
        if followed is None:
            followed = self._followed[service] = _Followed()
            self.discovery.follow(service)
        self._lingers.drop(service)
        return followed

    def _linger(self, service: Service) -> None:
        followed = self._followed[service]
        if not followed.keys and not followed.asks:
            self._lingers.set(service, self._clock.monotonic() + LINGER)
            self._woken()

    def _forget(self, service: Service) -> None:
        self._unhold(service)
        self._settle(service)
        del self._followed[service]
        self.discovery.leave(service)

    def _believe(self, followed: _Followed, members: tuple[Member, ...]) -> None:
        if followed.believed != members:
            followed.believed = members
            self._changed(followed.keys)

    def _hold(self, service: Service) -> None:
        if service not in self._held:
            self._held.add(service)
            self._holds.set(service, self._clock.monotonic() + self._grace)
            if self._followed[service].believed:
                self._newly_held.append(service)
            self._woken()

    def _unhold(self, service: Service) -> None:
        self._held.discard(service)
        self._holds.drop(service)

    def _suspend(self, service: Service) -> None:
        """Believe no answer of none that a source gave just before it fell silent."""
        self._unhold(service)
        self._followed[service].told.set()

    def _settle(self, service: Service) -> None:
        if self._troubles.pop(service, None) is not None:
            self._note_well()

    def _note_well(self) -> None:
        if not self.error:
            log.info("a source of members answers again", source=self.discovery.name)
            self._noted(self.status())

    def _log_held(self) -> None:
        held, self._newly_held = self._newly_held, []
        if held:
            log.warning(
                "services have no members any more, says their source: not believed yet",
                source=self.discovery.name,
                services=[str(service) for service in held[:_NAMED_IN_LOG]],
                count=len(held),
                grace_in_s=self._grace,
            )


def _ordered(members: Sequence[Member]) -> tuple[Member, ...]:
    """Return members by their endpoints, so that the order of an answer changes nothing."""
    return tuple(sorted(members, key=lambda member: endpoint(member.host, member.port).name))


def _excess(members: Sequence[Member]) -> str:
    """Return how an answer holds more than a backend may; empty where it does not."""
    if len(members) > MEMBERS:
        return f"there are {len(members):,} members, and a backend takes {MEMBERS:,}"
    size = sum(member.ByteSize() for member in members)
    return f"the members take {size:,} bytes, and a backend holds {BYTES:,}" if size > BYTES else ""
