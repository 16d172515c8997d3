"""The states of members: each change told once, at once, whoever HAProxy's worker is.

What HAProxy tells by itself (ports/states.py) is laid beside what is known, so that a change is told once:
old workers may speak on for a moment, and two may see the same. What may have been missed is asked for:
each `interval`, and after a doubt.

    told by HAProxy ---> known? same: silence
    asked, in doubt -/          other: noted, and told to listeners

A new worker begins with what the old one knew when it was asked for the reload, or, where HAProxy was started
anew, with all servers up. What a server was told to be since is newer, and the new worker is about to find it
out by its own check: so in the first seconds its word on that server's health is not taken on being asked,
only if it tells it by itself. So a member that dies around a reload is down once, not down, up and down.

Invariants: listeners are told in the order in which HAProxy told, and never of a change that is none. A
server of which nothing is known is up, or, where `begins_down` says so, down. Throw-away servers (proving.py)
are nobody's members.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import structlog

from aqueduct.errors import AqueductError
from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.plan.verify import PROBE
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.states import Asked, Doubt, States, Told
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_UP
from aqueduct.waiting import happens

log = structlog.get_logger()

PATIENCE = 10.0
"""Seconds that a new worker has to find out what was known: three checks by HAProxy's default."""
_PAUSE = 0.001
"""Seconds between two slices of what was asked for."""
_SETTLED = 1.0
"""Seconds from what HAProxy tells to the question whether it could tell all."""
_ASKED_WHY = 100
"""Backends that are asked at once why servers of theirs are down: some 100 us each."""
_TROUBLE = 1.0
"""Seconds until HAProxy is asked again where it did not answer."""

Server = tuple[str, str]
"""HAProxy's names of a backend and of a server of it."""


class StateChange(NamedTuple):
    """A server that stands otherwise."""

    backend: str
    """Key of the backend."""
    server: str
    """HAProxy's name of the server: `model/servers.py`."""
    before: Status
    after: Status
    told: Told | None
    """What HAProxy said; None where it had to be asked."""
    reason: str | None = None
    """Why, in HAProxy's words; None where it had to be asked, and knew none."""


Listener = Callable[[Sequence[StateChange]], None]


