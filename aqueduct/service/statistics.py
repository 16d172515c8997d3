"""Statistics for those who ask once, who watch, and who draw charts.

A watch never slows the collection down, and nothing waits in it: who is slow is told the newest next. While
HAProxy is down a watch goes on: all is told as down, with what was counted so far, and comes back with it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from aqueduct.errors import Unavailable
from aqueduct.model.stats.history import History
from aqueduct.model.stats.lines import LineName, Reading
from aqueduct.model.stats.names import Name, is_ours, name_of
from aqueduct.model.stats.rates import Rates
from aqueduct.model.stats.selection import Selection
from aqueduct.model.stats.table import Table
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.statistics import Statistics
from aqueduct.service.answering import Answering
from aqueduct.service.collecting import FRESH, Collecting
from aqueduct.service.paging import Page, page, page_in_turns
from aqueduct.service.readings import Readings, Serving
from aqueduct.service.streams import Streams
from aqueduct.v1.stats_pb2 import Stats, StatsHistory, StatsPoint, StatsWatchResponse

_STREAM: Final = "StatsWatch"
"""What its lag is told as."""
_NUL: Final = "\0"
"""Stands before any character of a key."""


@dataclass(frozen=True, slots=True)
class Told:
    """A page of statistics, when HAProxy told them, at which store revision, and when counters began."""

    page: Page[Stats]
    time: float
    revision: int
    counted_since: float


class StatisticsService:
    """Tells what `statistics` read while `run` runs, of what `serving` tells is served.

    The history goes back `window` seconds; with 0 there is none, and nothing is read for it. `answering` is
    told whether HAProxy answers.
    """

    def __init__(
        self,
        statistics: Statistics,
        serving: Serving,
        streams: Streams,
        clock: Clock,
        *,
        answering: Answering,
        window: float,
    ) -> None:
        self._serving = serving
        self._streams = streams
        self._clock = clock
        self._history = History(window)
        self._readings = Readings(statistics, serving, clock, answering)
        self._collecting = Collecting(self._readings, serving, streams, clock, self._history)
        self._got: tuple[Reading, Table] | None = None
        self.run = self._collecting.run
        """Collects until cancelled."""
        self.became = self._collecting.became
        """Is told what becomes of HAProxy."""
        self.changed = self._collecting.changed
        """Is told the keys of backends of whose members the state or the admin state is another."""

    async def watch(self, selection: Selection, interval: int) -> AsyncGenerator[StatsWatchResponse, None]:
        """Tell all that is selected, then, each `interval` milliseconds, what has changed.

        The very same message goes to all who are told the same. Ends with Unavailable when Aqueduct does.
        Exhausted where there are too many streams.
        """
        with self._streams.one_more():
            series = await self._collecting.join(selection, interval)
            try:
                since = None
                while True:
                    batch = series.batch(selection, since)
                    for message in batch.parts():
                        yield message
                    if since is not None and series.table.silent_since is None:
                        self._streams.on_lag(_STREAM, self._clock.time() - series.table.time)
                    since = batch.sequence
                    self._streams.check()
                    while series.table.sequence == since:
                        await series.bell.rings()
                        self._streams.check()
            finally:
                self._collecting.leave(series, selection)

    async def get(self, selection: Selection, page_size: int, page_token: str) -> Told:
        """Return a page of the statistics selected, at most FRESH seconds old, in the order of names.

        Unavailable while HAProxy does not serve; Invalid for a token that is none of ours.
        """
        table = await self._table(selection)
        entries = {_text(entry.name): entry for entry in table.selected(selection)}

        @cache
        def recent() -> Mapping[LineName, Rates]:
            return self._history.last_rates({entry.line.name for entry in entries.values()})

        def stats(text: str) -> Stats:
            entry = entries[text]
            line = entry.line.name
            return table.stats(entry, selection.groups, self._collecting.rates_of(line) or recent().get(line))

        told = page(list(entries), stats, page_size, page_token)
        return Told(told, table.time, table.revision, self._collecting.counted_since)

    async def history(
        self, selection: Selection, window: float | None, page_size: int, page_token: str
    ) -> Page[StatsHistory]:
        """Return a page of how what is selected fared over the last `window` seconds, or as long as is kept.

        Invalid for a token that is none of ours.
        """
        served = self._serving.served
        ours = {name_of(line): line for line in self._history.names if is_ours(line, served)}
        names = {_text(name): name for name in sorted(filter(selection.holds, ours))}
        since = self._clock.time() - window if window is not None else 0.0

        def histories(texts: Sequence[str]) -> list[StatsHistory]:
            points = self._history.points({ours[names[text]] for text in texts}, since)
            return [_history(names[text], points[ours[names[text]]]) for text in texts]

        return await page_in_turns(list(names), histories, page_size, page_token)

    async def _table(self, selection: Selection) -> Table:
        if not self._collecting.is_up:
            raise Unavailable("HAPROXY_DOWN", "HAProxy does not serve")
        try:
            reading = await self._readings.read(selection.exact, FRESH)
        except HAProxyFailed as error:
            raise Unavailable("HAPROXY_DOWN", str(error)) from error
        if self._got is None or self._got[0] is not reading:
            table = Table()
            table.take(reading, self._serving.served, self._serving.applied_revision)
            self._got = reading, table
        return self._got[1]


def _text(name: Name) -> str:
    """Return a name as text, in the order of names."""
    return _NUL.join((str(name.kind), name.key, name.member))


def _history(name: Name, points: Sequence[StatsPoint]) -> StatsHistory:
    return StatsHistory(kind=name.kind, key=name.key, member=name.member, points=points)
