"""Operational and admin states, by HAProxy's words for them and by what operators set."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aqueduct.model.members import member_name
from aqueduct.model.stats.lines import GAUGES, Line
from aqueduct.model.stats.names import Name
from aqueduct.v1.backend_pb2 import ADMIN_STATE_MAINT, ADMIN_STATE_READY, AdminState, Membership
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_MAINT,
    OPERATIONAL_STATE_UNSPECIFIED,
    OPERATIONAL_STATE_UP,
    OperationalState,
)

_STATES: Final[Mapping[str, OperationalState]] = {
    "OPEN": OPERATIONAL_STATE_UP,
    "FULL": OPERATIONAL_STATE_UP,
    "UP": OPERATIONAL_STATE_UP,
    "no": OPERATIONAL_STATE_UP,
    "NOLB": OPERATIONAL_STATE_DRAIN,
    "DRAIN": OPERATIONAL_STATE_DRAIN,
    "MAINT": OPERATIONAL_STATE_MAINT,
    "DOWN": OPERATIONAL_STATE_DOWN,
    "STOP": OPERATIONAL_STATE_DOWN,
    "PAUSED": OPERATIONAL_STATE_DOWN,
    "": OPERATIONAL_STATE_DOWN,
}
"""By the first word of a status (src/stats.c): `UP 1/3`, `no check`, `MAINT (via web/a)`, `DOWN (agent)`."""
_UNDER_WAY: Final = tuple(map(GAUGES.index, ("scur", "qcur", "act", "bck")))


def operational_state(status: str) -> OperationalState:
    """Return whether something of that status takes requests; DOWN for none, as a `stopped` line has."""
    return _STATES.get(status.partition(" ")[0], OPERATIONAL_STATE_UNSPECIFIED)


def stopped(line: Line) -> Line:
    """Return what is left of a line when HAProxy has ended: what was counted, and nothing under way."""
    gauges = list(line.gauges)
    for position in _UNDER_WAY:
        gauges[position] = min(gauges[position], 0)
    return replace(line, status="", gauges=tuple(gauges))


def set_states(membership: Membership) -> dict[str, AdminState]:
    """Return what operators set for members, by their names; those left to serve are not in it."""
    return {
        member_name(member): member.admin_state
        for member in membership.members
        if member.admin_state not in (0, ADMIN_STATE_READY)
    }


def admin_state(name: Name, status: str, was_set: AdminState | None) -> AdminState:
    """Return the admin state of a member: `was_set`; where that is None, of native servers HAProxy's own."""
    if was_set is None and name.is_native and status.startswith("MAINT"):
        return ADMIN_STATE_MAINT
    return was_set or ADMIN_STATE_READY
