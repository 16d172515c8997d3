"""What a watch tells at once: all that is selected, or what of it has changed, in some messages.

Messages are made when they are asked for, of the newest there is: what has changed again since the batch
was begun comes once more with the next. They are kept for others who ask for the same until `close`, so that
all are told the very same objects; they are never changed.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from aqueduct.model.stats.selection import Selection
from aqueduct.model.stats.table import Table
from aqueduct.model.times import timestamp
from aqueduct.v1.stats_pb2 import StatsWatchResponse

MOST_BYTES: Final = 256 * 1024
"""Bytes of a message, about: it is made in some 10 ms, in which nobody else has a turn."""


class Batch:
    """What `selection` is told that was told everything up to the number `since`; None: nothing yet.

    `counted_since`: when counters began, in seconds since 1970-01-01 UTC.
    """

    def __init__(
        self, table: Table, selection: Selection, since: int | None, *, counted_since: float = 0.0
    ) -> None:
        self._table = table
        self._counted_since = counted_since
        self._silent_since = table.silent_since
        self._is_noted = since is not None and table.noted > since
        self._groups = selection.groups
        self._time, self._revision = timestamp(table.time), table.revision
        self.sequence = table.sequence
        """The number up to which everything is told then."""
        self.is_snapshot = since is None or since < table.forgotten
        self._entries = table.selected(selection, -1 if since is None or self.is_snapshot else since)
        self._gone = [] if since is None or self.is_snapshot else table.gone_since(selection, since)
        self._made: dict[int, _Part] | None = {}

    def parts(self) -> Iterator[StatsWatchResponse]:
        """Yield the messages, none where there is nothing to tell."""
        if not (self.is_snapshot or self._entries or self._gone or self._is_noted):
            return
        first, is_last = 0, False
        while not is_last:
            message, first, is_last = self._part(first)
            yield message

    def close(self) -> None:
        """Keep no message any more: there is newer."""
        self._made = None

    def _part(self, first: int) -> "_Part":
        if self._made is None:
            return self._make(first)
        if first not in self._made:
            self._made[first] = self._make(first)
        return self._made[first]

    def _make(self, first: int) -> "_Part":
        made = StatsWatchResponse(
            sequence=self.sequence, snapshot=self.is_snapshot, time=self._time, revision=self._revision
        )
        if self._silent_since is not None:
            made.silent_since.CopyFrom(timestamp(self._silent_since))
        if self.is_snapshot:
            made.counted_since.CopyFrom(timestamp(self._counted_since))
        if not first:
            made.removed.extend(name.message() for name in self._gone)
        position, size = first, made.ByteSize()
        while position < len(self._entries) and (size < MOST_BYTES or position == first):
            stats = self._table.stats(self._entries[position], self._groups)
            size += stats.ByteSize()
            made.stats.append(stats)
            position += 1
        made.more = position < len(self._entries)
        return _Part(made, position, not made.more)


class _Part(NamedTuple):
    message: StatsWatchResponse
    next: int
    """The entry that the next message begins with."""
    is_last: bool
