"""Jobs that need HAProxy to themselves: the reconciler runs them between two applies.

Invariant: whoever waits is told what became of the job, or that it was not begun.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aqueduct.errors import AqueductError, Unavailable
from aqueduct.ports.haproxy import HAProxyEnded
from aqueduct.v1.apply_pb2 import ApplyOutcome

Job = Callable[[], Coroutine[Any, Any, ApplyOutcome]]


@dataclass(frozen=True, slots=True)
class _Asked:
    job: Job
    outcome: asyncio.Future[ApplyOutcome]


class Exclusive:
    """The jobs that wait, in their order. `wake` is called when there is one more."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._asked: list[_Asked] = []

    def __bool__(self) -> bool:
        return bool(self._asked)

    async def run(self, job: Job) -> ApplyOutcome:
        """Have `job` run in its turn, and return its outcome. One that has begun is not cancelled any more.

        Errors: the job's own; Unavailable while HAProxy is down, and once Aqueduct ends.
        """
        asked = _Asked(job, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        self._wake()
        return await asked.outcome

    async def next(self) -> None:
        """Run the next job. HAProxyEnded where HAProxy ended meanwhile."""
        asked = self._asked.pop(0)
        if asked.outcome.cancelled():
            return
        try:
            outcome = await asked.job()
        except HAProxyEnded as error:
            _fail(asked, Unavailable("HAPROXY_DOWN", str(error)))
            raise
        except AqueductError as error:
            _fail(asked, error)
        else:
            if not asked.outcome.done():
                asked.outcome.set_result(outcome)

    def refuse(self, error: AqueductError) -> None:
        """Tell all who wait that their jobs are not run."""
        asked, self._asked = self._asked, []
        for each in asked:
            _fail(each, error)


def _fail(asked: _Asked, error: AqueductError) -> None:
    if not asked.outcome.done():
        asked.outcome.set_exception(error)
