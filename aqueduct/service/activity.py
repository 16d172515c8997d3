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
                async for response in self._told(selection, last if after_id is None else after_id, bell):
                    yield response
            finally:
                self._log.left_by(bell)

    async def _told(
        self, selection: Selection, cursor: int, bell: Bell
    ) -> AsyncGenerator[ActivityWatchResponse, None]:
        missed, told_at, is_first, is_in_step = 0, self._clock.monotonic(), True, False
        while True:
            self._streams.check()
            is_in_step = is_in_step or cursor + 1 >= self._log.first_recent
            if is_in_step and cursor + 1 < self._log.first_recent:
                newest = self._log.last_id - min(_NEWEST, RECENT)
                missed, cursor = missed + newest - cursor, newest
            elif not is_in_step and self._log.first_recent <= self._store.first_id:
                newest = self._log.first_recent - 1
                missed, cursor, is_in_step = missed + _between(cursor, newest), newest, True
            if is_in_step:
                response = self._response(selection, cursor, missed)
            else:
                response = await self._read(selection, cursor, missed)
            cursor = response.last_id
            if response.events or is_first or self._clock.monotonic() - told_at >= HEARTBEAT:
                told_at, is_first, missed = self._clock.monotonic(), False, 0
                yield response
            if cursor >= self._log.last_id:
                await bell.rings(max(0.0, told_at + HEARTBEAT - self._clock.monotonic()))

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

    async def _read(self, selection: Selection, cursor: int, missed: int) -> ActivityWatchResponse:
        """Return what follows after `cursor` in the store, up to what is told by now."""
        found = await self._store.after(cursor, selection.fits, _AT_ONCE)
        last = self._log.last_id
        events = [event for event in found.events if event.id <= last]
        missed += _between(cursor, min(found.begin - 1, last) if found.begin else last)
        return ActivityWatchResponse(events=events, last_id=min(found.end or last, last), missed=missed)


def _between(cursor: int, end: int) -> int:
    """Return how many events there were up to `end` for one who was told those up to `cursor`; 0: none."""
    return max(0, end - cursor) if cursor else 0


def _id_of(token: str) -> int:
    if not token:
        return _FOREVER
    word = key_of(token)
    if not (word.isascii() and word.isdecimal() and 0 < int(word) < _FOREVER):
        raise not_ours()
    return int(word)
