"""Activity for those who look on: pages of what happened, and streams of what happens.

A watcher is a number: the id of the event that it was told last. So there is no queue for anybody. Those
in step share the events in memory, and who selects the same gets the very same message; one that resumes
further back reads the store until it is in step; one that was in step and is too slow is told the newest, and
how many it missed.
"""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from aqueduct.errors import Invalid, OutOfRange, Violation
from aqueduct.model.event_names import NAMES, names_resource
from aqueduct.model.times import seconds
from aqueduct.model.tokens import tokens
from aqueduct.ports.activity import ActivityStore
from aqueduct.ports.clock import Clock
from aqueduct.service.activity_log import RECENT, ActivityLog
from aqueduct.service.paging import MAX_BYTES, Page, key_of, not_ours, size_of, token_of
from aqueduct.service.streams import Streams
from aqueduct.v1.activity_pb2 import (
    ActivityWatchRequest,
    ActivityWatchResponse,
    Event,
    ListActivityRequest,
    Verb,
)
from aqueduct.waiting import Bell

HEARTBEAT: Final = 10.0
"""Seconds at the most from one response of a stream to the next."""
_NEWEST: Final = 1_000
"""Events that one that was too slow is told."""
_AT_ONCE: Final = 500
"""Events that are looked at for one response, or read at once."""
_SCANNED: Final = 2_000
"""Events that are read at once for a page."""
_STREAM: Final = "ActivityWatch"
"""What its lag is told as."""
_KEPT: Final = 64
"""Responses that are kept for those who select the same."""
_VERBS: Final = tokens(Verb.DESCRIPTOR)
_FOREVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are meant; nothing given selects all."""

    verbs: frozenset[Verb] = frozenset()
    resources: frozenset[str] = frozenset()
    start: float = float("-inf")
    end: float = float("inf")
    """Times in seconds since 1970-01-01 UTC: from `start`, before `end`."""
    text: str = ""

    @classmethod
    def of(cls, request: ListActivityRequest) -> "Selection":
        """Return what a request selects. Invalid as of `about`, and for an end before the start."""
        start = seconds(request.start_time) if request.HasField("start_time") else float("-inf")
        end = seconds(request.end_time) if request.HasField("end_time") else float("inf")
        if end < start:
            raise Invalid([Violation("end_time", "must not be before start_time")])
        about = cls.about(request)
        return cls(about.verbs, about.resources, start, end, request.text.casefold())

    @classmethod
    def about(cls, request: ListActivityRequest | ActivityWatchRequest) -> "Selection":
        """Return the verbs and resources that a request selects. Invalid for what is none."""
        wrong = [
            Violation(f"verbs[{index}]", f"must be one of {', '.join(_VERBS.values())}")
            for index, verb in enumerate(request.verbs)
            if verb not in _VERBS
        ] + [
            Violation(f"resources[{index}]", f"must be {NAMES}")
            for index, resource in enumerate(request.resources)
            if not names_resource(resource)
        ]
        if wrong:
            raise Invalid(wrong)
        return cls(frozenset(request.verbs), frozenset(request.resources))

    def fits(self, event: Event) -> bool:
        """Tell whether an event is meant."""
        if self.verbs and event.verb not in self.verbs:
            return False
        if self.resources and not any(map(self._is_about, _resources(event))):
            return False
        if self.text and self.text not in event.message.casefold():
            return False
        return self.start <= seconds(event.time) < self.end

    def _is_about(self, resource: str) -> bool:
        return resource in self.resources or f"{resource.partition('/')[0]}/" in self.resources


ALL: Final = Selection()


def _resources(event: Event) -> Sequence[str]:
    if event.HasField("config"):
        return [event.resource, *(change.resource for change in event.config.revision.changes)]
    return [event.resource]


class ActivityService:
    """What happened and happens."""

    def __init__(self, store: ActivityStore, log: ActivityLog, streams: Streams, clock: Clock) -> None:
        self._store = store
        self._log = log
        self._streams = streams
        self._clock = clock
        self._shared: OrderedDict[tuple[Selection, int, int, int], ActivityWatchResponse] = OrderedDict()

    async def page(self, selection: Selection, page_size: int, page_token: str) -> Page[Event]:
        """Return a page of the events selected, newest first. Invalid for a token that is none of ours."""
        most, below = size_of(page_size), _id_of(page_token)
        events: list[Event] = []
        size = 0
        while True:
            found = await self._store.before(below, selection.fits, _SCANNED)
            for event in found.events:
                size += event.ByteSize()
                if len(events) == most or (events and size > MAX_BYTES):
                    return Page(events, token_of(str(events[-1].id)))
                events.append(event)
            if not found.end:
                return Page(events, "")
            below = found.end

    async def watch(
        self, selection: Selection, after_id: int | None
    ) -> AsyncGenerator[ActivityWatchResponse, None]:
        """Tell the events selected that come after `after_id` (None: from now on), in order.

        Invalid for an id that is none, OutOfRange (`FUTURE_EVENT`) for one that is yet to come; Exhausted,
        Unavailable as of Streams.
        """
        with self._streams.one_more():
            last = self._log.last_id
            if after_id is not None and after_id < 0:
                raise Invalid(
                    [Violation("after_id", f"must be the id of an event, 0 or more, not {after_id}")]
                )
            if after_id is not None and after_id > last:
                raise OutOfRange("FUTURE_EVENT", f"there is no event {after_id} yet", last_id=last)
            bell = self._streams.bell()
            self._log.watched_by(bell)
            try:
                cursor = last if after_id is None else after_id
                async for response in self._told(_Watcher(selection, cursor, self._clock.monotonic()), bell):
                    yield response
            finally:
                self._log.left_by(bell)

    async def _told(self, watcher: "_Watcher", bell: Bell) -> AsyncGenerator[ActivityWatchResponse, None]:
        while True:
            self._streams.check()
            self._catch_up(watcher)
            response = await self._next(watcher)
            watcher.cursor, watcher.missed = response.last_id, response.missed
            was_live, watcher.is_live = watcher.is_live, watcher.is_live or self._is_all(response)
            if response.events or watcher.is_new or self._silent(watcher) >= HEARTBEAT:
                watcher.told_at, watcher.is_new, watcher.missed = self._clock.monotonic(), False, 0
                yield response
                if was_live and response.events:
                    self._streams.on_lag(_STREAM, self._clock.time() - seconds(response.events[0].time))
            if self._is_all(response):
                await bell.rings(max(0.0, HEARTBEAT - self._silent(watcher)))

    def _catch_up(self, watcher: "_Watcher") -> None:
        """Move a watcher over what cannot be told: it was too slow, or it is kept no more."""
        first = self._log.first_recent
        if watcher.cursor + 1 >= first:
            watcher.is_in_step = True
        elif watcher.is_in_step:
            watcher.move(self._log.last_id - min(_NEWEST, RECENT))
        elif first <= self._store.first_id:
            watcher.move(first - 1)
            watcher.is_in_step = True

    async def _next(self, watcher: "_Watcher") -> ActivityWatchResponse:
        if watcher.is_in_step:
            return self._response(watcher.selection, watcher.cursor, watcher.missed)
        last = self._log.last_id  # what is written while it is read comes next
        found = await self._store.after(watcher.cursor, watcher.selection.fits, _AT_ONCE)
        watcher.move(min(found.begin - 1 if found.begin else last, last))
        events = [event for event in found.events if event.id <= last]
        end = min(found.end or last, last)
        return ActivityWatchResponse(events=events, last_id=end, missed=watcher.missed)

    def _response(self, selection: Selection, cursor: int, missed: int) -> ActivityWatchResponse:
        """Return what follows after `cursor` in memory: the very same message to all who are there."""
        last = min(self._log.last_id, cursor + _AT_ONCE)
        key = selection, cursor, last, missed
        found = self._shared.get(key)
        if found is None:
            events = filter(selection.fits, self._log.recent(cursor, last - cursor))
            found = ActivityWatchResponse(events=events, last_id=last, missed=missed)
            self._shared[key] = found
            if len(self._shared) > _KEPT:
                self._shared.popitem(last=False)
        return found

    def _is_all(self, response: ActivityWatchResponse) -> bool:
        return response.last_id >= self._log.last_id

    def _silent(self, watcher: "_Watcher") -> float:
        return self._clock.monotonic() - watcher.told_at


@dataclass(slots=True)
class _Watcher:
    selection: Selection
    cursor: int
    """Id of the last event that was looked at for it."""
    told_at: float
    """When something was told last, in seconds of the clock."""
    missed: int = 0
    """Events that it missed, and was not told of."""
    is_new: bool = True
    """Whether nothing was told yet."""
    is_in_step: bool = False
    """Whether memory goes on where it is, or did."""
    is_live: bool = False
    """Whether it was told everything once: what it is told since happens as it looks on."""

    def move(self, cursor: int) -> None:
        """Pass over what it misses. One who asked for all that is kept misses nothing that is not."""
        if cursor > self.cursor:
            self.missed += (cursor - self.cursor) * bool(self.cursor or self.is_in_step)
            self.cursor = cursor


def _id_of(token: str) -> int:
    if not token:
        return _FOREVER
    word = key_of(token)
    if not (word.isascii() and word.isdecimal() and 0 < int(word) < _FOREVER):
        raise not_ours()
    return int(word)
