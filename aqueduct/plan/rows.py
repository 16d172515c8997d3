"""Servers as HAProxy tells them, and as it is told them over a reload."""

from collections.abc import Mapping
from dataclasses import dataclass

from aqueduct.model.server_states import ServerState


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server as `show servers state` tells it (HAProxy management guide, section 9.3)."""

    name: str
    address: str
    """Without the port; `-` for a socket."""
    port: int
    up: bool
    state: ServerState
    """What an operator or the configuration lets it take: READY, DRAIN or MAINT."""
    weight: int
    """As set, whatever the state makes of it."""
    check_result: int
    """0 none yet, 1 neutral, 2 failed, 3 passed, 4 passed under conditions."""
    is_checked: bool = True
    """Whether its check is enabled, where it has one."""


@dataclass(frozen=True, slots=True)
class StateRow:
    """What the next worker is told of a server."""

    state: ServerState
    """READY, DRAIN or MAINT."""
    weight: int
    """The one that is configured: HAProxy ignores another."""
    port: int | None = 0
    """The one that is configured, an offset modulo 2^32; 0 for a socket, and where none is. None where only
    HAProxy can tell: it is told nothing of the server then."""
    begins_down: bool = False
    """Whether it has to pass its checks before it serves."""
    is_checked: bool = True
    """Whether anything takes it down and up. What nothing checks is up, whatever it was."""


StateRows = Mapping[str, Mapping[str, StateRow]]
"""By the names of backend and server."""
NO_ROWS: StateRows = {}
