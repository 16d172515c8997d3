"""The Runtime port: what HAProxy changes and tells without a reload."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aqueduct.model.server_states import ServerStates
from aqueduct.plan.rows import ServerRow


@dataclass(frozen=True, slots=True)
class ServerTold:
    """What HAProxy's statistics tell of a server."""

    sessions: int
    """Those under way, and those that wait for it."""
    check: str
    """The last check in HAProxy's words, such as `Layer4 connection problem: Connection refused`."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A live change that was noted: the texts of sections, and the states of their servers."""

    sections: Mapping[str, str]
    states: Mapping[str, ServerStates]
    is_done: bool
    """Whether it was confirmed."""


Gist = tuple[str, ...]
"""What can be compared of a server, in HAProxy's words: equal where nothing of it has changed."""


class Runtime(Protocol):
    """The Runtime API of the worker that serves. All methods raise HAProxyFailed where it does not answer.

    Called by one task at a time (see Applier), but for `servers`.
    """

    def intend(self, sections: Mapping[str, str], states: Mapping[str, ServerStates]) -> None:
        """Note, before commands are sent, what sections they are to lead to.

        So it can be told what runs after a crash amid the commands.
        """
        ...

    def confirm(self) -> None:
        """Note that what was intended last is what runs."""
        ...

    async def condense(self, sections: Mapping[str, str], states: Mapping[str, ServerStates]) -> None:
        """Note what runs, in place of all that was noted, where that is long."""
        ...

    async def noted(self) -> list[Noted]:
        """Return what was noted since the worker that serves was loaded, in order."""
        ...

    async def send(self, commands: Sequence[str]) -> list[str]:
        """Send commands, in order; return an answer for each."""
        ...

    async def change(
        self, commands: Sequence[str], backends: Sequence[str]
    ) -> tuple[list[str], dict[str, list[ServerRow]]]:
        """Send commands, in order; return an answer for each, and the servers of `backends` after them."""
        ...

    async def servers(self, backends: Sequence[str]) -> dict[str, list[ServerRow]]:
        """Return the servers of `backends`, by name."""
        ...

    def survey(self) -> AsyncIterator[list[tuple[str, Gist]]]:
        """Iterate over all servers, some hundred at a time: each with its backend, backends in one piece."""
        ...

    async def told(self, backends: Sequence[str]) -> dict[str, dict[str, ServerTold]]:
        """Return what is told of the servers of `backends`, by the names of both."""
        ...
