"""DNS as a source of members: SRV records, or addresses and one port for all.

Each service is asked for again when what was told is over, by its records' times to live within
SHORTEST and LONGEST; an answer of none after LONGEST_NONE at the latest, since members are waited for.
That a name does not exist, or has no such records, is an answer. Anything else (SERVFAIL, REFUSED, no answer
in time) is a trouble with that service, which is asked for again after RETRY.

Members are IP addresses: the targets of SRV records are resolved here, not by HAProxy. Of the records
with the lowest priority number only, as clients must choose (RFC 2782).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

import dns.asyncresolver
import dns.exception
import dns.message
import dns.rdatatype
import dns.resolver
from dns.nameserver import Do53Nameserver

from aqueduct.discovery.queries import Template
from aqueduct.errors import ConfigurationError
from aqueduct.model.backends import HEAVIEST
from aqueduct.model.registrations import service_id
from aqueduct.plan.timetable import Timetable
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Listener, Service
from aqueduct.settings import DnsServer
from aqueduct.v1.backend_pb2 import Member
from aqueduct.waiting import happens

SHORTEST: Final = 1.0
LONGEST: Final = 300.0
LONGEST_NONE: Final = 10.0
RETRY: Final = 5.0
"""Seconds, all of them."""
PATIENCE: Final = 5.0
"""Seconds that a query may take, with all servers tried."""

_AT_ONCE: Final = 64
"""So many services are asked for at a time."""
_ADDRESSES: Final = (dns.rdatatype.A, dns.rdatatype.AAAA)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Records of one type, maybe none, and for how long they hold, in seconds."""

    records: Sequence[Any]
    ttl: float
    response: dns.message.Message | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a service runs."""

    host: str
    port: int
    weight: int = 0


class Dns:
    """The source `dns`. `servers` are asked in their order; without any, those of /etc/resolv.conf.

    ConfigurationError where there are none.
    """

    name = "dns"

    def __init__(
        self, template: Template, servers: Sequence[DnsServer], clock: Clock, *, patience: float = PATIENCE
    ) -> None:
        self._template = template
        self._clock = clock
        self._resolver = _resolver(servers)
        self._resolver.timeout, self._resolver.lifetime = patience / 2, patience
        self._followed: set[Service] = set()
        self._times: Timetable[Service] = Timetable()
        self._wake = asyncio.Event()

    def follow(self, service: Service) -> None:
        """Ask for `service` now, and whenever what was told is over."""
        if service not in self._followed:
            self._followed.add(service)
            self._ask_at(service, self._clock.monotonic())

    def leave(self, service: Service) -> None:
        """Ask for `service` no more."""
        self._followed.discard(service)
        self._times.drop(service)

    async def services(self) -> Mapping[Service, int]:
        """Return none: names can be asked for, not listed."""
        return {}

    async def run(self, listener: Listener) -> None:
        """Ask, and tell `listener`, until cancelled."""
        for service in self._followed:
            self._ask_at(service, self._clock.monotonic())
        at_once = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            while True:
                for service in self._times.take(self._clock.monotonic()):
                    tasks.create_task(self._update(service, listener, at_once), name=f"ask for {service}")
                await self._rest()

    async def _rest(self) -> None:
        self._wake.clear()
        due = self._times.next()
        pause = max(0.0, due - self._clock.monotonic()) if due is not None else None
        await happens(self._wake, pause)

    def _ask_at(self, service: Service, when: float) -> None:
        self._times.set(service, when)
        self._wake.set()

    async def _update(self, service: Service, listener: Listener, at_once: asyncio.Semaphore) -> None:
        error, members, pause = "", list[Member](), RETRY
        try:
            async with at_once:
                places, pause = await self._places(self._template.query(service))
            members = [_member(service, place) for place in places]
        except (dns.exception.DNSException, OSError, ValueError) as failure:
            error = " ".join(str(failure).split())
        if service not in self._followed:
            return
        if error:
            listener.trouble(error, service)
        else:
            listener.found(service, members)
        self._ask_at(service, self._clock.monotonic() + pause)

    async def _places(self, name: str) -> tuple[Iterable[_Place], float]:
        """Return where `name` is, each place once, and for how many seconds that holds."""
        if self._template.port is None:
            places, ttl = await self._services(name)
        else:
            hosts, ttl = await self._hosts(name)
            places = [_Place(host, self._template.port) for host in hosts]
        distinct = {(place.host, place.port): place for place in places}
        longest = LONGEST if distinct else LONGEST_NONE
        return distinct.values(), min(max(ttl, SHORTEST), longest)

    async def _services(self, name: str) -> tuple[list[_Place], float]:
        answer = await self._query(name, dns.rdatatype.SRV)
        best = min((record.priority for record in answer.records), default=0)
        records = [each for each in answer.records if each.priority == best and len(each.target) > 1]
        found = await asyncio.gather(*(self._target(record.target, answer) for record in records))
        weights = _weights([record.weight for record in records])
        places = [
            _Place(host, record.port, weight)
            for record, weight, (hosts, _) in zip(records, weights, found, strict=True)
            for host in hosts
        ]
        return places, min([answer.ttl, *(ttl for _, ttl in found)])

    async def _target(self, name: Any, answer: _Answer) -> tuple[list[str], float]:
        """Return the addresses of a target, those that came with the answer if there are any."""
        sent = answer.response.additional if answer.response is not None else []
        sets = [each for each in sent if each.name == name and each.rdtype in _ADDRESSES]
        if sets:
            hosts = [str(ip_address(record.address)) for each in sets for record in each]
            return hosts, float(min(each.ttl for each in sets))
        return await self._hosts(name.to_text())

    async def _hosts(self, name: str) -> tuple[list[str], float]:
        answers = await asyncio.gather(*(self._query(name, kind) for kind in _ADDRESSES))
        hosts = [str(ip_address(record.address)) for answer in answers for record in answer.records]
        full = [answer.ttl for answer in answers if answer.records]
        return hosts, min(full or [answer.ttl for answer in answers])

    async def _query(self, name: str, kind: dns.rdatatype.RdataType) -> _Answer:
        try:
            answer = await self._resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN as none:
            response = next(iter(none.responses().values()))  # type: ignore[no-untyped-call] # dnspython's
            return _Answer((), response.resolve_chaining().minimum_ttl)
        ttl = answer.chaining_result.minimum_ttl
        return _Answer(list(answer.rrset or ()), ttl, answer.response)


def _resolver(servers: Sequence[DnsServer]) -> dns.asyncresolver.Resolver:
    try:
        resolver = dns.asyncresolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration as error:
        raise ConfigurationError(f"no name server is known: {error} (see --dns-server)") from error
    if servers:
        resolver.nameservers = [Do53Nameserver(server.address, server.port) for server in servers]
    return resolver


def _weights(weights: Sequence[int]) -> list[int]:
    """Return HAProxy's weights (1 to 256) for those of SRV records (0 to 65,535); all 0, for none, if equal.

    Equal ones say nothing, and some name servers change them with the number of records.
    """
    heaviest = max(weights, default=0)
    if all(weight == heaviest for weight in weights):
        return [0] * len(weights)
    scale = min(1.0, HEAVIEST / heaviest)
    return [max(1, round(weight * scale)) for weight in weights]


def _member(service: Service, place: _Place) -> Member:
    member = Member(
        host=place.host,
        port=place.port,
        name=service.name,
        version=service.version,
        id=service_id(service.name, service.version, place.host, place.port),
    )
    if place.weight:
        member.weight = place.weight
    return member
