"""What of a new server is its own state, and what Aqueduct or a command has made of it."""

import pytest

from aqueduct.model.beginning import is_own_doing
from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY, AdminState
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_UP

READY, DRAIN = ADMIN_STATE_READY, ADMIN_STATE_DRAIN
MAINT = Status(ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN)
DRAINED = Status(DRAIN, OPERATIONAL_STATE_UP)
DRAINED_DOWN = Status(DRAIN, OPERATIONAL_STATE_DOWN)
COMMAND, LEFT, TIMEOUT = "changed from CLI", "leaving forced drain", "Layer4 timeout"


@pytest.mark.parametrize(
    ("wanted", "before", "after", "reason", "expected"),
    [
        (READY, None, DRAINED, "", True),
        (READY, None, DOWN, "", True),
        (READY, None, DOWN, None, True),
        (READY, None, DOWN, LEFT, True),
        (READY, None, DOWN, TIMEOUT, False),
        (READY, None, UP, COMMAND, False),
        (READY, UP, DOWN, "", False),
        (READY, UP, DOWN, TIMEOUT, False),
        (READY, UP, DOWN, COMMAND, True),
        (READY, UP, DOWN, None, True),
        (READY, MAINT, DOWN, "", True),
        (READY, MAINT, UP, "", False),
        (DRAIN, None, DRAINED, "", False),
        (DRAIN, DRAINED, DRAINED_DOWN, None, False),
    ],
)
def test_what_is_aqueducts_own_doing(
    wanted: AdminState, before: Status | None, after: Status, reason: str | None, expected: bool
) -> None:
    assert is_own_doing(wanted, before, after, reason) is expected
