"""Changes on their way from the store to HAProxy, and those who wait for them."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aqueduct.errors import AqueductError
from aqueduct.model.resources import Ref
from aqueduct.ports.store import Committed
from aqueduct.v1.apply_pb2 import ApplyOutcome
from aqueduct.v1.common_pb2 import Annotation


def _outcome_future() -> "asyncio.Future[ApplyOutcome]":
    future = asyncio.get_running_loop().create_future()
    # The caller may have gone; an error that nobody waits for is in the status and in the log.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future


@dataclass(frozen=True, slots=True)
class Pending:
    """One commit that HAProxy does not serve yet.

    `places` tells where the caller's request holds which resource, so that an error can name the
    field; resources that the caller put as they were are among them, though the commit made nothing of
    them. `served` ends with the outcome, or with what hindered it.
    """

    committed: Committed
    places: Mapping[Ref, str]
    annotation: Annotation = field(default_factory=Annotation)
    """What its caller said of it."""
    served: "asyncio.Future[ApplyOutcome]" = field(default_factory=_outcome_future)

    @property
    def revision(self) -> int:
        """The store revision of the commit."""
        return self.committed.revision

    @property
    def refs(self) -> Collection[Ref]:
        """The resources that the caller named."""
        return self.places.keys()

    def succeed(self, outcome: ApplyOutcome) -> None:
        """Tell the caller that HAProxy serves by the commit."""
        if not self.served.done():
            self.served.set_result(outcome)

    def fail(self, error: AqueductError) -> None:
        """Tell the caller why HAProxy does not serve by the commit."""
        if not self.served.done():
            self.served.set_exception(error)
