"""What a group of commits leads to: a pure function, so that no error can leave half of it behind.

Commits that arrive together share one write to disk. Each has its own revision and its own
preconditions, judged as if those before it in the group were stored already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aqueduct.errors import AqueductError
from aqueduct.model.history import fill
from aqueduct.model.resources import Resource, put, ref_of, resource_of
from aqueduct.model.snapshot import Draft, Snapshot, check_preconditions, effective
from aqueduct.model.times import timestamp
from aqueduct.ports.store import Committed
from aqueduct.v1.backend_pb2 import Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import Revision


@dataclass(frozen=True, slots=True)
class Group:
    """What to write, and what follows once that is durable."""

    snapshot: Snapshot
    """The newest snapshot then."""
    outcomes: tuple[Committed | AqueductError, ...]
    """One for each commit, in their order."""
    revisions: tuple[Revision, ...] = ()
    """What goes into the history."""

    @property
    def changes(self) -> Iterable[Change]:
        """What to write, in order; none where no commit changes anything."""
        for outcome in self.outcomes:
            if isinstance(outcome, Committed):
                yield from outcome.changes


def plan_group(
    snapshot: Snapshot, commits: Iterable[tuple[Sequence[Change], Revision]], now: float = 0.0
) -> Group:
    """Work out what `commits`, made in this order to `snapshot`, lead to.

    Each comes with what is known of its revision. `now` is in seconds since 1970-01-01 UTC.
    """
    outcomes: list[Committed | AqueductError] = []
    revisions: list[Revision] = []
    draft = Draft(snapshot)
    for changes, about in commits:
        try:
            check_preconditions(draft, changes)
        except AqueductError as error:
            outcomes.append(error)
            continue
        wanted = effective(draft, changes)
        before = [draft.get(ref_of(change)) for change in wanted]
        if wanted:
            draft.add(wanted, draft.revision + 1)
        committed = _committed(draft, wanted)
        outcomes.append(committed)
        recorded = _recorded(about, committed, before, now)
        if recorded.changes:
            revisions.append(recorded)
    return Group(draft.snapshot(), tuple(outcomes), tuple(revisions))


def _recorded(
    about: Revision, committed: Committed, before: Sequence[Resource | None], now: float
) -> Revision:
    made = Revision()
    made.CopyFrom(about)
    made.revision = committed.revision
    made.create_time.CopyFrom(timestamp(now))
    for change, was in zip(committed.changes, before, strict=True):
        became = resource_of(change)
        if not isinstance(was, Membership) and not isinstance(became, Membership) and (was or became):
            fill(made.changes.add(), ref_of(change), was, became)
    return made


def _committed(draft: Draft, changes: Iterable[Change]) -> Committed:
    return Committed(draft.revision, tuple(_as_stored(draft, change) for change in changes))


def _as_stored(draft: Draft, change: Change) -> Change:
    stored = draft.get(ref_of(change))
    return put(stored) if stored is not None else change
