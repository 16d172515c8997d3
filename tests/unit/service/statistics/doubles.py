"""An HAProxy whose statistics tests set, and what it serves."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass, field

from aqueduct.clock import SystemClock
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.lines import Line, LineName, Reading
from aqueduct.model.stats.selection import EVERYTHING, Selection
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.service.answering import Answering
from aqueduct.service.statistics import StatisticsService
from aqueduct.service.streams import Streams
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING
from aqueduct.v1.stats_pb2 import StatsWatchResponse
from tests.unit.model.stats.build import APP, BACKEND, FRONTEND, SERVER, WEB, line

FAST = 100
"""Milliseconds of the shortest interval."""
RARE = 3_600_000
"""Milliseconds of an interval that does not end within a test."""


class PlayedStatistics:
    """Tells `lines`, and notes in `asked` what it was asked for."""

    def __init__(self) -> None:
        self.lines: dict[LineName, Line] = {name: line(name) for name in (FRONTEND, APP, BACKEND, SERVER)}
        self.asked: list[Collection[str] | None] = []
        self.error: HAProxyFailed | None = None
        self.answering = asyncio.Event()
        self.answering.set()

    def put(self, *lines: Line) -> None:
        self.lines = {**self.lines, **{each.name: each for each in lines}}

    async def read(self, proxies: Collection[str] | None = None) -> Reading:
        self.asked.append(proxies)
        time, lines = SystemClock().time(), self.lines
        await self.answering.wait()
        if self.error is not None:
            raise self.error
        if proxies is not None:
            lines = {name: each for name, each in lines.items() if name.proxy in proxies}
        return Reading(time, lines, proxies is None)


@dataclass
class Played:
    """What serves, and the service over it."""

    statistics: PlayedStatistics = field(default_factory=PlayedStatistics)
    streams: Streams = field(default_factory=Streams)
    served: Snapshot = WEB
    applied_revision: int = 7
    window: float = 0.0

    def __post_init__(self) -> None:
        self.service = StatisticsService(
            self.statistics,
            self,
            self.streams,
            SystemClock(),
            answering=Answering(SystemClock()),
            window=self.window,
        )
        self.service.became(HA_PROXY_STATE_RUNNING)

    def watch(
        self, selection: Selection = EVERYTHING, interval: int = FAST
    ) -> "aclosing[AsyncGenerator[StatsWatchResponse, None]]":
        return aclosing(self.service.watch(selection, interval))


def much(snapshot: Snapshot = WEB, backends: int = 100) -> Snapshot:
    """Return a snapshot with so many backends more: a key or two are few then."""
    more = {f"more-{number}": snapshot.backends["app"] for number in range(backends)}
    return Snapshot(snapshot.revision, snapshot.frontends, {**snapshot.backends, **more})
