"""The newest revisions, held in memory for all who follow: bounded by their number and their bytes.

Invariants: whatever came into the history after `start` is here, in order; nothing else is. What was written
together last is here whole, so that nobody who is in step falls behind by one write alone.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from aqueduct.model.told import Selection, revision_parts
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from aqueduct.v1.history_pb2 import Revision

MOST: Final = 1_000
"""Revisions."""
MOST_BYTES: Final = 8 * 1024 * 1024


class Step:
    """A revision, and how it is told. All who are told all of it get the very same messages."""

    def __init__(self, revision: Revision) -> None:
        self.number = revision.revision
        self._revision = revision
        self._whole: tuple[ConfigWatchResponse, ...] | None = None

    def parts(self, selection: Selection) -> tuple[ConfigWatchResponse, ...]:
        """Return the parts in which it is told; none where nothing of it is selected."""
        if not selection.is_all:
            return revision_parts(self._revision, selection)
        if self._whole is None:
            self._whole = revision_parts(self._revision)
        return self._whole


class Recent:
    """The revisions after that of `revision`, at which the store is."""

    def __init__(self, revision: int, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self.start = self.head = revision
        """The revision that those which are held follow; the newest of the store."""
        self._most, self._most_bytes = most, most_bytes
        self._steps: list[tuple[Step, int]] = []
        self._bytes = 0

    def add(self, revision: int, made: Sequence[Revision]) -> None:
        """Add what came into the history with the store's new revision."""
        added = [(Step(each), each.ByteSize()) for each in made]
        self._steps += added
        self._bytes += sum(size for _, size in added)
        surplus = 0
        while len(self._steps) - surplus > len(added) and self._is_full(surplus):
            self._bytes -= self._steps[surplus][1]
            surplus += 1
        if surplus:
            self.start = self._steps[surplus - 1][0].number
            del self._steps[:surplus]
        self.head = revision

    def _is_full(self, surplus: int) -> bool:
        return len(self._steps) - surplus > self._most or self._bytes > self._most_bytes

    def after(self, revision: int) -> Step | None:
        """Return the first step after a revision that is not before `start`; None where there is none yet."""
        position = bisect_right(self._steps, revision, key=lambda held: held[0].number)
        return self._steps[position][0] if position < len(self._steps) else None
