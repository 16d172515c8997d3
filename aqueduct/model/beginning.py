"""What HAProxy tells of a new server and is Aqueduct's own doing, or a command's. Pure.

A new server with a check is drained, set down and made ready, so that it serves once its check has passed:
these are no events. What its own check says is.
"""

from typing import Final

from aqueduct.model.server_status import Status
from aqueduct.v1.backend_pb2 import ADMIN_STATE_READY, AdminState
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_UP

BY_COMMAND: Final = "changed from CLI"
"""HAProxy's words of what `set server ... health` did."""
LEAVING: Final = "leaving "
"""How HAProxy's words of the end of a drain or a maintenance begin."""


def is_own_doing(wanted: AdminState, before: Status | None, after: Status, reason: str | None) -> bool:
    """Tell whether a new server stands as it was made to begin.

    `wanted` is what an operator set, `before` how it was told to stand, None for not yet. `reason` are
    HAProxy's words, None where it had to be asked and knew none.
    """
    if after.admin != wanted:
        return True
    if wanted != ADMIN_STATE_READY or after.health == OPERATIONAL_STATE_UP:
        return False
    if reason is None or reason == BY_COMMAND or reason.startswith(LEAVING):
        return True
    begins = before is None or before.admin != wanted
    return begins and not reason
