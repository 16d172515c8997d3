"""The statistics that are told at one interval, and who is told.

All who watch at that interval share one table, one bell and the messages that are the same for them; each
keeps no more than the number up to which it was told everything.
"""

import asyncio
from collections import Counter
from typing import Final

from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.batch import Batch
from aqueduct.model.stats.lines import Reading
from aqueduct.model.stats.selection import Selection
from aqueduct.model.stats.table import Table
from aqueduct.waiting import Bell

NOTHING: Final[frozenset[str]] = frozenset()


class Series:
    """One interval, in milliseconds. `bell` rings when there is something new to tell.

    `counted_since`: when counters began, in seconds since 1970-01-01 UTC.
    """

    def __init__(self, interval: int, bell: Bell, counted_since: float) -> None:
        self.interval = interval
        self._counted_since = counted_since
        self.bell = bell
        self.due = 0
        """When to read next, in milliseconds of the clock that never goes back."""
        self.ticked = float("-inf")
        """When all was read last, in seconds of the clock that never goes back."""
        self.joining = asyncio.Lock()
        self.table = Table(interval / 1e3)
        self.covered: frozenset[str] | None = NOTHING
        """The keys that the table holds, None for all."""
        self._watched: Counter[Selection] = Counter()
        self._wanted: frozenset[str] | None = NOTHING
        self._batches: dict[tuple[Selection, int | None], Batch] = {}
        self._last: Reading | None = None

    def __bool__(self) -> bool:
        """Whether anybody is told."""
        return bool(self._watched)

    @property
    def wanted(self) -> frozenset[str] | None:
        """The keys that are watched, None where others may be."""
        return self._wanted

    def add(self, selection: Selection) -> None:
        """Note that one more watches `selection`."""
        self._watched[selection] += 1
        if self._watched[selection] == 1 and self._wanted is not None:
            self._wanted = None if selection.exact is None else self._wanted | selection.exact

    def remove(self, selection: Selection) -> None:
        """Note that one less watches `selection`."""
        self._watched[selection] -= 1
        if not self._watched[selection]:
            del self._watched[selection]
            all_keys = [each.exact for each in self._watched]
            known = [keys for keys in all_keys if keys is not None]
            self._wanted = NOTHING.union(*known) if len(known) == len(all_keys) else None

    def covers(self, selection: Selection) -> bool:
        """Tell whether the table holds what is selected."""
        exact = selection.exact
        return self.covered is None or (exact is not None and exact <= self.covered)

    def tick(self, reading: Reading, now: float, served: Snapshot, revision: int) -> None:
        """Take what was read of all that is wanted, at an interval's end."""
        if self._wanted is not None and self.covered != self._wanted:
            self.table.keep(self._wanted)
        self.covered, self.ticked = self._wanted, now
        self._take(reading, served, revision, self._wanted, is_tick=True)

    def extend(self, reading: Reading, selection: Selection, served: Snapshot, revision: int) -> None:
        """Take what was read of a selection, for one who begins to watch."""
        if reading is self._last and self.covers(selection):
            return
        exact = selection.exact
        self.covered = None if exact is None or self.covered is None else self.covered | exact
        self._take(reading, served, revision, exact, is_tick=False)

    def change(self, reading: Reading, keys: frozenset[str], served: Snapshot, revision: int) -> None:
        """Take what was read of keys between two intervals, since it has changed."""
        if self.covered is not None:
            keys &= self.covered
        if keys:
            self._take(reading, served, revision, keys, is_tick=False)

    def note_silence(self, since: float | None) -> None:
        """Note since when HAProxy does not answer, None: it does."""
        before = self.table.sequence
        self.table.note_silence(since)
        self._told(before)

    def stop(self, time: float) -> None:
        """Note that HAProxy has ended."""
        before = self.table.sequence
        self.table.stop(time)
        self._told(before)

    def batch(self, selection: Selection, since: int | None) -> Batch:
        """Return what one is told next who watches `selection` and was told all up to `since`."""
        key = selection, since
        batch = self._batches.get(key)
        if batch is None:
            batch = Batch(self.table, selection, since, counted_since=self._counted_since)
            self._batches[key] = batch
        return batch

    def _take(
        self, reading: Reading, served: Snapshot, revision: int, keys: frozenset[str] | None, *, is_tick: bool
    ) -> None:
        before = self.table.sequence
        self.table.take(reading, served, revision, keys, is_tick=is_tick)
        self._last = reading
        self._told(before)

    def _told(self, before: int) -> None:
        """Wake all who watch, where there is anything new."""
        if self.table.sequence != before:
            for batch in self._batches.values():
                batch.close()
            self._batches.clear()
            self.bell.ring()
