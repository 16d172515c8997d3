"""Statistics by real HAProxies: watched over reloads, states and ends, asked for, and over HTTP."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import grpc.aio
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.model.times import duration
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_READY, CHECK_NONE
from aqueduct.v1.frontend_pb2 import DeleteFrontendRequest
from aqueduct.v1.haproxy_pb2 import ReloadRequest
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_UP,
    STATS_GROUP_ERRORS,
    STATS_GROUP_STATE,
    STATS_GROUP_TRAFFIC,
    STATS_KIND_BACKEND,
    STATS_KIND_FRONTEND,
    STATS_KIND_MEMBER,
    GetStatsHistoryRequest,
    GetStatsRequest,
    StateStats,
    Stats,
    StatsWatchRequest,
)
from tests.integration.members import KEY, Live, members, worker_pid
from tests.load import fetch
from tests.web import Web

Name = tuple[int, str, str]


class Folded:
    """What a client knows that folds what it is told."""

    def __init__(self, watch: Any) -> None:
        self._watch = watch
        self.known: dict[Name, Stats] = {}
        self.told: list[Name] = []
        """What the last response told of."""

    async def next(self) -> None:
        """Take the next state."""
        more, self.told = True, []
        while more:
            response = await self._watch.read()
            if response.snapshot and not self.told:
                self.known.clear()
            for stats in response.stats:
                self.known[_name(stats)] = stats
            for name in response.removed:
                del self.known[_name(name)]
            self.told += map(_name, response.stats)
            more = response.more

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Take states until it is so. The test's limit bounds it."""
        while not is_so():
            await self.next()

    def of(self, kind: int, member: str = "", key: str = KEY) -> Stats:
        return self.known[kind, key, member]

    def member(self, name: str) -> StateStats:
        return self.of(STATS_KIND_MEMBER, name).state


def _name(stats: Any) -> Name:
    return stats.kind, stats.key, stats.member


@asynccontextmanager
async def watching(aqueduct: Aqueduct, **selection: Any) -> AsyncIterator[Folded]:
    request = StatsWatchRequest(**{"interval": duration(0.1), **selection})
    watch = aqueduct.stats.StatsWatch(request)
    folded = Folded(watch)
    await folded.next()
    yield folded
    watch.cancel()


async def ask(port: int, times: int) -> None:
    for _ in range(times):
        answer = await fetch(port)
        assert answer.status == 200


def names(at: Sequence[Web]) -> list[str]:
    return [f"127.0.0.1:{each.port}" for each in at]


