"""What `aqueduct top` knows, and the rows that it makes of it. Pure: messages in, rows out.

Invariant: the table is what the stream has told, whole: a snapshot takes the place of all before, once its
last part has come.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    STATS_KIND_BACKEND,
    STATS_KIND_FRONTEND,
    STATS_KIND_MEMBER,
    Stats,
    StatsName,
    StatsWatchResponse,
)

KEPT: Final = 60
"""Intervals that the charts go back."""


class Name(NamedTuple):
    """Whose statistics."""

    kind: int
    key: str
    member: str = ""


class Sort(StrEnum):
    """What rows are sorted by: names go up, figures down."""

    NAME = "name"
    REQUESTS = "requests"
    SESSIONS = "sessions"
    ERRORS = "errors"


class Row(NamedTuple):
    """One line of the table."""

    stats: Stats
    requests: tuple[float, ...]
    """Requests each second (sessions, where there are no requests) over the last intervals, oldest first."""


@dataclass(slots=True)
class Totals:
    """All frontends together, and how many of all there are."""

    frontends: int = 0
    backends: int = 0
    backends_down: int = 0
    members: int = 0
    members_down: int = 0
    sessions: int = 0
    queue: int = 0
    requests: float = 0.0
    bytes_in: float = 0.0
    bytes_out: float = 0.0
    responses_4xx: float = 0.0
    responses_5xx: float = 0.0


@dataclass(slots=True)
class Choice:
    """What is shown of it, and in which order."""

    sort: Sort = Sort.NAME
    has_members: bool = True
    text: str = ""
    """Only what has this in its name, in any case."""


@dataclass(slots=True)
class Table:
    """The statistics of one server."""

    stats: dict[Name, Stats] = field(default_factory=dict)
    revision: int = 0
    time: float = 0.0
    """Seconds since 1970-01-01 UTC."""
    silent_since: float = 0.0
    """Since when HAProxy does not answer, in seconds since 1970-01-01 UTC; 0 while it does."""
    _past: dict[Name, deque[float]] = field(default_factory=dict)
    _coming: dict[Name, Stats] | None = None
    """What has come of a snapshot that is not whole."""

    def take(self, response: StatsWatchResponse) -> bool:
        """Take what a stream tells; tell whether the table is whole."""
        told = {name_of(each): each for each in response.stats}
        if response.snapshot:
            self._coming = {**(self._coming or {}), **told}
        else:
            self.stats.update(told)
            for each in response.removed:
                self.stats.pop(name_of(each), None)
                self._past.pop(name_of(each), None)
        if response.more:
            return False
        if self._coming is not None:
            self.stats, self._coming = self._coming, None
            self._past = {name: past for name, past in self._past.items() if name in self.stats}
        self.revision, self.time = response.revision, response.time.ToNanoseconds() / 1e9
        self.silent_since = response.silent_since.ToNanoseconds() / 1e9
        return True

    def chart(self) -> None:
        """Note for the charts how it stands: to be called once for each interval."""
        for name, stats in self.stats.items():
            self._past.setdefault(name, deque(maxlen=KEPT)).append(load_of(stats))

    def totals(self) -> Totals:
        """Return all together."""
        found = Totals()
        for stats in self.stats.values():
            is_down = stats.state.operational_state == OPERATIONAL_STATE_DOWN
            match stats.kind:
                case kind if kind == STATS_KIND_FRONTEND:
                    _add(found, stats)
                case kind if kind == STATS_KIND_BACKEND:
                    found.backends += 1
                    found.backends_down += is_down
                    found.queue += stats.sessions.queue_current
                case _:
                    found.members += 1
                    found.members_down += is_down
        return found

    def rows(self, choice: Choice) -> list[Row]:
        """Return the rows chosen: frontends, then backends, each followed by its members."""
        members: dict[str, list[Stats]] = {}
        for stats in self.stats.values():
            if stats.kind == STATS_KIND_MEMBER:
                members.setdefault(stats.key, []).append(stats)
        found: list[Row] = []
        for proxy in self._proxies(choice):
            its = members.get(proxy.key, []) if proxy.kind == STATS_KIND_BACKEND else []
            shown = sorted(its, key=lambda each: each.member) if choice.has_members else []
            matching = [each for each in shown if _fits(each, choice.text)]
            if matching or _fits(proxy, choice.text):
                found += map(self._row, (proxy, *(matching or shown)))
        alone = [key for key in members if Name(STATS_KIND_BACKEND, key) not in self.stats]
        for key in sorted(alone):
            found += map(
                self._row, self._sorted(filter(lambda m: _fits(m, choice.text), members[key]), choice)
            )
        return found

    def _proxies(self, choice: Choice) -> Iterator[Stats]:
        for kind in (STATS_KIND_FRONTEND, STATS_KIND_BACKEND):
            yield from self._sorted((each for each in self.stats.values() if each.kind == kind), choice)

    def _sorted(self, stats: Iterable[Stats], choice: Choice) -> list[Stats]:
        return sorted(stats, key=lambda each: (-_figure(each, choice.sort), each.key, each.member))

    def _row(self, stats: Stats) -> Row:
        return Row(stats, tuple(self._past.get(name_of(stats), ())))


def name_of(stats: Stats | StatsName) -> Name:
    """Return whose statistics these are."""
    return Name(stats.kind, stats.key, stats.member)


def load_of(stats: Stats) -> float:
    """Return the requests each second, or sessions where there are no requests, as in tcp mode."""
    return stats.rates.requests or stats.rates.sessions


def _figure(stats: Stats, sort: Sort) -> float:
    match sort:
        case Sort.NAME:
            return 0
        case Sort.REQUESTS:
            return load_of(stats)
        case Sort.SESSIONS:
            return stats.sessions.current
        case Sort.ERRORS:
            return stats.rates.responses_5xx + stats.rates.errors


def _fits(stats: Stats, text: str) -> bool:
    return text.lower() in f"{stats.key}/{stats.member}".lower()


def _add(totals: Totals, frontend: Stats) -> None:
    rates = frontend.rates
    totals.frontends += 1
    totals.sessions += frontend.sessions.current
    totals.requests += load_of(frontend)
    totals.bytes_in += rates.bytes_in
    totals.bytes_out += rates.bytes_out
    totals.responses_4xx += rates.responses_4xx
    totals.responses_5xx += rates.responses_5xx
