"""How members were last told to stand: so that each change is told once, restarts included.

Who is not here stands up. Invariant: that one stands up is kept of new members alone, of whom it does not go
without saying: nothing is told of them before the first word of their check.
"""

from collections.abc import Mapping

from aqueduct.model.server_status import UP, Status
from aqueduct.ports.activity import Server, Standing


class Standings:
    """How servers were told to stand. `told` is what was kept before Aqueduct was started anew."""

    def __init__(self, told: Mapping[Server, Status]) -> None:
        self._told: dict[Server, Status] = dict(told)
        self._changed: dict[Server, Status | None] = {}

    def taken(self) -> Standing:
        """Return what changed since this was asked last."""
        changed, self._changed = self._changed, {}
        return changed

    def not_up(self) -> dict[Server, Status]:
        """Return those that do not simply stand up."""
        return {server: status for server, status in self._told.items() if status != UP}

    def of(self, server: Server) -> Status | None:
        """Return how a server was told to stand; None where nothing is kept of it."""
        return self._told.get(server)

    def note(self, server: Server, status: Status, *, is_new: bool) -> None:
        """Note that a server was told to stand so. `is_new`: its check is not known to have passed."""
        if status == UP and not is_new:
            self.forget(server)
        elif self._told.get(server) != status:
            self._told[server] = self._changed[server] = status

    def forget(self, server: Server) -> None:
        """Note that a server is gone, or stands up as a matter of course."""
        if self._told.pop(server, None) is not None:
            self._changed[server] = None

    def forget_backend(self, key: str) -> None:
        """Note that all servers of a backend are gone."""
        for server in [server for server in self._told if server[0] == key]:
            self.forget(server)
