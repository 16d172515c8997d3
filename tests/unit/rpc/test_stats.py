"""StatsService over gRPC."""

from typing import TYPE_CHECKING, Any

import grpc.aio
import pytest

from aqueduct.model.stats.lines import LineKind, LineName
from aqueduct.model.times import duration
from aqueduct.v1.stats_pb2 import (
    STATS_GROUP_STATE,
    STATS_GROUP_TRAFFIC,
    STATS_KIND_FRONTEND,
    GetStatsHistoryRequest,
    GetStatsRequest,
    StatsWatchRequest,
    StatsWatchResponse,
)
from aqueduct.v1.stats_pb2_grpc import StatsServiceStub
from tests.refusals import refused
from tests.unit.model.stats.build import FRONTEND, line

from .conftest import Api

if TYPE_CHECKING:
    from google.protobuf.message import Message

_SMALL = (("grpc.http2.bdp_probe", 0), ("grpc.use_local_subchannel_pool", 1))


async def test_a_watch_tells_all_and_then_what_changed(api: Api) -> None:
    request = StatsWatchRequest(
        kinds=[STATS_KIND_FRONTEND], groups=[STATS_GROUP_STATE], interval=duration(0.1)
    )
    watch = api.stats.StatsWatch(request)
    first = await whole(watch)
    assert [stats.key for stats in first.stats] == ["web"]
    api.played.statistics.put(line(FRONTEND, "STOP"))
    second = await whole(watch)
    assert [stats.state.status for stats in second.stats] == ["STOP"]
    watch.cancel()


async def test_statistics_and_their_history_are_told_once(api: Api) -> None:
    got = await api.stats.GetStats(GetStatsRequest(page_size=1))
    assert [stats.key for stats in got.stats] == ["web"]
    assert got.revision == 7
    assert got.next_page_token
    assert got.time.seconds
    assert got.counted_since.seconds
    history = await api.stats.GetStatsHistory(GetStatsHistoryRequest(window=duration(60.0)))
    assert not history.histories


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("StatsWatch", StatsWatchRequest(interval=duration(0.05)), "interval"),
        ("StatsWatch", StatsWatchRequest(kinds=[7]), "kinds[0]"),  # type: ignore[list-item]
        ("GetStats", GetStatsRequest(groups=[7]), "groups[0]"),  # type: ignore[list-item]
        ("GetStats", GetStatsRequest(page_size=-1), "page_size"),
        ("GetStatsHistory", GetStatsHistoryRequest(window=duration(0.0)), "window"),
    ],
)
async def test_what_is_wrong_is_told_by_field(api: Api, method: str, request_: "Message", field: str) -> None:
    call = getattr(api.stats, method)(request_)
    refusal = await refused(call.read() if method == "StatsWatch" else call)
    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(refusal.fields) == [field]


async def test_a_client_that_reads_nothing_is_told_the_newest(api: Api) -> None:
    many = [LineName(LineKind.SERVER, "web", f"s{number}") for number in range(1_000)]
    api.played.statistics.put(*map(line, many))
    request = StatsWatchRequest(groups=[STATS_GROUP_TRAFFIC], interval=duration(0.1))
    # By default a client takes in megabytes that nobody reads yet, once it has seen how fast the server is.
    async with grpc.aio.insecure_channel(f"127.0.0.1:{api.port}", _SMALL) as channel:
        slow, fast = StatsServiceStub(channel).StatsWatch(request), api.stats.StatsWatch(request)
        await slow.read()
        for tick in range(1, 21):
            api.played.statistics.put(*(line(name, bin=tick) for name in many))
            newest = await whole(fast)
        told = [await whole(slow)]
        while told[-1].sequence < newest.sequence:
            told.append(await whole(slow))
        assert len(told) < 10
        assert told[-1].stats[-1].traffic.bytes_in == newest.stats[-1].traffic.bytes_in
        slow.cancel()
        fast.cancel()


async def whole(
    watch: "grpc.aio.UnaryStreamCall[StatsWatchRequest, StatsWatchResponse]",
) -> StatsWatchResponse:
    """Return the next that a watch tells, all parts as one."""
    found = StatsWatchResponse(more=True)
    while found.more:
        part: Any = await watch.read()
        found.MergeFrom(part)
        found.more = part.more
    return found
