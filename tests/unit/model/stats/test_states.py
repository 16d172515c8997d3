"""Operational and admin states."""

import pytest

from aqueduct.model.stats.names import Name
from aqueduct.model.stats.states import admin_state, operational_state, set_states, stopped
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    AdminState,
    Member,
    Membership,
)
from aqueduct.v1.stats_pb2 import STATS_KIND_MEMBER, OperationalState

from .build import line

NATIVE = Name(STATS_KIND_MEMBER, "web", "spare")
MEMBER = Name(STATS_KIND_MEMBER, "web", "10.0.0.1:80")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("OPEN", "UP"),
        ("UP", "UP"),
        ("UP 1/3", "UP"),
        ("no check", "UP"),
        ("NOLB", "DRAIN"),
        ("NOLB 1/2", "DRAIN"),
        ("DRAIN", "DRAIN"),
        ("DRAIN (agent)", "DRAIN"),
        ("MAINT", "MAINT"),
        ("MAINT (via web/a)", "MAINT"),
        ("MAINT (resolution)", "MAINT"),
        ("DOWN", "DOWN"),
        ("DOWN 1/2", "DOWN"),
        ("DOWN (agent)", "DOWN"),
        ("STOP", "DOWN"),
        ("PAUSED", "DOWN"),
        ("", "DOWN"),
        ("SOMETHING", "UNSPECIFIED"),
    ],
)
def test_the_operational_state_follows_from_the_status(status: str, state: str) -> None:
    assert OperationalState.Name(operational_state(status)) == f"OPERATIONAL_STATE_{state}"


@pytest.mark.parametrize(
    ("name", "status", "was_set", "state"),
    [
        (MEMBER, "UP", None, ADMIN_STATE_READY),
        (MEMBER, "MAINT", None, ADMIN_STATE_READY),
        (MEMBER, "DRAIN", ADMIN_STATE_DRAIN, ADMIN_STATE_DRAIN),
        (MEMBER, "DOWN", ADMIN_STATE_DRAIN, ADMIN_STATE_DRAIN),
        (NATIVE, "MAINT", None, ADMIN_STATE_MAINT),
        (NATIVE, "UP", None, ADMIN_STATE_READY),
    ],
)
def test_the_admin_state_is_what_was_set_or_what_a_native_server_is_in(
    name: Name, status: str, was_set: AdminState | None, state: AdminState
) -> None:
    assert admin_state(name, status, was_set) == state


def test_what_operators_set_is_known_by_member() -> None:
    members = [
        Member(host="10.0.0.1", port=80, admin_state=ADMIN_STATE_MAINT),
        Member(host="10.0.0.2", port=80, admin_state=ADMIN_STATE_READY),
        Member(host="10.0.0.3", port=80),
    ]
    assert set_states(Membership(key="web", members=members)) == {"10.0.0.1:80": ADMIN_STATE_MAINT}


def test_of_a_stopped_line_the_figures_are_left_and_nothing_is_under_way() -> None:
    was = line(status="UP", scur=3, smax=5, qcur=2, act=1, stot=9)
    assert stopped(was) == line(status="", scur=0, smax=5, qcur=0, act=0, bck=-1, stot=9)
