"""The Statistics port: what HAProxy counts, over all of its workers.

Invariants of what is read: a counter never goes back while its proxy or server is there, and nothing is
counted twice, whatever reloads come between two readings: what former workers counted is in it, and what they
still count as they finish their sessions. A line that did not change since the last reading is the same
object.
"""

from collections.abc import Collection
from typing import Protocol

from aqueduct.model.stats.lines import COUNTERS, GAUGES, Line, LineKind, LineName, Reading

__all__ = ["COUNTERS", "GAUGES", "Line", "LineKind", "LineName", "Reading", "Statistics"]


class Statistics(Protocol):
    """HAProxy's statistics. All methods raise HAProxyFailed where it does not answer."""

    async def read(self, proxies: Collection[str] | None = None) -> Reading:
        """Return the lines of `proxies` (of the frontend and of the backend of each name), or all.

        Calls at the same time wait for each other. Costs about what `show stat` costs HAProxy.
        """
        ...
