"""The switches that are under way: how far each is, and who waits for it.

A caller waits until the new members serve and the old ones take nothing new. Where nothing waits for the
new members, until each is proven or its check has failed at least once.

Invariant: who waits for a switch is told once, when it has come so far, has failed, or another has taken its
place before its new members were up.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from aqueduct.errors import AqueductError, Unmet
from aqueduct.model.members import to_prove
from aqueduct.service.proving import Proofs
from aqueduct.v1.backend_pb2 import Membership, Transition
from aqueduct.v1.haproxy_pb2 import BackendTransition

FIRST_LOOK = 0.02
"""Seconds between the first two looks at a switch."""
TROUBLE = 0.5
"""Seconds until a switch is looked at again, where that failed."""


@dataclass(slots=True)
class Switch:
    """A switch that is under way."""

    revision: int
    """Of the change that began it; 0 once it is over."""
    due: float = 0.0
    pause: float = FIRST_LOOK
    is_gated: bool = False
    """Whether its old members are to serve until enough of the new ones are proven."""
    was_gated: bool = False
    failure: Unmet | None = None
    """Why it is being undone, while it is."""
    is_opening: bool = False
    """Whether enough of the new members are proven, while what follows is being stored."""
    proofs: Proofs = field(default_factory=Proofs)
    trouble: float = TROUBLE
    """Seconds until it is looked at again, where HAProxy refuses what follows."""
    waiting: "list[asyncio.Future[None]]" = field(default_factory=list)

    def end(self, error: AqueductError | None = None) -> None:
        """Tell those who wait that it has come so far, or why not."""
        for future in self.waiting:
            if not future.done() and error is None:
                future.set_result(None)
            elif not future.done() and error is not None:
                future.set_exception(error)
        self.waiting = []


class Switches:
    """Those under way, by the keys of their backends."""

    def __init__(self) -> None:
        self._of: dict[str, Switch] = {}

    def __getitem__(self, key: str) -> Switch:
        return self._of[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def get(self, key: str) -> Switch | None:
        """Return the switch of a backend, None where there is none."""
        return self._of.get(key)

    def all(self) -> Collection[Switch]:
        """Return all of them."""
        return self._of.values()

    def pop(self, key: str) -> Switch:
        """Forget a switch that is over."""
        return self._of.pop(key)

    def note(self, key: str, membership: Membership | None, now: float) -> None:
        """Note that HAProxy serves this membership `now`: a switch began, or has come further, or is over.

        It is looked at at once, but where there is nothing to prove, once idle connections have closed: soon
        at the latest, however often its members change.
        """
        transition = membership.transition if membership is not None else Transition()
        if transition.revision and key not in self._of:
            self._of[key] = Switch(transition.revision, due=now + FIRST_LOOK)
        switch = self._of.get(key)
        if switch is None:
            return
        if switch.revision != transition.revision:
            is_superseded = switch.is_gated and not switch.is_opening
            switch.end(switch.failure or (_superseded(key) if is_superseded else None))
            switch.revision, switch.was_gated, switch.failure = transition.revision, False, None
            switch.proofs.passed = set()
        switch.is_gated = transition.min_healthy > 0
        switch.was_gated |= switch.is_gated
        proves = membership is not None and bool(to_prove(membership))
        switch.due, switch.pause = min(switch.due, now if proves else now + FIRST_LOOK), FIRST_LOOK

    def under_way(self, memberships: Mapping[str, Membership]) -> list[BackendTransition]:
        """Return the switches of `memberships`, those served, ordered by key."""
        return [
            BackendTransition(key=key, transition=memberships[key].transition)
            for key in sorted(self._of)
            if key in memberships and memberships[key].HasField("transition")
        ]

    async def wait(self, key: str, begun: Transition) -> None:
        """Wait until the switch that has `begun` has come so far.

        Unmet (`SWITCH_FAILED`) where too few of the new members came up, (`SWITCH_SUPERSEDED`) where another
        began.
        """
        switch = self._of.get(key)
        if switch is None or switch.revision != begun.revision:
            if begun.min_healthy:
                raise _superseded(key)  # before anybody had looked at it
            return
        future = asyncio.get_running_loop().create_future()
        switch.waiting.append(future)
        await future


def _superseded(key: str) -> Unmet:
    return Unmet(
        "SWITCH_SUPERSEDED",
        f"backends/{key}",
        "another change of its members came before the new ones were up: it is for its caller to know of",
    )
