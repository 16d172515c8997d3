"""The States port: how servers stand, told by HAProxy as it changes, and on being asked.

What is told comes in order and within a millisecond, but may get lost where the machine is very busy: whoever
is told of a doubt asks. Names are HAProxy's, those of throw-away servers among them.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol

from aqueduct.model.server_status import Status
from aqueduct.v1.backend_pb2 import AdminState
from aqueduct.v1.stats_pb2 import OperationalState


@dataclass(frozen=True, slots=True)
class Told:
    """What HAProxy said as a server changed. None stands for what it did not say."""

    worker: int
    """Process id of the worker that said it."""
    backend: str
    server: str
    admin: AdminState | None
    health: OperationalState | None
    reason: str = ""
    """In HAProxy's words, such as `Layer4 connection problem, info: "Connection refused"`; maybe empty."""
    sessions: int | None = None
    """Sessions that the server had."""
    left: int | None = None
    """Servers of the backend that are left up, backup servers among them."""
    time: float | None = None
    """When HAProxy said it, by its clock, in seconds since 1970-01-01 UTC."""


class Asked(NamedTuple):
    """How a server stands, as HAProxy told on being asked."""

    backend: str
    server: str
    status: Status


class Doubt(Enum):
    """Why something may not have been told."""

    LOST = auto()
    """There was no room for it."""
    ADOPTED = auto()
    """A HAProxy was taken over."""
    LOADED = auto()
    """Another worker serves: it begins with what was known of its servers shortly before, or with nothing."""


Listener = Callable[[Sequence[Told]], None]


class States(Protocol):
    """How the servers of HAProxy stand."""

    def on_told(self, listener: Listener) -> None:
        """Tell `listener` at once what HAProxy tells, in order. Workers that serve no more are not heard."""
        ...

    def on_doubt(self, listener: Callable[[Doubt], None]) -> None:
        """Tell `listener` each time that something may not have been told."""
        ...

    def ask(self) -> AsyncIterator[Sequence[Asked]]:
        """Iterate over all servers, some hundred at a time. HAProxyFailed where HAProxy does not answer.

        Whatever HAProxy told before it answered was told to listeners before.
        """
        ...

    async def failures(self, backends: Collection[str]) -> Mapping[tuple[str, str], str]:
        """Return why the last checks failed of servers of `backends`, by the names of both.

        HAProxyFailed where HAProxy does not answer.
        """
        ...

    async def dropped(self) -> int:
        """Return how much the worker could not tell. HAProxyFailed where it does not answer."""
        ...
