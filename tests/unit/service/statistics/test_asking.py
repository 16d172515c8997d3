"""GetStats and GetStatsHistory."""

import asyncio

import pytest

from aqueduct.errors import Invalid, Unavailable
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.selection import EVERYTHING, Selection
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.service import paging
from aqueduct.service.statistics import Told
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_FAILED
from aqueduct.v1.stats_pb2 import STATS_KIND_BACKEND, STATS_KIND_MEMBER
from tests.unit.model.stats.build import APP, SERVER, line, reading

from .doubles import Played, much

BACKENDS = Selection(frozenset({STATS_KIND_BACKEND}))


def keys(told: Told) -> list[str]:
    return [stats.key for stats in told.page.items]


async def test_statistics_come_in_pages_by_name(played: Played) -> None:
    first = await played.service.get(EVERYTHING, 3, "")
    assert (keys(first), first.revision) == (["web", "app", "web"], 7)
    second = await played.service.get(EVERYTHING, 3, first.page.next_token)
    assert [stats.member for stats in second.page.items] == ["10.0.0.1:80"]
    assert not second.page.next_token
    assert played.statistics.asked == [None]


async def test_few_keys_are_read_by_themselves(played: Played) -> None:
    played.served = much()
    assert keys(await played.service.get(Selection(keys=frozenset({"app"})), 0, "")) == ["app"]
    assert played.statistics.asked == [{"app", "app:frontend"}]


async def test_what_was_applied_since_is_read(played: Played) -> None:
    await played.service.get(BACKENDS, 0, "")
    name = APP._replace(proxy="new")
    played.statistics.put(line(name))
    played.served = Snapshot(
        8, played.served.frontends, {**played.served.backends, "new": Backend(key="new")}
    )
    played.applied_revision = 8
    told = await played.service.get(BACKENDS, 0, "")
    assert (keys(told), told.revision) == (["app", "new", "web"], 8)


async def test_rates_are_those_that_somebody_watches(played: Played) -> None:
    async with played.watch() as watch:
        await anext(watch)
        played.statistics.put(line(APP, stot=9))
        while not (await anext(watch)).stats[0].HasField("rates"):
            played.statistics.put(line(APP, stot=played.statistics.lines[APP].counters[0] + 9))
        told = await played.service.get(EVERYTHING, 0, "")
    assert all(stats.HasField("rates") for stats in told.page.items)
    assert not any(stats.HasField("rates") for stats in (await asked(played)).page.items)


async def asked(played: Played) -> Told:
    played.service.changed(())
    return await played.service.get(EVERYTHING, 0, "")


@pytest.mark.parametrize("down", [True, False])
async def test_it_is_unavailable_while_haproxy_does_not_serve(played: Played, down: bool) -> None:
    if down:
        played.service.became(HA_PROXY_STATE_FAILED)
    else:
        played.statistics.error = HAProxyFailed("no answer")
    with pytest.raises(Unavailable):
        await played.service.get(EVERYTHING, 0, "")


async def test_a_bad_page_is_refused(played: Played) -> None:
    with pytest.raises(Invalid, match="page_token"):
        await played.service.get(EVERYTHING, 0, "!")
    with pytest.raises(Invalid, match="page_size"):
        await played.service.history(EVERYTHING, None, -1, "")


async def test_history_tells_points_in_pages() -> None:
    played = Played(window=300.0)
    now = 1_000.0
    for step in range(3):
        lines = [each for name, each in played.statistics.lines.items() if name != SERVER]
        for _ in played.service._history.taking(
            reading(now + 5 * step, *lines, line(SERVER, stot=10 * step))
        ):
            pass
    first = await played.service.history(EVERYTHING, None, 3, "")
    assert [(each.kind, each.key) for each in first.items] == [(1, "web"), (2, "app"), (2, "web")]
    second = await played.service.history(EVERYTHING, None, 3, first.next_token)
    [member] = second.items
    assert [point.rates.sessions for point in member.points] == [0.0, 2.0, 2.0]
    assert not second.next_token
    recent = await played.service.history(Selection(frozenset({STATS_KIND_MEMBER})), 1.0, 0, "")
    assert [len(each.points) for each in recent.items] == [0]
    rates = {stats.member: stats.rates.sessions for stats in (await asked(played)).page.items}
    assert rates["10.0.0.1:80"] == 2.0


async def test_history_is_read_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aqueduct.model.stats.history._SHORTEST", 0.1)
    played = Played(window=300.0)
    collecting = asyncio.create_task(played.service.run())
    while not (await played.service.history(EVERYTHING, None, 0, "")).items:
        await asyncio.sleep(0)
    collecting.cancel()
    await asyncio.wait([collecting])
    assert set(played.statistics.asked) == {None}


async def test_pages_end_where_they_would_be_too_large(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_BYTES", 1)
    for _ in played.service._history.taking(reading(1.0, *played.statistics.lines.values())):
        pass
    token, found = "", []
    while True:
        page = await played.service.history(EVERYTHING, None, 0, token)
        found.append(len(page.items))
        token = page.next_token
        if not token:
            break
    assert found == [1, 1, 1, 1]
