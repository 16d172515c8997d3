"""The registrations that there are, in memory: by id, by service, each with its lease."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aqueduct.discovery.leases import Leases
from aqueduct.model.registrations import member_of, ttl_of
from aqueduct.ports.clock import Clock
from aqueduct.ports.discovery import Service
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.registry_pb2 import Registration


@dataclass(eq=False, slots=True)
class Entry:
    """A registration that is there."""

    stored: Registration
    """As stored: its `renew_time` is when it was first registered."""
    member: Member
    renewed: float
    """When it was last renewed, in seconds since 1970-01-01 UTC."""
    holders: int = 0
    """So many clients hold it alive."""

    @property
    def service(self) -> Service:
        """The service that it is of."""
        return Service(self.stored.name, self.stored.version)

    def told(self) -> Registration:
        """Return the registration as callers see it."""
        copy = Registration()
        copy.CopyFrom(self.stored)
        copy.renew_time.FromMilliseconds(round(self.renewed * 1e3))
        return copy


@dataclass(frozen=True, slots=True)
class Expired:
    """What a look at the leases has led to."""

    gone: list[str]
    """Ids of the entries that ran out, and are no more."""
    put_off: set[Service]
    """Services of which many would have run out at once."""


class Entries:
    """All entries.

    `grace` is for how long those stay that would run out with many others, in seconds. `trusted` is told
    a service of which no such entry is left, since all were renewed.
    """

    def __init__(
        self,
        stored: Iterable[Registration],
        clock: Clock,
        grace: float,
        trusted: Callable[[Service], None],
    ) -> None:
        self._clock = clock
        self._trusted = trusted
        self._leases = Leases(grace)
        self._entries: dict[str, Entry] = {}
        self._of: dict[Service, dict[str, Entry]] = {}
        for registration in stored:
            self.put(registration)

    def get(self, key: str) -> Entry | None:
        """Return the entry of that id."""
        return self._entries.get(key)

    def ids(self) -> Iterable[str]:
        """Return all ids, in no order."""
        return self._entries.keys()

    def members(self, service: Service) -> list[Member]:
        """Return the members of a service, in no order."""
        return [entry.member for entry in self._of.get(service, {}).values()]

    def services(self) -> Mapping[Service, int]:
        """Return how many members each service has."""
        return {service: len(entries) for service, entries in self._of.items()}

    def size(self, service: Service) -> int:
        """Return how many members a service has."""
        return len(self._of.get(service, ()))

    def is_doubted(self, service: Service) -> bool:
        """Tell whether members of the service would have run out, had it not been many at once."""
        return self._leases.is_doubted(service)

    def next_end(self) -> float | None:
        """Return when the next entry runs out, None where none does."""
        return self._leases.next()

    def put(self, stored: Registration) -> Entry:
        """Add an entry, or renew the one of that id, which says what is `stored` from now on."""
        entry = self._entries.get(stored.id)
        if entry is None:
            entry = self._entries[stored.id] = Entry(stored, member_of(stored), 0.0)
            self._of.setdefault(entry.service, {})[stored.id] = entry
        elif entry.stored != stored:
            entry.stored, entry.member = stored, member_of(stored)
        self.renew(entry)
        return entry

    def renew(self, entry: Entry) -> None:
        """Have the time to live of an entry start anew."""
        entry.renewed = self._clock.time()
        self._lease(entry)

    def hold(self, entry: Entry) -> None:
        """Have an entry not run out until it was released as often as it was held."""
        entry.holders += 1
        self._lease(entry)

    def release(self, entry: Entry) -> None:
        """Take back a hold; with the last one its time to live starts."""
        entry.holders -= 1
        if self._entries.get(entry.stored.id) is entry:
            self._lease(entry)

    def remove(self, key: str) -> Entry | None:
        """Remove the entry of that id, and return it; None where there is none."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._leases.drop(key)
            self._forget(entry)
        return entry

    def expire(self) -> Expired:
        """Remove what has run out."""
        due = self._leases.take(self._clock.monotonic())
        put_off = {self._entries[key].service for key in due.put_off}
        for key in due.expired:
            self._forget(self._entries.pop(key))
        return Expired(due.expired, put_off)

    def _lease(self, entry: Entry) -> None:
        was_doubted = self.is_doubted(entry.service)
        if entry.holders:
            self._leases.hold(entry.stored.id, entry.service)
        else:
            end = self._clock.monotonic() + ttl_of(entry.stored)
            self._leases.start(entry.stored.id, entry.service, end)
        if was_doubted and not self.is_doubted(entry.service):
            self._trusted(entry.service)

    def _forget(self, entry: Entry) -> None:
        siblings = self._of[entry.service]
        del siblings[entry.stored.id]
        if not siblings:
            del self._of[entry.service]
