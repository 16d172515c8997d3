"""StatsWatch: the newest, to whoever takes it."""

import asyncio
from unittest.mock import patch

import pytest

from aqueduct.errors import Exhausted, Unavailable
from aqueduct.model.stats.names import name_of
from aqueduct.model.stats.selection import EVERYTHING, Selection
from aqueduct.model.times import timestamp
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.service import answering
from aqueduct.service.streams import Streams
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RESTARTING, HA_PROXY_STATE_RUNNING
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_UP,
    STATS_GROUP_STATE,
    STATS_GROUP_TRAFFIC,
    StatsWatchResponse,
)
from tests.unit.model.stats.build import APP, OTHER, SERVER, line

from .doubles import RARE, Played, much

WEB_KEY = Selection(keys=frozenset({"web"}))
APP_KEY = Selection(keys=frozenset({"app"}))
TRAFFIC = Selection(groups=frozenset({STATS_GROUP_TRAFFIC}))
STATE = Selection(groups=frozenset({STATS_GROUP_STATE}))


def told(response: StatsWatchResponse) -> list[str]:
    return ["/".join(filter(None, (stats.key, stats.member))) for stats in response.stats]


async def test_first_comes_a_snapshot_then_what_changed(played: Played) -> None:
    async with played.watch(TRAFFIC) as watch:
        first = await anext(watch)
        assert (first.snapshot, first.revision) == (True, 7)
        assert told(first) == ["web", "app", "web", "web/10.0.0.1:80"]
        played.statistics.put(line(APP, bin=5))
        second = await anext(watch)
        assert (second.snapshot, told(second), second.stats[0].traffic.bytes_in) == (False, ["app"], 5)
        assert second.sequence > first.sequence
        del played.statistics.lines[SERVER]
        assert list((await anext(watch)).removed) == [name_of(SERVER).message()]


async def test_all_are_told_the_very_same_from_one_reading(played: Played) -> None:
    async with played.watch() as one, played.watch() as other:
        assert await anext(one) is await anext(other)
        assert played.statistics.asked == [None]
        played.statistics.put(line(APP, bin=1))
        first, second = await asyncio.gather(anext(one), anext(other))
        assert first is second
        assert len(played.statistics.asked) == 2


async def test_a_slow_one_is_told_the_newest(played: Played) -> None:
    async with played.watch(TRAFFIC) as fast, played.watch(TRAFFIC) as slow:
        await anext(fast)
        before = await anext(slow)
        for number in range(1, 4):
            played.statistics.put(line(APP, bin=number))
            newest = await anext(fast)
        late = await anext(slow)
        assert late.sequence == newest.sequence > before.sequence + 1
        assert [stats.traffic.bytes_in for stats in late.stats] == [3]


async def test_few_keys_are_read_by_themselves(played: Played) -> None:
    played.served = much()
    async with played.watch(WEB_KEY) as web, played.watch(APP_KEY) as app:
        assert told(await anext(web)) == ["web", "web", "web/10.0.0.1:80"]
        assert told(await anext(app)) == ["app"]
        played.statistics.put(line(SERVER, bin=1), line(APP, bin=1))
        await anext(web)
        await anext(app)
    first, second, *later = played.statistics.asked
    assert (first, second) == ({"web", "web:frontend"}, {"app", "app:frontend"})
    assert all(keys == {"web", "web:frontend", "app", "app:frontend"} for keys in later)


async def test_who_leaves_is_not_read_for(played: Played) -> None:
    played.served = much()
    async with played.watch(WEB_KEY) as web:
        async with played.watch() as everything:
            await anext(web)
            await anext(everything)
        played.statistics.put(line(SERVER, bin=3))
        await anext(web)
        played.statistics.asked.clear()
        played.statistics.put(line(SERVER, bin=4))
        assert told(await anext(web)) == ["web/10.0.0.1:80"]
        assert set(map(str, played.statistics.asked)) == {str(frozenset({"web", "web:frontend"}))}


async def test_a_state_that_is_pushed_is_told_outside_of_the_interval(played: Played) -> None:
    async with played.watch(STATE, RARE) as rare, played.watch(APP_KEY, RARE) as app:
        assert (await anext(rare)).stats[-1].state.operational_state == OPERATIONAL_STATE_UP
        await anext(app)
        waiting = asyncio.ensure_future(anext(app))
        played.statistics.put(line(SERVER, "DOWN"))
        played.service.changed({"web"})
        [stats] = (await anext(rare)).stats
        assert stats.state.operational_state == OPERATIONAL_STATE_DOWN
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])


async def test_what_was_being_read_as_it_was_pushed_is_read_again(played: Played) -> None:
    async with played.watch(STATE, RARE) as rare:
        await anext(rare)
        played.statistics.answering.clear()
        played.service.changed({"web"})
        while len(played.statistics.asked) < 2:
            await asyncio.sleep(0)
        played.statistics.put(line(SERVER, "DOWN"))
        played.service.changed({"web"})
        played.statistics.answering.set()
        assert told(await anext(rare)) == ["web/10.0.0.1:80"]


