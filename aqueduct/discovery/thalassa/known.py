"""What a Thalassa registry has said of one service: answers and events put into one order.

An event may be on its way while an answer is, and nothing tells which is newer. So events that come while the
registry is asked are applied at once, and once more, in their order, to the answer. The events come in the
order in which things happened: whatever older than the answer is applied again is followed by all that led to
the answer. So what is known may go back for a moment, and ends right.

When the events were cut off, registrations may have run out whose clients had nobody to renew them with, as
after a restart of the registry. Members known before that were not heard of since stay until `settle`, which
is called when all clients had the time to renew.

Invariant: a member that is told again with nothing new but when it was last known is the one told before.
"""

from collections.abc import Iterable, Sequence

from aqueduct.discovery.thalassa.events import Event
from aqueduct.v1.backend_pb2 import Member


class Known:
    """The members of a service."""

    def __init__(self) -> None:
        self.failures = 0
        """So often in a row the registry did not answer."""
        self._members: dict[str, Member] | None = None
        self._doubted: dict[str, Member] = {}
        self._meanwhile: list[Event] | None = None

    def ask(self) -> None:
        """Note that the registry is asked from now on."""
        self._meanwhile = []

    def answer(self, members: Iterable[Member]) -> None:
        """Take the registry's whole answer."""
        self._members = {each.id: _unless_same(self._shown(each.id), each) for each in members}
        events, self._meanwhile = self._meanwhile or [], None
        for event in events:
            self._apply(event)
        self.failures = 0

    def give_up(self) -> None:
        """Note that the registry did not answer."""
        self._meanwhile = None
        self.failures += 1

    def take(self, event: Event) -> bool:
        """Apply an event; tell whether members are others now."""
        if self._meanwhile is not None:
            self._meanwhile.append(event)
        if self._members is None:
            return False
        before = (self._shown(event.key), self.is_held)
        self._apply(event)
        return before != (self._shown(event.key), self.is_held)

    def doubt(self) -> None:
        """Note that events were missed: members that go without having been heard of stay until `settle`."""
        self._doubted |= self._members or {}

    def settle(self) -> bool:
        """Believe the registry again; tell whether members are others now."""
        was_held, self._doubted = self.is_held, {}
        return was_held

    @property
    def is_held(self) -> bool:
        """Whether there are members that the registry has no more."""
        return not self._doubted.keys() <= (self._members or {}).keys()

    def members(self) -> Sequence[Member] | None:
        """Return the members; None before the first answer. Of two at one address, the newer one."""
        if self._members is None:
            return None
        found = self._doubted | self._members
        places: dict[tuple[str, int], Member] = {}
        for member in sorted(found.values(), key=lambda member: (member.last_known, member.id)):
            places[member.host, member.port] = member
        return list(places.values())

    def _shown(self, key: str) -> Member | None:
        return (self._members or {}).get(key) or self._doubted.get(key)

    def _apply(self, event: Event) -> None:
        members = self._members if self._members is not None else {}
        if event.member is None:
            members.pop(event.key, None)
            if event.wrong:
                self._doubted.pop(event.key, None)
        else:
            members[event.key] = _unless_same(self._shown(event.key), event.member)
            self._doubted.pop(event.key, None)


def _unless_same(before: Member | None, member: Member) -> Member:
    if before is None:
        return member
    renewed = Member()
    renewed.CopyFrom(before)
    renewed.last_known = member.last_known
    return before if renewed == member else member
