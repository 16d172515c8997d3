"""The States port: the log that workers write to, and the Runtime API where that may not have told all."""

import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

from aqueduct.haproxy.live import LiveRuntime
from aqueduct.haproxy.servers import statuses
from aqueduct.haproxy.show_stat import is_failure
from aqueduct.haproxy.state_log import StateLog
from aqueduct.ports.states import Asked, Doubt, Listener

_DROPPED = re.compile(r"^DroppedLogs: (\d+)$", re.MULTILINE)


class PushedStates:
    """How the servers of the HAProxy in a directory stand."""

    def __init__(self, log: StateLog, runtime: LiveRuntime) -> None:
        self._log = log
        self._runtime = runtime

    def on_told(self, listener: Listener) -> None:
        """Tell `listener` at once what HAProxy tells, in order."""
        self._log.on_told(listener)

    def on_doubt(self, listener: Callable[[Doubt], None]) -> None:
        """Tell `listener` each time that something may not have been told."""
        self._log.on_doubt(listener)

    async def ask(self) -> AsyncIterator[Sequence[Asked]]:
        """Iterate over all servers, some hundred at a time."""
        (answer,) = await self._runtime.send(["show servers state"])
        self._log.read_all()
        for some in statuses(answer):
            yield some

    async def failures(self, backends: Collection[str]) -> Mapping[tuple[str, str], str]:
        """Return why the last checks failed of servers of `backends`, by the names of both."""
        told = await self._runtime.told(list(backends))
        return {
            (backend, name): server.check
            for backend, servers in told.items()
            for name, server in servers.items()
            if is_failure(server.check)
        }

    async def dropped(self) -> int:
        """Return how many lines the worker could not send."""
        (answer,) = await self._runtime.send(["show info"])
        found = _DROPPED.search(answer)
        return int(found[1]) if found is not None else 0
