"""Who follows the configuration is told each change of it: the contract of etcd's watch.

    ordered        revisions only grow
    unique         no revision is told twice
    reliable       none is left out, whoever comes back with the last revision that he knows whole
    atomic         all that a revision changed is told together: in parts (`more`) where it is large
    resumable      from any revision that the history reaches back to
    bookmarkable   a stream on which nothing is to be told says every PROGRESS seconds how far it is

There is no queue for a watcher: it is a place in the order of revisions, and a message that it sends. Whoever
is in step is served from the newest revisions (`recent.py`), by the very same messages, which are never
changed; whoever begins further back reads the store by pages until he is in step. One who was, and lets the
newest revisions go by, is ended, with the revision to resume from. So however many and however slow they are,
they cost what one message, or a page of the store, takes for each.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from aqueduct.errors import Exhausted, Invalid, OutOfRange, Violation
from aqueduct.model.times import seconds
from aqueduct.model.told import Selection, revision_parts
from aqueduct.ports.clock import Clock
from aqueduct.ports.store import Store
from aqueduct.service.beginnings import Beginnings
from aqueduct.service.recent import Recent
from aqueduct.service.streams import Streams
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from aqueduct.v1.history_pb2 import Revision

PROGRESS: Final = 10.0
"""Seconds after which a stream on which nothing is to be told says how far it is."""

_STREAM: Final = "ConfigWatch"
"""What its lag is told as."""
_AT_ONCE: Final = 100
"""Revisions that are read at once: the store's thread has commits to write too."""


@dataclass(slots=True)
class _Watcher:
    selection: Selection
    place: int
    """The revision up to which all is told."""
    told_at: float
    """When something was told last, in seconds of the clock."""
    is_new: bool = True
    """Whether nothing was told yet."""
    is_live: bool = False
    """Whether it was told everything once: what it is told since happens as it looks on."""


class ConfigWatch:
    """Follows `store` for all who watch."""

    def __init__(
        self,
        store: Store,
        streams: Streams,
        clock: Clock,
        *,
        recent: Recent | None = None,
        progress: float = PROGRESS,
    ) -> None:
        self._store = store
        self._streams = streams
        self._clock = clock
        self._progress = progress
        self._recent = recent or Recent(store.snapshot().revision)
        self._beginnings = Beginnings()
        self._newest_mark = ConfigWatchResponse()
        self._bell = streams.bell()
        store.on_revision(self._note)

    async def watch(
        self, after: int | None, resources: Iterable[str] = ()
    ) -> AsyncGenerator[ConfigWatchResponse, None]:
        """Tell what changes after a revision; None: begin with a snapshot. Messages are shared: change none.

        Errors: Invalid for what names no resource, OutOfRange (`COMPACTED`, `FUTURE_REVISION`), Exhausted
        (`SLOW_WATCHER`, or too many streams), Unavailable when Aqueduct ends.
        """
        selection = Selection.read("resources", resources)
        if after is not None:
            self._check_there(after)
        with self._streams.one_more():
            snapshot = self._store.snapshot()
            place = after if after is not None else snapshot.revision
            watcher = _Watcher(selection, place, self._clock.monotonic())
            beginning = self._beginnings.parts(snapshot, selection) if after is None else ()
            async with aclosing(self._all(watcher, beginning)) as responses:
                async for response in responses:
                    yield response
                    watcher.told_at, watcher.is_new = self._clock.monotonic(), False
                    self._streams.check()

    async def _all(
        self, watcher: _Watcher, beginning: Iterable[ConfigWatchResponse]
    ) -> AsyncGenerator[ConfigWatchResponse, None]:
        for part in beginning:
            yield part
        for follow in (self._behind, self._in_step):
            async with aclosing(follow(watcher)) as responses:
                async for response in responses:
                    yield response

    async def _behind(self, watcher: _Watcher) -> AsyncGenerator[ConfigWatchResponse, None]:
        """Yield what the store says, until the newest revisions go on from there."""
        while watcher.place < self._recent.start:
            head = self._recent.head
            revisions = await self._page(watcher.place)
            self._streams.check()
            for revision in revisions:
                for part in revision_parts(revision, watcher.selection):
                    yield part
                watcher.place = revision.revision
            if not revisions:
                watcher.place = head
            elif self._silent(watcher) >= self._progress:
                yield self._mark(watcher.place)

    async def _in_step(self, watcher: _Watcher) -> AsyncGenerator[ConfigWatchResponse, None]:
        """Yield the newest revisions as they come. Exhausted where they went by."""
        while True:
            while (step := self._recent.after(watcher.place)) is not None:
                parts = step.parts(watcher.selection)
                for part in parts:
                    yield part
                if watcher.is_live and parts:
                    made = seconds(parts[0].change.create_time)
                    self._streams.on_lag(_STREAM, self._clock.time() - made)
                watcher.place = step.number
                self._check_in_step(watcher.place)
            watcher.place, watcher.is_live = self._recent.head, True
            if watcher.is_new or self._silent(watcher) >= self._progress:
                yield self._mark(watcher.place)
            elif await self._bell.rings(self._progress - self._silent(watcher)):
                self._streams.check()
            self._check_in_step(watcher.place)

    def _note(self, revision: int, made: Sequence[Revision]) -> None:
        self._recent.add(revision, made)
        self._bell.ring()

    def _silent(self, watcher: _Watcher) -> float:
        return self._clock.monotonic() - watcher.told_at

    def _mark(self, revision: int) -> ConfigWatchResponse:
        """Return the message that says how far a stream is, the same one for all who are as far."""
        if self._newest_mark.revision != revision:
            self._newest_mark = ConfigWatchResponse(revision=revision)
        return self._newest_mark

    async def _page(self, place: int) -> Sequence[Revision]:
        """Read what follows a place, as far as the snapshot is. OutOfRange where some of it is gone."""
        past = await self._store.since(place, _AT_ONCE)
        if past.floor > place:
            raise OutOfRange(
                "COMPACTED",
                f"the history goes back to revision {past.floor}, not to {place}: begin with a snapshot, "
                "without after_revision",
                oldest_revision=past.floor,
            )
        return [revision for revision in past.revisions if revision.revision <= self._recent.head]

    def _check_there(self, after: int) -> None:
        if after < 0:
            raise Invalid([Violation("after_revision", f"must be a revision, 0 or more, not {after}")])
        if after > self._recent.head:
            raise OutOfRange(
                "FUTURE_REVISION",
                f"revision {after} is yet to come, the newest is {self._recent.head}: begin with a snapshot, "
                "without after_revision (the store may be one that was restored)",
                current_revision=self._recent.head,
            )

    def _check_in_step(self, place: int) -> None:
        if place < self._recent.start:
            raise Exhausted(
                "SLOW_WATCHER",
                f"what came after revision {place} was not taken in time: resume after it",
                resume_revision=place,
            )
