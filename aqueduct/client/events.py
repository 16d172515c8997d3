"""What watches tell: whole events, of what streams tell in parts."""

from dataclasses import dataclass

from aqueduct.v1.activity_pb2 import Event
from aqueduct.v1.history_pb2 import Configuration, Revision
from aqueduct.v1.stats_pb2 import StatsWatchResponse


@dataclass(frozen=True, slots=True)
class ConfigSnapshot:
    """The configuration at a revision, in place of what was known.

    `reset` is empty for the first; else why the watch had to begin anew: what happened in between was
    `COMPACTED`, or the server has another store now (`FUTURE_REVISION`).
    """

    revision: int
    configuration: Configuration
    reset: str = ""


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """What a revision changed, all of it."""

    revision: int
    change: Revision


ConfigEvent = ConfigSnapshot | ConfigChange

StatsEvent = StatsWatchResponse
"""The parts of one `sequence` as one; with `snapshot` in place of what was known."""


@dataclass(frozen=True, slots=True)
class ActivityMissed:
    """So many events were left out before the next one: the client was too slow, or they are kept no more."""

    count: int


ActivityEvent = Event | ActivityMissed
