"""How servers stand."""

from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_MAINT,
    OPERATIONAL_STATE_UP,
)


def test_state_comes_of_both() -> None:
    assert UP.state == OPERATIONAL_STATE_UP
    assert DOWN.state == OPERATIONAL_STATE_DOWN
    assert Status(ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN).state == OPERATIONAL_STATE_MAINT
    assert Status(ADMIN_STATE_DRAIN, OPERATIONAL_STATE_UP).state == OPERATIONAL_STATE_DRAIN
    assert Status(ADMIN_STATE_DRAIN, OPERATIONAL_STATE_DOWN).state == OPERATIONAL_STATE_DOWN
    assert Status(ADMIN_STATE_READY, OPERATIONAL_STATE_DRAIN).state == OPERATIONAL_STATE_DRAIN


def test_what_is_not_told_stays() -> None:
    assert UP.told(None, OPERATIONAL_STATE_DOWN) == DOWN
    assert DOWN.told(ADMIN_STATE_DRAIN, None) == Status(ADMIN_STATE_DRAIN, OPERATIONAL_STATE_DOWN)
