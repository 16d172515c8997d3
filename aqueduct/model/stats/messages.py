"""A line as the message that the API tells, and which groups of it differ between two lines.

Invariant: `differing` names each group whose sub-message differs, so that what changed is never left untold.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from google.protobuf.duration_pb2 import Duration

from aqueduct.model.stats.lines import COUNTERS, GAUGES, Line
from aqueduct.model.stats.names import Name
from aqueduct.model.stats.rates import Rates, requests_of
from aqueduct.model.stats.states import admin_state, operational_state
from aqueduct.model.times import timestamp
from aqueduct.v1.backend_pb2 import AdminState
from aqueduct.v1.stats_pb2 import (
    STATS_GROUP_ERRORS,
    STATS_GROUP_RATES,
    STATS_GROUP_SESSIONS,
    STATS_GROUP_STATE,
    STATS_GROUP_TIMES,
    STATS_GROUP_TRAFFIC,
    STATS_KIND_BACKEND,
    STATS_KIND_FRONTEND,
    STATS_KIND_MEMBER,
    CheckStats,
    ErrorStats,
    SessionStats,
    StateStats,
    Stats,
    StatsGroup,
    TimeStats,
    TrafficStats,
)

ALL_GROUPS: Final = frozenset(
    {
        STATS_GROUP_STATE,
        STATS_GROUP_SESSIONS,
        STATS_GROUP_TRAFFIC,
        STATS_GROUP_TIMES,
        STATS_GROUP_ERRORS,
        STATS_GROUP_RATES,
    }
)
_MILLISECOND: Final = 1_000_000


def _counters(first: str, last: str) -> slice:
    return slice(COUNTERS.index(first), COUNTERS.index(last) + 1)


def _gauges(first: str, last: str) -> slice:
    return slice(GAUGES.index(first), GAUGES.index(last) + 1)


_COUNTED: Final = (
    (STATS_GROUP_SESSIONS, _counters("stot", "stot")),
    (STATS_GROUP_TRAFFIC, _counters("bin", "hrsp_other")),
    (STATS_GROUP_ERRORS, _counters("dreq", "srv_abrt")),
    (STATS_GROUP_STATE, _counters("chkfail", "chkdown")),
)
_GAUGED: Final = (
    (STATS_GROUP_SESSIONS, _gauges("scur", "qmax")),
    (STATS_GROUP_STATE, _gauges("weight", "bck")),
    (STATS_GROUP_TIMES, _gauges("qtime", "ttime")),
    (STATS_GROUP_STATE, _gauges("check_code", "check_duration")),
)
_SESSIONS, _BYTES_IN, _BYTES_OUT = map(COUNTERS.index, ("stot", "bin", "bout"))
_RESPONSES: Final = _counters("hrsp_1xx", "hrsp_other")
_ERRORS: Final = _counters("dreq", "srv_abrt")
_ERROR_FIELDS: Final = (
    "denied_requests",
    "denied_responses",
    "requests",
    "connections",
    "responses",
    "retries",
    "redispatches",
    "client_aborts",
    "server_aborts",
)
"""Of ErrorStats, in the order of these counters."""
_FAILURES: Final = _counters("chkfail", "chkdown")
_NOW: Final = _gauges("scur", "qmax")
_BALANCE: Final = _gauges("weight", "bck")
_TIMES: Final = _gauges("qtime", "ttime")
_CHECK: Final = _gauges("check_code", "check_duration")


class Known(NamedTuple):
    """What is known beside the line."""

    rates: Rates | None = None
    """None where there is no earlier line to compare with."""
    was_set: AdminState | None = None
    """What an operator set for the member; None where it is left to serve, or not known."""
    members: int = 0
    """How many members a backend has."""


def differing(before: Line, now: Line) -> set[StatsGroup]:
    """Return the groups that differ, but for the rates, which follow from no single line."""
    found: set[StatsGroup] = set()
    if (before.status, before.check, before.check_text, before.changed) != (
        now.status,
        now.check,
        now.check_text,
        now.changed,
    ):
        found.add(STATS_GROUP_STATE)
    if before.counters != now.counters:
        found.update(group for group, part in _COUNTED if before.counters[part] != now.counters[part])
    if before.gauges != now.gauges:
        found.update(group for group, part in _GAUGED if before.gauges[part] != now.gauges[part])
    return found


def stats_of(name: Name, line: Line, known: Known, groups: Collection[StatsGroup] = ALL_GROUPS) -> Stats:
    """Return the statistics of a line: the `groups` that are meant, as far as there are any."""
    made = Stats(kind=name.kind, key=name.key, member=name.member)
    if STATS_GROUP_STATE in groups:
        made.state.CopyFrom(_state(name, line, known))
    if STATS_GROUP_SESSIONS in groups:
        made.sessions.CopyFrom(_sessions(line))
    if STATS_GROUP_TRAFFIC in groups:
        made.traffic.CopyFrom(_traffic(line))
    if STATS_GROUP_TIMES in groups and name.kind != STATS_KIND_FRONTEND:
        made.times.CopyFrom(_times(line))
    if STATS_GROUP_ERRORS in groups:
        made.errors.CopyFrom(ErrorStats(**dict(zip(_ERROR_FIELDS, line.counters[_ERRORS], strict=True))))
    if STATS_GROUP_RATES in groups and known.rates is not None:
        made.rates.CopyFrom(known.rates.message())
    return made


def _state(name: Name, line: Line, known: Known) -> StateStats:
    weight, active, backup = line.gauges[_BALANCE]
    made = StateStats(
        status=line.status, operational_state=operational_state(line.status), weight=max(weight, 0)
    )
    if line.changed:
        made.change_time.CopyFrom(timestamp(line.changed))
    if name.kind == STATS_KIND_MEMBER:
        made.admin_state = admin_state(name, line.status, known.was_set)
        if line.check:
            made.check.CopyFrom(_check(line))
    elif name.kind == STATS_KIND_BACKEND:
        made.active_members, made.backup_members = max(active, 0), max(backup, 0)
        made.members = known.members
    return made


def _check(line: Line) -> CheckStats:
    code, milliseconds = line.gauges[_CHECK]
    failures, downs = line.counters[_FAILURES]
    return CheckStats(
        status=line.check,
        code=max(code, 0),
        duration=_milliseconds(milliseconds),
        description=line.check_text,
        failures=failures,
        downs=downs,
    )


def _sessions(line: Line) -> SessionStats:
    current, most, limit, queued, most_queued = (max(value, 0) for value in line.gauges[_NOW])
    return SessionStats(
        current=current,
        max=most,
        limit=limit,
        total=line.counters[_SESSIONS],
        queue_current=queued,
        queue_max=most_queued,
    )


def _traffic(line: Line) -> TrafficStats:
    one, two, three, four, five, other = line.counters[_RESPONSES]
    return TrafficStats(
        bytes_in=line.counters[_BYTES_IN],
        bytes_out=line.counters[_BYTES_OUT],
        requests=requests_of(line),
        responses_1xx=one,
        responses_2xx=two,
        responses_3xx=three,
        responses_4xx=four,
        responses_5xx=five,
        responses_other=other,
    )


def _times(line: Line) -> TimeStats:
    queue, connect, response, total = map(_milliseconds, line.gauges[_TIMES])
    return TimeStats(queue=queue, connect=connect, response=response, total=total)


@lru_cache(maxsize=1024)
def _milliseconds(value: int) -> Duration | None:
    """Return the duration of so many milliseconds, None for what HAProxy does not tell."""
    if value < 0:
        return None
    return Duration(seconds=value // 1_000, nanos=value % 1_000 * _MILLISECOND)
