"""The Store port: durable, ordered configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.config_pb2 import Change


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit made: its revision, and its changes as stored, with that revision in them."""

    revision: int
    changes: tuple[Change, ...]


class Store(Protocol):
    """Durable, ordered configuration. The revision is the only order there is."""

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot: everything committed so far, nothing else. Costs nothing."""
        ...

    async def commit(self, changes: Sequence[Change]) -> Committed:
        """Make `changes`, all or nothing, durably, in one revision; return it.

        Commits are made in the order in which they are called; those that arrive together may
        share one write to disk. Changes must be valid. A put of what is stored already is left
        out; where nothing is left, no revision is made and the current one is returned.
        A commit whose caller is cancelled is whole or not at all.

        Errors: Conflict for an `expected_revision` that is not the current one, NotFound for a
        deletion of what is not there, Exhausted for a full disk, Unavailable after `close`.
        """
        ...

    async def close(self) -> None:
        """Finish the commits under way and release the store."""
        ...
