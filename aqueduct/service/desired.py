"""What HAProxy is to serve: the store's commits, folded in the order of their revisions.

What is folded equals the store's snapshot of that revision as long as nothing was refused. The store's
own is taken then where it can be, so that of ten thousand resources none is copied twice.
"""

from collections.abc import Sequence

from aqueduct.model.snapshot import Draft, Snapshot
from aqueduct.ports.store import Store
from aqueduct.service.pending import Pending


class Desired:
    """The snapshot to serve, and what it becomes by further commits of `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.snapshot = store.snapshot()
        self._equal = self.snapshot  # the last one that is known to equal the store's of its revision

    def with_all(self, pending: Sequence[Pending]) -> Snapshot:
        """Return what the next commits, `pending`, lead to."""
        newest = self._store.snapshot()
        if self.snapshot is self._equal and _are_all(pending, self.snapshot.revision, newest.revision):
            return newest
        draft = Draft(self.snapshot)
        for commit in pending:
            draft.add(commit.committed.changes, commit.revision)
        return draft.snapshot()

    def take(self, snapshot: Snapshot, pending: Sequence[Pending]) -> None:
        """Desire `snapshot`, to which `pending` has led."""
        if self.snapshot is self._equal and _are_all(pending, self.snapshot.revision, snapshot.revision):
            self._equal = snapshot
        self.snapshot = snapshot


def _are_all(pending: Sequence[Pending], after: int, until: int) -> bool:
    """Tell whether `pending` are all commits after one revision, until another."""
    revisions = [commit.revision for commit in pending if commit.committed.changes]
    return revisions == list(range(after + 1, until + 1))
