"""The log of activity: takes events at once, writes them by the batch, and tells them once they are durable.

    record -> waiting -> (one write for all that wait) -> recent -> watchers
                              `-- disk full, broken: lost, counted, warned of once

Invariants: ids grow by one with each event that was written, also after a crash: what was told is there, and
no id is told twice. Nobody who records waits. What cannot be written is lost, and harms nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

import structlog

from aqueduct.errors import AqueductError
from aqueduct.model.server_status import Status
from aqueduct.ports.activity import ActivityStore, Server, Standing
from aqueduct.v1.activity_pb2 import Event
from aqueduct.waiting import Bell

log = structlog.get_logger()

RECENT: Final = 10_000
"""Events in memory: who watches and is further behind than that has missed some."""
_WAITING: Final = 100_000
"""Events that may wait to be written."""
_BATCH: Final = 1_000
"""Events of one write: some milliseconds."""
_PAUSE: Final = 1.0
"""Seconds until the next write after one that failed."""
_NOTHING: Final[Standing] = {}


class ActivityLog:
    """The events of one Aqueduct. `standing` tells how servers were told to stand since it was asked last."""

    def __init__(self, store: ActivityStore, standing: Callable[[], Standing] = lambda: _NOTHING) -> None:
        self._store = store
        self._standing = standing
        self._waiting: deque[Event] = deque()
        self._recent: deque[Event] = deque(maxlen=RECENT)
        self._unwritten: dict[Server, Status | None] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._is_failing = False
        self._bells: set[Bell] = set()
        self.last_id = store.last_id
        """Id of the newest event that is told."""
        self.lost = 0
        """Events that could not be written."""

    def note(self, event: Event) -> None:
        """Take an event."""
        if len(self._waiting) >= _WAITING:
            self._lose(1, "more happens than can be written")
            return
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
        return self._recent[0].id if self._recent else self.last_id + 1

    def recent(self, above: int, most: int) -> Sequence[Event]:
        """Return the oldest events in memory with ids larger than `above`, at the `most` so many."""
        skipped = max(0, above + 1 - self.first_recent)
        return list(islice(self._recent, skipped, skipped + most))

    async def run(self) -> None:
        """Write until `stop`, and all that has happened by then."""
        while not (self._stopping and not self._waiting):
            if not self._waiting:
                await self._wake.wait()
                self._wake.clear()
            await self._write_some()

    def stop(self) -> None:
        """Have `run` end."""
        self._stopping = True
        self._wake.set()

    async def _write_some(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
        self._unwritten.update(self._standing())
        if not batch and not self._unwritten:
            return
        for number, event in enumerate(batch, self._store.last_id + 1):
            event.id = number
        try:
            await self._store.write(batch, dict(self._unwritten))
        except AqueductError as error:
            self._lose(len(batch), str(error))
            if not self._stopping:
                await asyncio.sleep(_PAUSE)
            return
        self._unwritten.clear()
        self._note_written(batch)

    def _note_written(self, batch: Sequence[Event]) -> None:
        if self._is_failing:
            self._is_failing = False
            log.info("activity is kept again", lost=self.lost)
        self._recent.extend(batch)
        self.last_id = self._store.last_id
        for bell in self._bells:
            bell.ring()

    def _lose(self, count: int, why: str) -> None:
        self.lost += count
        if not self._is_failing:
            self._is_failing = True
            log.warning("activity cannot be kept: events are lost", error=why)
