"""The log of activity, and those who look on, on a real store."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from aqueduct.errors import Exhausted, Invalid, OutOfRange, Unavailable
from aqueduct.model.times import timestamp
from aqueduct.ports.activity import Standing
from aqueduct.service import activity as looking
from aqueduct.service import activity_log as keeping
from aqueduct.service.activity import ALL, ActivityService, Selection
from aqueduct.service.activity_log import ActivityLog
from aqueduct.service.streams import Streams
from aqueduct.settings import Retention
from aqueduct.store.activity import LmdbActivity
from aqueduct.v1.activity_pb2 import (
    VERB_CONFIG_CHANGED,
    VERB_DOWN,
    VERB_UP,
    ActivityWatchResponse,
    Event,
    ListActivityRequest,
)
from tests.unit.discovery.doubles import ManualClock


class FullDisk(LmdbActivity):
    """A store whose disk is full while `is_full`."""

    is_full = False

    async def write(self, events: Sequence[Event], standing: Standing) -> None:
        if self.is_full:
            raise Exhausted("DISK_FULL", "no room")
        await super().write(events, standing)


class Plane:
    def __init__(self, store: FullDisk, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.standing: Standing = {}
        self.streams = Streams(3)
        self.log = ActivityLog(store, lambda: self.standing)
        self.service = ActivityService(store, self.log, self.streams, clock)

    def note(self, *texts: str, resource: str = "backends/web", verb: int = VERB_DOWN) -> None:
        for text in texts:
            event = Event(message=text, resource=resource, verb=verb)  # type: ignore[arg-type]
            event.time.CopyFrom(timestamp(self.clock.time()))
            self.log.note(event)

    async def written(self, *texts: str) -> None:
        """Note events, and wait until they are told."""
        wanted = self.log.last_id + len(texts)
        self.note(*texts)
        bell = self.streams.bell()
        self.log.watched_by(bell)
        while self.log.last_id < wanted:
            await bell.rings()
        self.log.left_by(bell)

    async def listed(self, request: ListActivityRequest | None = None) -> list[str]:
        selection = Selection.of(request or ListActivityRequest())
        return [event.message for event in (await self.service.page(selection, 0, "")).items]


@asynccontextmanager
async def running(directory: Path, count: int = 1_000) -> AsyncIterator[Plane]:
    clock = ManualClock()
    store = await FullDisk.open(directory, Retention(count), clock)
    plane = Plane(store, clock)
    task = asyncio.create_task(plane.log.run())
    yield plane
    plane.log.stop()
    await task
    await store.close()


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with running(tmp_path / "activity") as made:
        yield made


Watch = AsyncGenerator[ActivityWatchResponse, None]


def told(response: ActivityWatchResponse) -> list[str]:
    return [event.message for event in response.events]


async def next_told(watch: Watch) -> list[str]:
    """Return the next events, over responses that have none."""
    while not (texts := told(await anext(watch))):
        pass
    return texts


async def test_events_are_told_as_they_happen_and_have_their_ids(plane: Plane) -> None:
    await plane.written("before")
    async with aclosing(plane.service.watch(ALL, None)) as watch:
        first = await anext(watch)
        assert (told(first), first.last_id, first.missed) == ([], 1, 0)
        plane.note("one", "two")
        assert await next_told(watch) == ["one", "two"]
        plane.note("three")
        response = await anext(watch)
        assert (response.events[0].id, response.last_id) == (4, 4)


async def test_those_who_select_the_same_get_the_very_same_message(plane: Plane) -> None:
    downs = Selection(verbs=frozenset([VERB_DOWN]))
    async with (
        aclosing(plane.service.watch(downs, None)) as one,
        aclosing(plane.service.watch(downs, None)) as another,
    ):
        await anext(one)
        await anext(another)
        await plane.written("x")
        assert await anext(one) is await anext(another)


async def test_a_watch_is_resumed_where_it_was(plane: Plane) -> None:
    await plane.written("1", "2", "3")
    async with aclosing(plane.service.watch(ALL, 1)) as watch:
        assert await next_told(watch) == ["2", "3"]
    async with aclosing(plane.service.watch(ALL, 0)) as watch:
        assert await next_told(watch) == ["1", "2", "3"]


async def test_a_watch_is_resumed_over_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path / "activity") as plane:
        await plane.written(*map(str, range(1, 8)))
    async with running(tmp_path / "activity") as plane:
        with patch.object(looking, "_AT_ONCE", 2):
            async with aclosing(plane.service.watch(ALL, 1)) as watch:
                texts: list[str] = []
                while len(texts) < 6:
                    texts += await next_told(watch)
                assert texts == ["2", "3", "4", "5", "6", "7"]
                plane.note("8")
                assert await next_told(watch) == ["8"]


async def test_what_is_kept_no_more_was_missed(tmp_path: Path) -> None:
    async with running(tmp_path / "activity", count=3) as plane:
        await plane.written(*map(str, range(1, 8)))
    async with running(tmp_path / "activity", count=3) as plane:
        async with aclosing(plane.service.watch(ALL, 2)) as watch:
            response = await anext(watch)
            assert (told(response), response.missed) == (["5", "6", "7"], 2)
        async with aclosing(plane.service.watch(ALL, 0)) as watch:
            response = await anext(watch)
            assert (told(response), response.missed) == (["5", "6", "7"], 0)


async def test_an_event_that_is_yet_to_come(plane: Plane) -> None:
    with pytest.raises(OutOfRange, match="no event 1 yet") as raised:
        await anext(plane.service.watch(ALL, 1))
    assert raised.value.metadata == {"last_id": 0}
    assert plane.streams.open == 0


async def test_one_that_is_too_slow_is_told_the_newest_and_what_it_missed(tmp_path: Path) -> None:
    with patch.object(keeping, "RECENT", 10), patch.object(looking, "RECENT", 10):
        async with running(tmp_path / "activity") as plane, aclosing(plane.service.watch(ALL, None)) as watch:
            await anext(watch)
            await plane.written(*map(str, range(1, 31)))
            response = await anext(watch)
            assert (told(response), response.missed) == ([str(n) for n in range(21, 31)], 20)
            await plane.written("31")
            response = await anext(watch)
            assert (told(response), response.missed) == (["31"], 0)


async def test_an_idle_stream_tells_that_it_is_alive_and_how_far_it_is(plane: Plane) -> None:
    ups = Selection(verbs=frozenset([VERB_UP]))
    async with aclosing(plane.service.watch(ups, None)) as watch:
        await anext(watch)
        plane.clock.advance(looking.HEARTBEAT)
        await plane.written("not an up")
        response = await anext(watch)
        assert (told(response), response.last_id) == ([], 1)


async def test_streams_end_with_aqueduct(plane: Plane) -> None:
    async with aclosing(plane.service.watch(ALL, None)) as watch:
        await anext(watch)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        plane.streams.shut_down()
        with pytest.raises(Unavailable):
            await waiting


async def test_a_full_disk_loses_events_and_no_id(plane: Plane) -> None:
    await plane.written("1")
    with patch.object(keeping, "_PAUSE", 0.0):
        plane.store.is_full = True
        plane.note("2", "3")
        while plane.log.lost < 2:
            await asyncio.sleep(0)
        plane.note("4")
        while plane.log.lost < 3:
            await asyncio.sleep(0)
        plane.store.is_full = False
        await plane.written("5")
    found = await plane.service.page(ALL, 0, "")
    assert [(event.id, event.message) for event in found.items] == [(2, "5"), (1, "1")]


async def test_more_than_can_wait_is_lost(plane: Plane) -> None:
    with patch.object(keeping, "_WAITING", 2):
        plane.note("1", "2", "3")
    assert plane.log.lost == 1


async def test_what_is_noted_at_the_end_is_written(tmp_path: Path) -> None:
    async with running(tmp_path / "activity") as plane:
        plane.note(*map(str, range(3_000)))
    async with running(tmp_path / "activity", count=1) as plane:
        assert plane.store.last_id == 3_000


async def test_pages(plane: Plane) -> None:
    await plane.written(*map(str, range(5)))
    one = await plane.service.page(ALL, 2, "")
    assert [event.message for event in one.items] == ["4", "3"]
    two = await plane.service.page(ALL, 2, one.next_token)
    assert [event.message for event in two.items] == ["2", "1"]
    three = await plane.service.page(ALL, 2, two.next_token)
    assert ([event.message for event in three.items], three.next_token) == (["0"], "")
    with patch.object(looking, "_SCANNED", 1), patch.object(looking, "MAX_BYTES", 1):
        small = await plane.service.page(ALL, 0, "")
        assert [event.message for event in small.items] == ["4"]
        assert small.next_token == (await plane.service.page(ALL, 1, "")).next_token


@pytest.mark.parametrize("token", ["x", "eA==", "MA=="])
async def test_a_token_that_is_none_of_ours(plane: Plane, token: str) -> None:
    with pytest.raises(Invalid, match="page_token"):
        await plane.service.page(ALL, 0, token)


async def test_selections(plane: Plane) -> None:
    config = Event(verb=VERB_CONFIG_CHANGED, resource="configuration", message="Many")
    config.time.CopyFrom(timestamp(plane.clock.time()))
    config.config.revision.changes.add(resource="frontends/f")
    config.config.revision.changes.add(resource="backends/web")
    plane.log.note(config)
    plane.note("up", verb=VERB_UP)
    plane.clock.advance(10)
    later = timestamp(plane.clock.time())
    plane.note("down", resource="backends/db")
    await plane.written("Last")
    assert await plane.listed() == ["Last", "down", "up", "Many"]
    assert await plane.listed(ListActivityRequest(verbs=[VERB_UP, VERB_CONFIG_CHANGED])) == ["up", "Many"]
    assert await plane.listed(ListActivityRequest(resources=["backends/web"])) == ["Last", "up", "Many"]
    assert await plane.listed(ListActivityRequest(resources=["frontends/"])) == ["Many"]
    assert await plane.listed(ListActivityRequest(text="LAST")) == ["Last"]
    assert await plane.listed(ListActivityRequest(start_time=later)) == ["Last", "down"]
    assert await plane.listed(ListActivityRequest(end_time=later)) == ["up", "Many"]
    with pytest.raises(Invalid, match="end_time"):
        Selection.of(ListActivityRequest(start_time=later, end_time=timestamp(1)))
