"""Which registrations expire, and which are only believed to: a pure function of time.

A lease is started by each renewal and runs for its time to live, unless something holds it. Services
seldom die together; what makes many leases run out together is a network that is cut, or a control
plane that was stopped for a while. So where more than half of the leases of one service (of more than
one), or of all services, run out within WINDOW, each is put off, once, by a grace: who lives renews it
meanwhile. When the grace is over it runs out, however many they are.

Explicit removals are no loss: who says goodbye is believed.
"""

from collections import Counter, deque
from collections.abc import Iterable
from typing import NamedTuple

from aqueduct.plan.timetable import Timetable
from aqueduct.ports.discovery import Service

WINDOW = 10.0
"""Seconds. Clients renew about three times in a time to live, by default 30 s: after a cut their leases run
out within 10 s of each other."""


class Due(NamedTuple):
    """What has become of leases that were due."""

    expired: list[str]
    put_off: list[str]


class _Loss(NamedTuple):
    when: float
    service: Service
    is_gone: bool


class Leases:
    """The leases of registrations, each known by a key and of one service. Times are seconds, monotonic."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._services: dict[str, Service] = {}
        self._sizes: Counter[Service] = Counter()
        self._ends: Timetable[str] = Timetable()
        self._put_off: set[str] = set()
        self._doubts: Counter[Service] = Counter()
        """How many leases of each service are put off."""
        self._losses: deque[_Loss] = deque()

    def start(self, key: str, service: Service, end: float) -> None:
        """Have a lease run until `end`, whatever was said of it before."""
        self.hold(key, service)
        self._ends.set(key, end)

    def hold(self, key: str, service: Service) -> None:
        """Have a lease run on until it is started again."""
        if key not in self._services:
            self._services[key] = service
            self._sizes[service] += 1
        self._trust(key)
        self._ends.drop(key)

    def drop(self, key: str) -> None:
        """Forget a lease: its registration was removed. Does nothing where there is none."""
        if key not in self._services:
            return
        self._trust(key)
        self._ends.drop(key)
        _decrement(self._sizes, self._services.pop(key))

    def next(self) -> float | None:
        """Return when the next lease ends, None where none does."""
        return self._ends.next()

    def is_doubted(self, service: Service) -> bool:
        """Tell whether leases of a service are put off."""
        return service in self._doubts

    def take(self, now: float) -> Due:
        """End the leases that are due; those that expire are forgotten."""
        due = Due([], [])
        keys = self._ends.take(now)
        fresh = [key for key in keys if key not in self._put_off]
        doubted = self._doubted(fresh, now)
        for key in keys:
            service = self._services[key]
            if service in doubted and key not in self._put_off:
                self._put_off.add(key)
                self._doubts[service] += 1
                self._ends.set(key, now + self._grace)
                self._losses.append(_Loss(now, service, is_gone=False))
                due.put_off.append(key)
            else:
                self.drop(key)
                self._losses.append(_Loss(now, service, is_gone=True))
                due.expired.append(key)
        return due

    def _trust(self, key: str) -> None:
        if key in self._put_off:
            self._put_off.remove(key)
            _decrement(self._doubts, self._services[key])

    def _doubted(self, fresh: Iterable[str], now: float) -> set[Service]:
        """Return the services whose losses are too many at once to be believed, with those of `fresh`."""
        while self._losses and self._losses[0].when < now - WINDOW:
            self._losses.popleft()
        losing = Counter(self._services[key] for key in fresh)
        lost = losing + Counter(loss.service for loss in self._losses)
        gone = Counter(loss.service for loss in self._losses if loss.is_gone)
        if _are_many(lost.total(), self._sizes.total() + gone.total()):
            return set(losing)
        return {each for each in losing if _are_many(lost[each], self._sizes[each] + gone[each])}


def _are_many(lost: int, of: int) -> bool:
    return of > 1 and 2 * lost > of


def _decrement(counter: Counter[Service], service: Service) -> None:
    counter[service] -= 1
    if not counter[service]:
        del counter[service]
