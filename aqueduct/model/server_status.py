"""How a server stands, as HAProxy sees it: what an operator lets it take, and what its check says."""

from typing import NamedTuple

from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    AdminState,
)
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_MAINT,
    OPERATIONAL_STATE_UP,
    OperationalState,
)


class Status(NamedTuple):
    """How a server stands."""

    admin: AdminState
    health: OperationalState
    """UP, DOWN, or DRAIN where its check says that it takes nothing new. In maintenance DOWN."""

    @property
    def state(self) -> OperationalState:
        """What comes of both."""
        if self.admin == ADMIN_STATE_MAINT:
            return OPERATIONAL_STATE_MAINT
        if self.health == OPERATIONAL_STATE_UP and self.admin == ADMIN_STATE_DRAIN:
            return OPERATIONAL_STATE_DRAIN
        return self.health

    def told(self, admin: AdminState | None, health: OperationalState | None) -> "Status":
        """Return the same after HAProxy has told the one, the other, or both."""
        return Status(
            self.admin if admin is None else admin,
            self.health if health is None else health,
        )


UP = Status(ADMIN_STATE_READY, OPERATIONAL_STATE_UP)
"""How a server stands that nothing was told of."""
DOWN = Status(ADMIN_STATE_READY, OPERATIONAL_STATE_DOWN)
