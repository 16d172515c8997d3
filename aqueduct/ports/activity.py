"""The ActivityStore port: what happened, kept durably, with limits."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from aqueduct.model.server_status import Status
from aqueduct.v1.activity_pb2 import Event

Server = tuple[str, str]
"""HAProxy's names of a backend and of a server of it."""
Standing = Mapping[Server, Status | None]
"""How servers were last told to stand; None: nothing is to be kept of one any more."""


class Found(NamedTuple):
    """A part of what happened."""

    events: Sequence[Event]
    """Those that fit, in the order that was asked for."""
    end: int
    """Id of the last event that was looked at; 0 where there was none to look at."""
    begin: int
    """Id of the first one; 0 where there was none."""


class ActivityStore(Protocol):
    """Events by their ids, which grow, and how servers were last told to stand.

    Reading raises ConfigurationError where the store is damaged.
    """

    @property
    def last_id(self) -> int:
        """Id of the last event that was ever written; 0 for none."""
        ...

    @property
    def first_id(self) -> int:
        """Id of the oldest event that is kept; one more than the last where there is none."""
        ...

    def standing(self) -> Mapping[Server, Status]:
        """Return how servers stood, by what was written before this store was opened."""
        ...

    async def write(self, events: Sequence[bytes], standing: Standing) -> None:
        """Write events, serialised, whose ids are the next ones, and how servers were told to stand.

        All or nothing. The oldest events go where there are too many, or too old ones. Errors: Exhausted
        for a full disk, Unavailable.
        """
        ...

    async def forget(self) -> None:
        """Have the oldest events go where there are too many, or too old ones. Errors as of `write`."""
        ...

    async def before(self, below: int, fits: Callable[[Event], bool], most: int) -> Found:
        """Return events with ids under `below` that fit, newest first, of the next `most` there are."""
        ...

    async def after(self, above: int, fits: Callable[[Event], bool], most: int) -> Found:
        """Return events with ids above `above` that fit, oldest first, of the next `most` there are."""
        ...

    async def close(self) -> None:
        """Finish the write under way and release the store."""
        ...
