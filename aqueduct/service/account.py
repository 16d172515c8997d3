"""What has come of applies, and who is told of it: callers, listeners, GetStatus."""

from collections.abc import Callable, Sequence

import structlog

from aqueduct.errors import Unavailable
from aqueduct.service.excluded import Excluded
from aqueduct.service.pending import Pending
from aqueduct.v1.apply_pb2 import ApplyOutcome
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.haproxy_pb2 import Refusal

log = structlog.get_logger()


class Account:
    """Listeners return at once, and never fail."""

    def __init__(self) -> None:
        self.excluded = Excluded()
        """What is stored but cannot be served."""
        self.applied_revision = 0
        """The revision that HAProxy serves."""
        self.last_apply: ApplyOutcome | None = None
        """The newest apply that has ended, or failed."""
        self.on_served: Callable[[Sequence[Change]], None] = lambda _: None
        """Told the changes of each commit that HAProxy serves since."""
        self.on_apply: list[Callable[[ApplyOutcome], None]] = []
        """Are told each apply that has ended, one that failed too."""
        self.on_refused: list[Callable[[Refusal], None]] = []
        """Are told what is not served, and writes taken back."""
        self._told: list[Refusal] = []

    def holds(self, pending: Pending) -> bool:
        """Tell whether a commit that changes nothing is served already, all that its caller named."""
        is_served = not pending.committed.changes and pending.revision <= self.applied_revision
        return is_served and self.excluded.resources.keys().isdisjoint(pending.refs)

    def note_apply(self, outcome: ApplyOutcome) -> None:
        """Note an apply that has ended, or failed."""
        self.last_apply = outcome
        for listener in self.on_apply:
            listener(outcome)

    def note_served(
        self,
        outcome: ApplyOutcome,
        excluded: Excluded,
        served: Sequence[Pending],
        waiting: Sequence[Pending],
    ) -> None:
        """Note that all is served but `excluded`, and `waiting`; tell the callers of `served`."""
        self.excluded = excluded
        self.note_apply(outcome)
        unserved = [commit.revision - 1 for commit in waiting if commit.committed.changes]
        self.applied_revision = min([outcome.revision, *unserved])
        self._tell_excluded()
        for commit in served:
            self._tell(commit, outcome)
            self.on_served(commit.committed.changes)

    def note_refused(self, refusal: Refusal) -> None:
        """Note what is not served, or taken back."""
        for listener in self.on_refused:
            listener(refusal)

    def _tell_excluded(self) -> None:
        known, self._told = self._told, self.excluded.refusals()
        for refusal in self._told:
            if refusal in known:
                continue
            log.error(
                "stored but not served",
                resource=refusal.resource,
                field=refusal.field,
                reason=refusal.message,
            )
            self.note_refused(refusal)

    def _tell(self, commit: Pending, outcome: ApplyOutcome) -> None:
        resources = self.excluded.resources
        found = [resources[ref] for ref in commit.refs if ref in resources]
        if found:
            told = f"stored as revision {commit.revision}, but not served: {found[0].message}"
            commit.fail(Unavailable("NOT_SERVED", told))
        else:
            commit.succeed(outcome)