async def test_with_haproxy_everything_is_down_and_comes_back(played: Played) -> None:
    async with played.watch(STATE) as watch:
        first = await anext(watch)
        played.service.became(HA_PROXY_STATE_RESTARTING)
        down = await anext(watch)
        assert told(down) == told(first)
        assert {stats.state.operational_state for stats in down.stats} == {OPERATIONAL_STATE_DOWN}
        async with played.watch(STATE) as another:
            assert told(await anext(another)) == told(first)
        played.service.became(HA_PROXY_STATE_RUNNING)
        up = await anext(watch)
        assert {stats.state.operational_state for stats in up.stats} == {OPERATIONAL_STATE_UP}


async def test_who_begins_while_haproxy_is_down_is_told_when_it_serves(played: Played) -> None:
    played.service.became(HA_PROXY_STATE_RESTARTING)
    async with played.watch() as watch:
        first = await anext(watch)
        assert (first.snapshot, told(first)) == (True, [])
        played.service.became(HA_PROXY_STATE_RUNNING)
        assert told(await anext(watch)) == ["web", "app", "web", "web/10.0.0.1:80"]


async def test_an_haproxy_that_does_not_answer_is_asked_again(played: Played) -> None:
    played.statistics.error = HAProxyFailed("no answer")
    async with played.watch() as watch:
        assert told(await anext(watch)) == []
        played.statistics.error = None
        assert told(await anext(watch)) == ["web", "app", "web", "web/10.0.0.1:80"]


async def test_an_haproxy_that_is_silent_is_told_as_such_until_it_answers(played: Played) -> None:
    with patch.object(answering, "PATIENCE", 0.0):
        async with played.watch(TRAFFIC) as watch, played.watch(TRAFFIC, RARE) as rare:
            first = await anext(watch)
            await anext(rare)
            assert not first.HasField("silent_since")
            played.statistics.error = HAProxyFailed("no answer")
            for each in (watch, rare):
                silent = await anext(each)
                assert (silent.HasField("silent_since"), told(silent)) == (True, [])
            assert silent.silent_since.ToNanoseconds() >= first.time.ToNanoseconds()
            async with played.watch(TRAFFIC) as late:
                begun = await anext(late)
                assert (begun.HasField("silent_since"), told(begun)) == (True, told(first))
            played.statistics.put(line(APP, bin=1))
            played.statistics.error = None
            again = await anext(watch)
            assert (again.HasField("silent_since"), told(again)) == (False, ["app"])
            assert not (await anext(rare)).HasField("silent_since")


async def test_one_that_is_silent_and_ends_is_down(played: Played) -> None:
    with patch.object(answering, "PATIENCE", 0.0):
        async with played.watch(STATE) as watch:
            first = await anext(watch)
            played.statistics.error = HAProxyFailed("no answer")
            assert (await anext(watch)).HasField("silent_since")
            played.service.became(HA_PROXY_STATE_RESTARTING)
            down = await anext(watch)
            assert (down.HasField("silent_since"), told(down)) == (False, told(first))


async def test_since_when_it_is_counted_is_told(played: Played) -> None:
    async with played.watch() as watch, played.watch(interval=RARE) as rare:
        first, second = await anext(watch), await anext(rare)
        assert first.counted_since == second.counted_since
        got = await played.service.get(EVERYTHING, 0, "")
        assert first.counted_since == timestamp(got.counted_since)


async def test_a_member_that_comes_while_it_is_watched_is_told(played: Played) -> None:
    async with played.watch(STATE) as watch:
        await anext(watch)
        played.statistics.put(line(OTHER))
        assert told(await anext(watch)) == ["web", "web/10.0.0.2:80"]


async def test_there_are_no_more_than_may_be() -> None:
    played = Played(streams=Streams(1))
    async with played.watch() as one, played.watch() as other:
        await anext(one)
        with pytest.raises(Exhausted):
            await anext(other)
    async with played.watch() as another:
        assert (await anext(another)).snapshot


async def test_it_ends_when_aqueduct_does(played: Played) -> None:
    async with played.watch(interval=RARE) as watch:
        await anext(watch)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        played.streams.shut_down()
        with pytest.raises(Unavailable, match="shutting down"):
            await waiting


async def test_with_nobody_who_watches_nothing_is_read(played: Played) -> None:
    async with played.watch() as watch:
        await anext(watch)
    played.statistics.asked.clear()
    async with played.watch(APP_KEY, 200) as other:  # which takes longer than an interval of the first
        await anext(other)
        played.statistics.put(line(APP, bin=1))
        await anext(other)
    assert len(played.statistics.asked) <= 3


async def test_how_old_it_is_when_it_is_taken_is_told(played: Played) -> None:
    lags: list[tuple[str, float]] = []
    played.streams.on_lag = lambda stream, seconds: lags.append((stream, seconds))
    async with played.watch(TRAFFIC) as watch:
        await anext(watch)
        for count in (1, 2):
            played.statistics.put(line(APP, bin=count))
            await anext(watch)
    ((stream, seconds),) = lags  # of the first change: the second was not asked beyond
    assert stream == "StatsWatch"
    assert seconds >= 0
