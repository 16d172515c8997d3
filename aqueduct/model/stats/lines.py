"""What HAProxy tells of its proxies and servers, as values: lines, and readings of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

COUNTERS: Final = (
    "stot", "bin", "bout", "req_tot",
    "hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other",
    "dreq", "dresp", "ereq", "econ", "eresp", "wretr", "wredis", "cli_abrt", "srv_abrt", "chkfail", "chkdown",
)  # fmt: skip
"""HAProxy's names of what is counted, in the order of Line.counters (management guide, section 9.1)."""
GAUGES: Final = (
    "scur", "smax", "slim", "qcur", "qmax", "weight", "act", "bck", "qtime", "ctime", "rtime", "ttime",
    "check_code", "check_duration",
)  # fmt: skip
"""HAProxy's names of what goes up and down, in the order of Line.gauges; -1 for what it does not tell."""


class LineKind(IntEnum):
    """What a line is of: HAProxy's `type`."""

    FRONTEND = 0
    BACKEND = 1
    SERVER = 2

    __hash__ = int.__hash__  # that of Enum is Python, and takes half of a look-up by name


class LineName(NamedTuple):
    """Whose line it is, by the names that HAProxy knows."""

    kind: LineKind
    proxy: str
    server: str = ""
    """Empty but for servers."""


@dataclass(frozen=True, slots=True)
class Line:
    """What HAProxy tells of one proxy or server."""

    name: LineName
    counters: tuple[int, ...]
    """As COUNTERS; over all workers."""
    gauges: tuple[int, ...]
    """As GAUGES; sessions and queues are sums over all workers, the most of them the largest of any."""
    status: str
    """HAProxy's word, such as `UP 1/3`."""
    check: str
    """The word of the last check, such as `L7OK`; empty for none. The `* ` of one under way is left out."""
    check_text: str
    """The last check in HAProxy's words, such as `Layer4 connection problem: Connection refused`."""
    changed: int
    """When the status last changed, in seconds since 1970-01-01 UTC; 0 where HAProxy does not tell."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What HAProxy told at one time."""

    time: float
    """Seconds since 1970-01-01 UTC."""
    lines: Mapping[LineName, Line]
    """In HAProxy's order."""
    is_whole: bool
    """Whether these are all lines there are; else those of the backends and frontends that were asked for."""
