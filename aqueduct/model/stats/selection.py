"""Which statistics are meant, and how often they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration

from aqueduct.errors import Invalid, Violation
from aqueduct.model.stats.messages import ALL_GROUPS
from aqueduct.model.stats.names import Name
from aqueduct.model.times import seconds
from aqueduct.model.tokens import tokens
from aqueduct.v1.stats_pb2 import (
    DESCRIPTOR,
    GetStatsHistoryRequest,
    GetStatsRequest,
    StatsGroup,
    StatsKind,
    StatsWatchRequest,
)

SHORTEST: Final = 100
"""Milliseconds of the shortest interval."""
LONGEST: Final = 3_600_000
"""Milliseconds of the longest interval."""
DEFAULT: Final = 1_000
"""Milliseconds of the interval of those who do not say."""

_MINUTE: Final = 60_000
_STEPS: Final = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which statistics are meant: of all `kinds`, and of one of `keys` or `prefixes` where there are any."""

    kinds: frozenset[StatsKind] = frozenset()
    """None: all."""
    keys: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    groups: frozenset[StatsGroup] = ALL_GROUPS

    @property
    def exact(self) -> frozenset[str] | None:
        """The only keys that are meant, None where others may be."""
        return None if self.prefixes or not self.keys else self.keys

    def holds(self, name: Name) -> bool:
        """Tell whether it is meant."""
        if self.kinds and name.kind not in self.kinds:
            return False
        if not self.keys and not self.prefixes:
            return True
        return name.key in self.keys or name.key.startswith(self.prefixes)


EVERYTHING: Final = Selection()


def selection_of(request: StatsWatchRequest | GetStatsRequest | GetStatsHistoryRequest) -> Selection:
    """Return what a request selects. Invalid for kinds and groups that there are not."""
    groups = [] if isinstance(request, GetStatsHistoryRequest) else request.groups
    violations = [
        *_unknown("kinds", request.kinds, "StatsKind"),
        *_unknown("groups", groups, "StatsGroup"),
    ]
    if violations:
        raise Invalid(violations)
    prefixes = tuple(sorted(set(request.prefixes)))
    wanted = frozenset(groups)
    return Selection(
        frozenset(request.kinds),
        frozenset(request.keys),
        prefixes,
        ALL_GROUPS if wanted in (frozenset(), ALL_GROUPS) else wanted,
    )


def interval_of(request: StatsWatchRequest) -> int:
    """Return the interval in milliseconds, rounded up. Invalid for one that is too short or too long."""
    if not request.HasField("interval"):
        return DEFAULT
    wanted = seconds(request.interval) * 1e3
    if not SHORTEST <= wanted <= LONGEST:
        raise Invalid([Violation("interval", f"must be from 100 ms to 1 h, not {wanted / 1e3:g} s")])
    return rounded_up(wanted)


def rounded_up(milliseconds: float) -> int:
    """Return the next interval that there is: 1, 2 or 5 of a power of ten, or whole minutes beyond 50 s."""
    for step in _STEPS:
        if milliseconds <= step:
            return step
    return ceil(milliseconds / _MINUTE) * _MINUTE


def window_of(window: Duration) -> float:
    """Return how many seconds a history goes back. Invalid where it does not go back."""
    if (length := seconds(window)) <= 0:
        raise Invalid([Violation("window", f"must be longer than 0 s, not {length:g} s")])
    return length


def _unknown(field: str, values: Sequence[int], enum: str) -> list[Violation]:
    known = tokens(_enum(enum))
    words = ", ".join(known.values())
    return [
        Violation(f"{field}[{position}]", f"must be one of {words}, not {value}")
        for position, value in enumerate(values)
        if value not in known
    ]


def _enum(name: str) -> EnumDescriptor:
    return DESCRIPTOR.enum_types_by_name[name]