async def test_counters_go_on_over_a_reload(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    await Live.on(aqueduct, members([web]), free_port)
    async with watching(aqueduct) as watch:
        assert watch.of(STATS_KIND_FRONTEND).state.operational_state == OPERATIONAL_STATE_UP
        assert watch.of(STATS_KIND_BACKEND).state.members == 1
        await ask(free_port, 10)
        await watch.until(lambda: watch.of(STATS_KIND_FRONTEND).traffic.requests == 10)
        pid = await worker_pid(aqueduct)
        await aqueduct.haproxy.Reload(ReloadRequest())
        assert await worker_pid(aqueduct) != pid
        await ask(free_port, 5)
        told = []
        while watch.of(STATS_KIND_FRONTEND).traffic.requests < 15:
            await watch.next()
            told.append(watch.of(STATS_KIND_FRONTEND).traffic.requests)
        assert told == sorted(told)
        member = watch.of(STATS_KIND_MEMBER, names([web])[0])
        assert (member.traffic.requests, member.traffic.responses_2xx) == (15, 15)
        assert watch.of(STATS_KIND_FRONTEND).HasField("rates")


async def test_only_what_changed_is_told(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    await Live.on(aqueduct, members([web]), free_port)
    groups = [STATS_GROUP_TRAFFIC, STATS_GROUP_ERRORS]
    kinds = [STATS_KIND_FRONTEND, STATS_KIND_MEMBER]
    async with watching(aqueduct, groups=groups, kinds=kinds) as watch:
        assert len(watch.known) == 2
        assert not watch.of(STATS_KIND_FRONTEND).HasField("state")
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        writer.write(b"no request\r\n\r\n")
        assert b"400" in await reader.readline()
        writer.close()
        await watch.next()
        assert watch.told == [(STATS_KIND_FRONTEND, KEY, "")]
        assert watch.of(STATS_KIND_FRONTEND).errors.requests == 1


async def test_members_that_come_and_go_are_told(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    async with Web("other") as other:
        live = await Live.on(aqueduct, members([web]), free_port, CHECK_NONE)
        async with watching(aqueduct, groups=[STATS_GROUP_STATE]) as watch:
            first, second = names([web, other])
            await live.put(members([web, other]))
            await watch.until(lambda: (STATS_KIND_MEMBER, KEY, second) in watch.known)
            await watch.until(lambda: watch.of(STATS_KIND_BACKEND).state.members == 2)
            await live.put(members([other]))
            await watch.until(lambda: (STATS_KIND_MEMBER, KEY, first) not in watch.known)
            await aqueduct.frontends.DeleteFrontend(DeleteFrontendRequest(key=KEY))
            await watch.until(lambda: (STATS_KIND_FRONTEND, KEY, "") not in watch.known)
            assert set(watch.known) == {(STATS_KIND_BACKEND, KEY, ""), (STATS_KIND_MEMBER, KEY, second)}


async def test_states_are_those_of_operators_and_checks(aqueduct: Aqueduct, free_port: int) -> None:
    async with Web("going") as going, Web("staying") as staying:
        live = await Live.on(aqueduct, members([going, staying]), free_port)
        gone, stays = names([going, staying])
        async with watching(aqueduct, kinds=[STATS_KIND_MEMBER], groups=[STATS_GROUP_STATE]) as watch:
            assert watch.of(STATS_KIND_MEMBER, stays).state.admin_state == ADMIN_STATE_READY
            await live.set_state(members([staying])[0], ADMIN_STATE_DRAIN)
            await watch.until(lambda: watch.member(stays).operational_state == OPERATIONAL_STATE_DRAIN)
            await watch.until(lambda: watch.member(stays).admin_state == ADMIN_STATE_DRAIN)
            await going.__aexit__(None, None, None)
            await watch.until(lambda: watch.member(gone).operational_state == OPERATIONAL_STATE_DOWN)
            assert watch.member(gone).check.status == "L4CON"
            assert "refused" in watch.member(gone).check.description
            assert watch.member(gone).check.downs >= 1
            await going.__aenter__()


async def test_a_watch_outlives_haproxy(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    await Live.on(aqueduct, members([web]), free_port)
    async with watching(aqueduct) as watch:
        await ask(free_port, 3)
        await watch.until(lambda: watch.of(STATS_KIND_FRONTEND).traffic.requests == 3)
        for pid in aqueduct.haproxy_pids():
            os.kill(pid, signal.SIGKILL)
        await watch.until(
            lambda: watch.of(STATS_KIND_FRONTEND).state.operational_state == OPERATIONAL_STATE_DOWN
        )
        assert watch.of(STATS_KIND_FRONTEND).traffic.requests == 3
        await watch.until(
            lambda: watch.of(STATS_KIND_FRONTEND).state.operational_state == OPERATIONAL_STATE_UP
        )
        assert watch.of(STATS_KIND_FRONTEND).traffic.requests >= 3


async def test_statistics_are_asked_for_over_http(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    await Live.on(aqueduct, members([web]), free_port)
    await ask(free_port, 2)
    base = f"http://127.0.0.1:{aqueduct.port}"
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{base}/v1/stats?kinds=member&kinds=backend&keys={KEY}&groups=traffic") as got:
            stats = (await got.json())["stats"]
        assert [(each["kind"], each.get("member")) for each in stats] == [
            ("backend", None),
            ("member", *names([web])),
        ]
        assert [set(each) - {"kind", "key", "member"} for each in stats] == [{"traffic"}] * 2
        async with client.get(f"{base}/v1/stats?kinds=server") as got:
            assert got.status == 400
            assert "kinds" in json.dumps(await got.json())
        async with client.get(f"{base}/v1/stats:history?keys={KEY}&window=60s") as got:
            assert got.status == 200
        query = f"kinds=member&keys={KEY}&interval=0.1s&groups=state"
        async with client.get(f"{base}/v1/stats:watch?{query}") as lines:
            first = json.loads(await lines.content.readline())
            assert first["snapshot"] is True
            assert first["stats"][0]["state"]["operationalState"] == "up"
        events = {"Accept": "text/event-stream"}
        async with client.get(f"{base}/v1/stats:watch?{query}", headers=events) as stream:
            assert json.loads((await stream.content.readline()).removeprefix(b"data: "))["snapshot"]
        async with client.ws_connect(f"{base}/v1/stats:watch?{query}") as socket:
            assert (await socket.receive_json())["stats"][0]["key"] == KEY
        async with client.get(f"{base}/v1/stats:watch?interval=0.01s") as refused:
            assert refused.status == 400
            assert "interval" in await refused.text()


async def test_there_are_no_more_streams_than_may_be(
    haproxy_binary: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("aq")
    async with Aqueduct(directory / "data", haproxy_binary, ["--max-streams=1"]) as aqueduct:
        async with watching(aqueduct):
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await aqueduct.stats.StatsWatch(StatsWatchRequest()).read()
            assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await aqueduct.stats.GetStats(GetStatsRequest())).time.seconds
        assert not (await aqueduct.stats.GetStatsHistory(GetStatsHistoryRequest(keys=["no"]))).histories
