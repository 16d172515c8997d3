"""The Store port: durable, ordered configuration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import Revision

NOTHING_KNOWN = Revision()


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit made: its revision, and its changes as stored, with that revision in them."""

    revision: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A part of the history."""

    revisions: tuple[Revision, ...]
    """In the order that was asked for."""
    floor: int
    """The oldest revision whose configuration can still be told: none that came after it is missing."""


RevisionListener = Callable[[int, Sequence[Revision]], None]
"""Is told the store's new revision, and what came into the history with it, in order; maybe nothing, where
only memberships changed. It changes none of them, does not fail, and returns at once."""


class Store(Protocol):
    """Durable, ordered configuration. The revision is the only order there is."""

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot: everything committed so far, nothing else. Costs nothing."""
        ...

    async def commit(self, changes: Sequence[Change], about: Revision = NOTHING_KNOWN) -> Committed:
        """Make `changes`, all or nothing, durably, in one revision; return it.

        Where it changes more than memberships, it goes into the history, with what `about` tells of it.

        Commits are made in the order in which they are called; those that arrive together may
        share one write to disk. Changes must be valid. A put of what is stored already is left
        out; where nothing is left, no revision is made and the current one is returned.
        A commit whose caller is cancelled is whole or not at all.

        Errors: Conflict for an `expected_revision` that is not the current one, NotFound for a
        deletion of what is not there, Exhausted for a full disk, Unavailable after `close`.
        """
        ...

    async def past(self, above: int, below: int, most: int) -> Past:
        """Return the newest revisions of the history that are larger than `above` and smaller than `below`.

        At the `most` so many, the newest first.
        """
        ...

    async def since(self, above: int, most: int) -> Past:
        """Return the oldest revisions of the history that are larger than `above`.

        At the `most` so many, fewer where they are large, none only where there are none; the oldest first.
        Where the floor is larger than `above`, some are missing.
        """
        ...

    def on_revision(self, listener: RevisionListener) -> Callable[[], None]:
        """Tell `listener` of each revision from now on, once it is durable; return what ends that.

        It is told in the event loop, in the order of revisions, each revision of the history once and none
        left out, and those that were written together at once. `snapshot` has them by then, and no commit
        of them has returned yet. Commits of others, where several Aqueducts share a store, are told alike.
        """
        ...

    async def compact(self, keep: int) -> int:
        """Forget all of the history but its newest `keep` revisions; return how many were forgotten."""
        ...

    async def close(self) -> None:
        """Finish the commits under way and release the store."""
        ...
