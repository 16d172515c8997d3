"""The servicer of StatsService: requests to calls of StatisticsService, results to responses.

It decides nothing and catches nothing: errors become statuses in the interceptor.
"""
# ruff: noqa: N802, D102 # the methods are those of stats.proto, which documents them

from collections.abc import AsyncIterator
from contextlib import aclosing

from aqueduct.model.stats.selection import interval_of, selection_of, window_of
from aqueduct.model.times import timestamp
from aqueduct.service.statistics import StatisticsService
from aqueduct.v1.stats_pb2 import (
    GetStatsHistoryRequest,
    GetStatsHistoryResponse,
    GetStatsRequest,
    GetStatsResponse,
    StatsWatchRequest,
    StatsWatchResponse,
)
from aqueduct.v1.stats_pb2_grpc import StatsServiceServicer


class Stats(StatsServiceServicer):
    """StatsService, see stats.proto."""

    def __init__(self, statistics: StatisticsService) -> None:
        self._statistics = statistics

    async def StatsWatch(
        self, request: StatsWatchRequest, _: object = None
    ) -> AsyncIterator[StatsWatchResponse]:
        watch = self._statistics.watch(selection_of(request), interval_of(request))
        async with aclosing(watch) as responses:
            async for response in responses:
                yield response

    async def GetStats(self, request: GetStatsRequest, _: object = None) -> GetStatsResponse:
        told = await self._statistics.get(selection_of(request), request.page_size, request.page_token)
        return GetStatsResponse(
            stats=told.page.items,
            time=timestamp(told.time),
            revision=told.revision,
            next_page_token=told.page.next_token,
            counted_since=timestamp(told.counted_since),
        )

    async def GetStatsHistory(
        self, request: GetStatsHistoryRequest, _: object = None
    ) -> GetStatsHistoryResponse:
        window = window_of(request.window) if request.HasField("window") else None
        page = await self._statistics.history(
            selection_of(request), window, request.page_size, request.page_token
        )
        return GetStatsHistoryResponse(histories=page.items, next_page_token=page.next_token)
