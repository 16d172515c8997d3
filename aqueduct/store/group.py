"""What a group of commits leads to: a pure function, so that no error can leave half of it behind.

Commits that arrive together share one write to disk. Each has its own revision and its own
preconditions, judged as if those before it in the group were stored already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aqueduct.errors import AqueductError
from aqueduct.model.resources import put, ref_of
from aqueduct.model.snapshot import Draft, Snapshot, check_preconditions, effective
from aqueduct.ports.store import Committed
from aqueduct.v1.config_pb2 import Change


@dataclass(frozen=True, slots=True)
class Group:
    """What to write, and what follows once that is durable."""

    snapshot: Snapshot
    """The newest snapshot then."""
    outcomes: tuple[Committed | AqueductError, ...]
    """One for each commit, in their order."""

    @property
    def changes(self) -> Iterable[Change]:
        """What to write, in order; none where no commit changes anything."""
        for outcome in self.outcomes:
            if isinstance(outcome, Committed):
                yield from outcome.changes


def plan_group(snapshot: Snapshot, commits: Iterable[Sequence[Change]]) -> Group:
    """Work out what `commits`, made in this order to `snapshot`, lead to."""
    outcomes: list[Committed | AqueductError] = []
    draft = Draft(snapshot)
    for changes in commits:
        try:
            check_preconditions(draft, changes)
        except AqueductError as error:
            outcomes.append(error)
            continue
        wanted = effective(draft, changes)
        if wanted:
            draft.add(wanted, draft.revision + 1)
        outcomes.append(_committed(draft, wanted))
    return Group(draft.snapshot(), tuple(outcomes))


def _committed(draft: Draft, changes: Iterable[Change]) -> Committed:
    return Committed(draft.revision, tuple(_as_stored(draft, change) for change in changes))


def _as_stored(draft: Draft, change: Change) -> Change:
    stored = draft.get(ref_of(change))
    return put(stored) if stored is not None else change
