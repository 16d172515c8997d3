"""The Statistics port: what HAProxy counts, over all of its workers.

Invariants of what is read: a counter never goes back while its proxy or server is there, and nothing is
counted twice, whatever reloads come between two readings: what former workers counted is in it, and what they
still count as they finish their sessions. A line that did not change since the last reading is the same
object.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from aqueduct.plan.lines import COUNTERS, GAUGES, Line, LineKind, LineName

__all__ = ["COUNTERS", "GAUGES", "Line", "LineKind", "LineName", "Reading", "Statistics"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What HAProxy told at one time."""

    time: float
    """Seconds since 1970-01-01 UTC."""
    lines: Mapping[LineName, Line]
    """In HAProxy's order."""
    is_whole: bool
    """Whether these are all lines there are; else those of the backends and frontends that were asked for."""


class Statistics(Protocol):
    """HAProxy's statistics. All methods raise HAProxyFailed where it does not answer."""

    async def read(self, proxies: Collection[str] | None = None) -> Reading:
        """Return the lines of `proxies` (of the frontend and of the backend of each name), or all.

        Calls at the same time wait for each other. Costs about what `show stat` costs HAProxy.
        """
        ...
