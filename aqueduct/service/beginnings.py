"""Snapshots for those who begin to follow: told in parts, which all who begin at one revision share.

A part is made when somebody takes it. The last few are kept, so that a thousand who begin at once have them
made once; one who takes them slowly holds a snapshot, which shares all with the others, and one part.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from aqueduct.model.resources import Ref
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.told import Selection, refs_told, snapshot_part
from aqueduct.v1.config_pb2 import ConfigWatchResponse

_KEPT: Final = 4
"""Parts."""


class Beginnings:
    """Tells snapshots."""

    def __init__(self) -> None:
        self._parts: OrderedDict[tuple[int, int], tuple[ConfigWatchResponse, int]] = OrderedDict()
        """By the revision, and the position of the first resource in it."""
        self._refs: tuple[int, Sequence[Ref]] = (-1, ())

    def parts(self, snapshot: Snapshot, selection: Selection) -> Iterator[ConfigWatchResponse]:
        """Yield the parts of a snapshot, one at the least."""
        if not selection.is_all:
            refs: Sequence[Ref] = refs_told(snapshot, selection)
        else:
            refs = self._all(snapshot)
        position, more = 0, True
        while more:
            part, position = (
                self._shared(snapshot, refs, position)
                if selection.is_all
                else snapshot_part(snapshot, refs, position)
            )
            more = part.more
            yield part

    def _all(self, snapshot: Snapshot) -> Sequence[Ref]:
        if self._refs[0] != snapshot.revision:
            self._refs = snapshot.revision, refs_told(snapshot)
        return self._refs[1]

    def _shared(self, snapshot: Snapshot, refs: Sequence[Ref], first: int) -> tuple[ConfigWatchResponse, int]:
        place = snapshot.revision, first
        if place not in self._parts:
            self._parts[place] = snapshot_part(snapshot, refs, first)
            if len(self._parts) > _KEPT:
                self._parts.popitem(last=False)
        return self._parts[place]