class MemberStates:
    """How members stand. `interval` tells the seconds between two questions, 0: only in doubt.

    `begins_down` tells of servers that HAProxy has begin as down.
    """

    def __init__(
        self,
        states: States,
        clock: Clock,
        interval: Callable[[], float],
        begins_down: Callable[[str, str], bool] = lambda _backend, _server: False,
    ) -> None:
        self._states = states
        self._clock = clock
        self._interval = interval
        self._begins_down = begins_down
        self._known: dict[Server, Status] = {}  # those that are not UP
        self._told_at: dict[Server, float] = {}  # in the last seconds, the oldest first
        self._fresh: set[Server] = set()  # those told while HAProxy was asked
        self._asked_why: set[str] = set()  # backends that were asked, meanwhile, why servers are down
        self._loaded_at = float("-inf")
        self._asked_at = clock.monotonic()
        self._is_doubtful = False
        self._spoke_at: float | None = None  # and it was not asked since whether it could tell all
        self._dropped = 0
        self._wake = asyncio.Event()
        self._listeners: list[Listener] = []
        states.on_told(self._note_told)
        states.on_doubt(self._note_doubt)

    def on_change(self, listener: Listener) -> None:
        """Tell `listener` of changes, at once and in order; it returns at once."""
        self._listeners.append(listener)

    def status(self, backend: str, server: str) -> Status:
        """Return how a server stands; UP for one that nothing is known of."""
        return self._known.get((backend, server), UP)

    def not_up(self) -> Iterator[tuple[Server, Status]]:
        """Iterate over the servers that are not simply up. Some may be gone."""
        return iter(self._known.items())

    def take_up(self, known: dict[Server, Status]) -> None:
        """Begin with what was known before Aqueduct was started anew."""
        self._known.update(known)

    def look(self) -> None:
        """Ask soon."""
        self._is_doubtful = True
        self._wake.set()

    async def run(self) -> None:
        """Ask where that is due, until cancelled."""
        while True:
            await happens(self._wake, self._seconds_to_rest())
            self._wake.clear()
            try:
                await self._turn()
            except (HAProxyFailed, AqueductError) as error:
                log.debug("the states of members cannot be asked for", error=str(error))
                self._is_doubtful = True
                await asyncio.sleep(_TROUBLE)

    async def _turn(self) -> None:
        now = self._clock.monotonic()
        if self._is_doubtful or now >= self._due():
            self._is_doubtful, self._asked_at = False, now
            await self.compare()
        elif self._spoke_at is not None and now >= self._spoke_at + _SETTLED:
            self._spoke_at = None
            dropped, self._dropped = self._dropped, await self._states.dropped()
            self._is_doubtful = self._dropped > dropped

    async def compare(self) -> None:
        """Ask HAProxy for all servers, and tell what was missed. HAProxyFailed where it does not answer."""
        self._fresh.clear()
        self._asked_why.clear()
        loaded_at = self._loaded_at
        seen: set[Server] = set()
        reasons: dict[Server, str] = {}
        async for some in self._states.ask():
            await self._ask_why(some, reasons)
            if self._loaded_at != loaded_at:
                return  # another worker serves, which is asked next
            self._tell(
                [change for asked in some if (change := self._asked(asked, seen, reasons)) is not None]
            )
            await asyncio.sleep(_PAUSE)
        for gone in self._known.keys() - seen - self._fresh:
            del self._known[gone]
        self._forget_old()

    def _seconds_to_rest(self) -> float | None:
        if self._is_doubtful:
            return 0.0
        due = min(self._due(), float("inf") if self._spoke_at is None else self._spoke_at + _SETTLED)
        return max(0.0, due - self._clock.monotonic()) if due < float("inf") else None

    def _due(self) -> float:
        """Return when to ask without a doubt: by the interval, and once a new worker has had its time."""
        interval = self._interval()
        due = self._asked_at + interval if interval else float("inf")
        settled_at = self._loaded_at + PATIENCE
        return min(due, settled_at) if self._asked_at < settled_at else due

    def _note_doubt(self, doubt: Doubt) -> None:
        if doubt is Doubt.LOADED:
            self._loaded_at = self._clock.monotonic()
        self.look()

    def _note_told(self, lines: Sequence[Told]) -> None:
        if self._spoke_at is None:
            self._spoke_at = self._clock.monotonic()
            self._wake.set()
        changes = [self._told(line) for line in lines if not line.server.startswith(PROBE)]
        self._tell([change for change in changes if change is not None])

    def _told(self, line: Told) -> StateChange | None:
        server = line.backend, line.server
        before = self._known.get(server, UP)
        is_up = line.health == OPERATIONAL_STATE_UP
        if is_up and server not in self._known and server not in self._told_at and self._begins_down(*server):
            before = DOWN
        self._fresh.add(server)
        self._told_at.pop(server, None)
        self._told_at[server] = self._clock.monotonic()
        return self._changed(server, before, before.told(line.admin, line.health), line, line.reason)

    async def _ask_why(self, some: Sequence[Asked], reasons: dict[Server, str]) -> None:
        """Add to `reasons` why servers are down that were not known to be; of the first backends alone."""
        found = dict.fromkeys(asked.backend for asked in some if self._is_found_down(asked))
        room = _ASKED_WHY - len(self._asked_why)
        backends = [backend for backend in found if backend not in self._asked_why][:room]
        if backends:
            self._asked_why.update(backends)
            with suppress(HAProxyFailed):  # that they are down is to be told all the same
                reasons.update(await self._states.failures(backends))

    def _is_found_down(self, asked: Asked) -> bool:
        server = asked.backend, asked.server
        known = self._known.get(server, UP)
        is_down = asked.status.state == OPERATIONAL_STATE_DOWN != known.health
        return is_down and not (self._is_to_be_found_out(server, known) or self._begins_down(*server))

    def _asked(self, asked: Asked, seen: set[Server], reasons: Mapping[Server, str]) -> StateChange | None:
        server = asked.backend, asked.server
        seen.add(server)
        if server in self._fresh or asked.server.startswith(PROBE):
            return None
        known = self._known.get(server, UP)
        after = asked.status
        if after.health != known.health and self._is_to_be_found_out(server, known):
            after = Status(after.admin, known.health)
        reason = reasons.get(server) if after.state == OPERATIONAL_STATE_DOWN != known.health else None
        return self._changed(server, known, after, None, reason)

    def _is_to_be_found_out(self, server: Server, known: Status) -> bool:
        """Tell whether what is known of a server's health is newer than what its new worker began with."""
        if self._clock.monotonic() >= self._loaded_at + PATIENCE:
            return False
        return known.health != OPERATIONAL_STATE_UP or server in self._told_at

    def _changed(
        self, server: Server, before: Status, after: Status, told: Told | None, reason: str | None
    ) -> StateChange | None:
        if after == UP:
            self._known.pop(server, None)
        else:
            self._known[server] = after
        return StateChange(*server, before, after, told, reason) if after != before else None

    def _forget_old(self) -> None:
        begin = self._clock.monotonic() - 2 * PATIENCE
        for server, told_at in list(self._told_at.items()):
            if told_at >= begin:
                break
            del self._told_at[server]

    def _tell(self, changes: Sequence[StateChange]) -> None:
        if not changes:
            return
        for listener in self._listeners:
            try:
                listener(changes)
            except Exception:
                log.exception("changes of states are lost on a listener", changes=len(changes))
