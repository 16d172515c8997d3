"""The log of activity, and those who look on, on a real store."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from aqueduct.errors import Exhausted, Invalid, OutOfRange, Unavailable
from aqueduct.model.server_status import DOWN
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
    VERB_ACTIVITY_LOST,
    VERB_CONFIG_CHANGED,
    VERB_DOWN,
    VERB_UNSPECIFIED,
    VERB_UP,
    ActivityWatchRequest,
    ActivityWatchResponse,
    Event,
    ListActivityRequest,
    Verb,
)
from tests.unit.discovery.doubles import ManualClock


class FullDisk(LmdbActivity):
    """A store whose disk is full while `is_full`."""

    is_full = False
    refused = 0

    async def write(self, events: Sequence[bytes], standing: Standing) -> None:
        if events:
            self._check()
        await super().write(events, standing)

    async def forget(self) -> None:
        self._check()
        await super().forget()

    async def refuses(self, times: int) -> None:
        """Wait until it has refused so often from now on."""
        wanted = self.refused + times
        while self.refused < wanted:
            await asyncio.sleep(0)

    def _check(self) -> None:
        if self.is_full:
            self.refused += 1
            raise Exhausted("DISK_FULL", "no room")


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
        await self.written_up_to(wanted)

    async def written_up_to(self, wanted: int) -> None:
        """Wait until the event of that id is told."""
        bell = self.streams.bell()
        self.log.watched_by(bell)
        while self.log.last_id < wanted:
            await bell.rings()
        self.log.left_by(bell)

    async def listed(self, request: ListActivityRequest | None = None) -> list[str]:
        selection = Selection.of(request or ListActivityRequest())
        return [event.message for event in (await self.service.page(selection, 0, "")).items]


@asynccontextmanager
async def running(directory: Path, count: int = 1_000, age: float = float("inf")) -> AsyncIterator[Plane]:
    clock = ManualClock()
    store = await FullDisk.open(directory, Retention(count, age), clock)
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


async def test_memory_that_reaches_back_further_than_the_store_is_told(tmp_path: Path) -> None:
    async with running(tmp_path / "activity", count=3) as plane:
        await plane.written(*map(str, range(1, 8)))
    async with running(tmp_path / "activity", count=3) as plane:
        await plane.written(*map(str, range(8, 15)))
        assert plane.store.first_id == 12
        async with aclosing(plane.service.watch(ALL, 2)) as watch:
            response = await anext(watch)
            assert (told(response), response.missed) == ([str(n) for n in range(8, 15)], 5)


async def test_what_is_forgotten_while_one_reads_was_missed(tmp_path: Path) -> None:
    async with running(tmp_path / "activity") as plane:
        await plane.written(*map(str, range(1, 11)))
    async with running(tmp_path / "activity") as plane:
        with patch.object(looking, "_AT_ONCE", 2):
            async with aclosing(plane.service.watch(ALL, 1)) as watch:
                assert await next_told(watch) == ["2", "3"]
                plane.store.retention = Retention(2)
                await plane.store.forget()
                response = await anext(watch)
                assert (told(response), response.missed) == (["9", "10"], 5)


async def test_all_that_is_forgotten_while_one_reads_was_missed(tmp_path: Path) -> None:
    async with running(tmp_path / "activity") as plane:
        await plane.written(*map(str, range(1, 11)))
    async with running(tmp_path / "activity", age=60.0) as plane:
        with patch.object(looking, "_AT_ONCE", 2):
            async with aclosing(plane.service.watch(ALL, 1)) as watch:
                assert await next_told(watch) == ["2", "3"]
                plane.clock.advance(61.0)
                await plane.store.forget()
                await plane.written("11")
                response = await anext(watch)
                assert (told(response), response.missed) == (["11"], 7)


async def test_an_id_that_is_none(plane: Plane) -> None:
    with pytest.raises(Invalid, match="after_id: must be the id of an event, 0 or more, not -5"):
        await anext(plane.service.watch(ALL, -5))


def test_verbs_and_resources_that_are_none() -> None:
    request = ActivityWatchRequest(
        verbs=[VERB_UP, cast("Verb", 99)],
        resources=["backends/web", "sources/", "backend/web", "configuration"],
    )
    with pytest.raises(Invalid) as raised:
        Selection.about(request)
    assert [each.field for each in raised.value.violations] == ["verbs[1]", "resources[2]"]
    with pytest.raises(Invalid, match=r"verbs\[0\]: must be one of started, "):
        Selection.of(ListActivityRequest(verbs=[VERB_UNSPECIFIED]))


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


async def test_how_old_it_is_when_it_is_taken_is_told_of_what_happens_meanwhile(plane: Plane) -> None:
    lags: list[tuple[str, float]] = []
    plane.streams.on_lag = lambda stream, seconds: lags.append((stream, round(seconds)))
    await plane.written("1", "2")
    plane.clock.advance(100)
    async with aclosing(plane.service.watch(ALL, 1)) as watch:
        assert await next_told(watch) == ["2"]
        await plane.written("3")
        assert await next_told(watch) == ["3"]
        await plane.written("4")
        plane.clock.advance(5)
        assert await next_told(watch) == ["4"]
    assert lags == [("ActivityWatch", 5)]


async def test_what_none_selects_is_missed_all_the_same(tmp_path: Path) -> None:
    async with running(tmp_path / "activity") as plane:
        await plane.written(*map(str, range(1, 11)))
    async with running(tmp_path / "activity") as plane:
        ups = Selection(verbs=frozenset([VERB_UP]))
        with patch.object(looking, "_AT_ONCE", 2):
            async with aclosing(plane.service.watch(ups, 1)) as watch:
                await anext(watch)
                plane.store.retention = Retention(4)
                await plane.store.forget()
                plane.note("an up", verb=VERB_UP)
                response = await anext(watch)
                assert (told(response), response.missed) == (["an up"], 3)


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


async def test_a_full_disk_has_events_wait(plane: Plane) -> None:
    await plane.written("1")
    with patch.object(keeping, "_PAUSE", 0.0):
        plane.store.is_full = True
        plane.note("2", "3")
        await plane.store.refuses(2)
        plane.note("4")
        await plane.store.refuses(2)
        plane.store.is_full = False
        await plane.written_up_to(4)
    found = await plane.service.page(ALL, 0, "")
    assert [(event.id, event.message) for event in found.items] == [(4, "4"), (3, "3"), (2, "2"), (1, "1")]
    assert plane.log.lost == 0


async def test_more_than_can_wait_is_lost_the_oldest_first_and_one_event_says_so(plane: Plane) -> None:
    with patch.object(keeping, "_PAUSE", 0.0), patch.object(keeping, "_WAITING", 2):
        plane.store.is_full = True
        plane.note("1", "2", "3")
        await plane.store.refuses(2)
        plane.note("4", "5")
        await plane.store.refuses(2)
        plane.store.is_full = False
        await plane.written_up_to(3)
    found = await plane.service.page(ALL, 0, "")
    texts = [(event.id, event.message) for event in reversed(found.items)]
    assert texts == [(1, "3 events could not be kept, and are not told"), (2, "4"), (3, "5")]
    assert found.items[2].verb == VERB_ACTIVITY_LOST
    assert plane.log.lost == 3
    await plane.written("6")
    assert (await plane.listed())[0] == "6"


async def test_what_cannot_be_written_by_the_end_is_lost_and_holds_it_up_no_more(tmp_path: Path) -> None:
    async with running(tmp_path / "activity") as plane:
        plane.store.is_full = True
        plane.note("1", "2")
    assert plane.log.lost == 2


async def test_only_a_write_of_events_says_that_they_are_kept_again(tmp_path: Path) -> None:
    with patch.object(keeping, "_FORGET", 0.001), capture_logs() as logs:
        async with running(tmp_path / "activity") as plane:
            plane.standing = {("web", "s"): DOWN}
            plane.store.is_full = True
            await plane.store.refuses(3)  # it cannot forget, and writes how servers stand
            plane.store.is_full = False
            await plane.written("1")
    assert [each["log_level"] for each in logs] == ["warning", "info"]


async def test_what_is_too_old_is_forgotten_though_nothing_happens(tmp_path: Path) -> None:
    with patch.object(keeping, "_FORGET", 0.001):
        async with running(tmp_path / "activity", age=60.0) as plane:
            await plane.written("1", "2")
            plane.clock.advance(61.0)
            while plane.store.first_id < 3:
                await asyncio.sleep(0)
            assert await plane.listed() == []


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
