"""The log of activity: takes events at once, writes them by the batch, and tells them once they are durable.

    record -> waiting -> (one write for all that wait) -> recent -> watchers
                 |              `-- disk full, broken: they wait on, warned of once
                 `-- more than may wait: the oldest are lost, and an event says how many

Invariants: ids grow by one with each event that was written, also after a crash: what was told is there, and
no id is told twice. Nobody who records waits, and what cannot be written harms nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

import structlog

from aqueduct.errors import AqueductError
from aqueduct.model.happening import events_lost
from aqueduct.model.server_status import Status
from aqueduct.ports.activity import ActivityStore, Server, Standing
from aqueduct.v1.activity_pb2 import Event
from aqueduct.waiting import Bell, happens

log = structlog.get_logger()

RECENT: Final = 10_000
"""Events in memory: who watches and is further behind than that has missed some."""
_WAITING: Final = 100_000
"""Events that may wait to be written: the oldest are lost where there are more."""
_BATCH: Final = 1_000
"""Events of one write: some milliseconds."""
_GATHER: Final = 0.02
"""Seconds from a write to the next: each is a commit of its own, and a burst of changes makes many events."""
_PAUSE: Final = 1.0
"""Seconds until the next write after one that failed."""
_FORGET: Final = 60.0
"""Seconds without an event after which it is looked for what has become too old."""
_NOTHING: Final[Standing] = {}


class ActivityLog:
    """The events of one Aqueduct. `standing` tells how servers were told to stand since it was asked last."""

    def __init__(self, store: ActivityStore, standing: Callable[[], Standing] = lambda: _NOTHING) -> None:
        self._store = store
        self._standing = standing
        self._waiting: deque[Event] = deque()
        self._recent: deque[bytes] = deque(maxlen=RECENT)  # as they are written: a message takes 1.4 KB
        self._unwritten: dict[Server, Status | None] = {}
        self._wake = asyncio.Event()
        self._ends = asyncio.Event()
        self._is_failing = False
        self._bells: set[Bell] = set()
        self.last_id = store.last_id
        """Id of the newest event that is told."""
        self.lost = 0
        """Events that could not be kept."""
        self._untold = 0  # of them, those that no event tells of yet

    def note(self, event: Event) -> None:
        """Take an event."""
        if len(self._waiting) >= _WAITING:
            self._lose_oldest()
        self._waiting.append(event)
        self._wake.set()

    def watched_by(self, bell: Bell) -> None:
        """Ring `bell` whenever there is more to tell."""
        self._bells.add(bell)

    def left_by(self, bell: Bell) -> None:
        """Ring it no more."""
        self._bells.discard(bell)

    @property
    def first_recent(self) -> int:
        """Id of the oldest event in memory; one more than the last where there is none."""
        return self.last_id + 1 - len(self._recent)

    def recent(self, above: int, most: int) -> Sequence[Event]:
        """Return the oldest events in memory with ids larger than `above`, at the `most` so many."""
        skipped = max(0, above + 1 - self.first_recent)
        return [Event.FromString(event) for event in islice(self._recent, skipped, skipped + most)]

    async def run(self) -> None:
        """Write until `stop`, and all that has happened by then; forget what has become too old meanwhile."""
        while not (self._ends.is_set() and not self._waiting):
            if not self._waiting:
                if not await happens(self._wake, _FORGET):
                    await self._forget()
                self._wake.clear()
            await self._write_some()

    def stop(self) -> None:
        """Have `run` end."""
        self._ends.set()
        self._wake.set()

    async def _write_some(self) -> None:
        waited = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
        self._unwritten.update(self._standing())
        if not waited and not self._unwritten:
            return
        untold = self._untold
        batch = _numbered(waited, untold, self._store.last_id + 1)
        try:
            await self._store.write(batch, dict(self._unwritten))
        except AqueductError as error:
            self._fail(error)
            await self._put_back(waited)
            return
        self._untold -= untold if waited else 0
        self._unwritten.clear()
        self._note_written(batch)
        await happens(self._ends, _GATHER)

    async def _put_back(self, waited: Sequence[Event]) -> None:
        """Have what could not be written wait on, and wait. What is too much is lost, at the end all."""
        self._waiting.extendleft(reversed(waited))
        if self._ends.is_set():
            log.warning("activity could not be kept by the end, and is lost", events=len(self._waiting))
        while self._waiting and (len(self._waiting) > _WAITING or self._ends.is_set()):
            self._lose_oldest()
        await happens(self._ends, _PAUSE)

    async def _forget(self) -> None:
        try:
            await self._store.forget()
        except AqueductError as error:
            self._fail(error)

    def _lose_oldest(self) -> None:
        self._waiting.popleft()
        self.lost += 1
        self._untold += 1

    def _fail(self, error: AqueductError) -> None:
        if not self._is_failing:
            self._is_failing = True
            log.warning("activity cannot be kept: it waits in memory", error=str(error))

    def _note_written(self, batch: Sequence[bytes]) -> None:
        if self._is_failing and batch:
            self._is_failing = False
            log.info("activity is kept again", lost=self.lost)
        self._recent.extend(batch)
        self.last_id = self._store.last_id
        for bell in self._bells:
            bell.ring()


def _numbered(waited: Sequence[Event], lost: int, first: int) -> Sequence[bytes]:
    """Return events with their ids, serialised; before them the one that tells how many were lost."""
    batch = list(waited)
    if lost and batch:
        batch.insert(0, events_lost(lost))
        batch[0].time.CopyFrom(waited[0].time)
    for number, event in enumerate(batch, first):
        event.id = number
    return [event.SerializeToString() for event in batch]
