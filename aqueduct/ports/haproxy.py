"""The HAProxy port: one running HAProxy, from its first start to its last reload.

Configurations that pass here are bodies: the sections that were rendered. What Aqueduct needs for
itself (generation, sockets, state file) is put before them by the adapter, and `running` is free
of it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from aqueduct.model.bind import Address
from aqueduct.model.capabilities import Capabilities
from aqueduct.model.server_states import NO_STATES, SectionStates
from aqueduct.plan.rows import NO_ROWS, StateRows
from aqueduct.v1.haproxy_pb2 import HAProxyInfo


@dataclass(frozen=True, slots=True)
class Alert:
    """One complaint of HAProxy about a configuration.

    `line` counts the lines of the body from 1; it is None where HAProxy named none, or one that is
    not of the body. `message` is HAProxy's own, without its log prefix.
    """

    line: int | None
    message: str


class HAProxyFailed(Exception):
    """HAProxy did not start or reload; the message tells why, in its own words where it had some.

    After a failed reload the workers that served before serve on.
    """


class HAProxyEnded(HAProxyFailed):
    """HAProxy ended while it was spoken to; nothing serves any more."""


class HAProxy(Protocol):
    """One HAProxy in master-worker mode. Called by one task at a time, but for check and try_bind.

    Whatever writes files raises Exhausted (`DISK_FULL`) for a full disk, and Unavailable (`HAPROXY_FILES`)
    where they cannot be used for another reason: HAProxy has not been asked then.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this HAProxy can do."""
        ...

    async def check(self, config: str) -> tuple[Alert, ...]:
        """Have HAProxy read `config`, and return its errors; none where it would load. Many may run at once.

        HAProxyFailed where HAProxy could not be had to read it.
        """
        ...

    async def try_bind(self, addresses: Sequence[Address], held: Sequence[Address]) -> dict[Address, str]:
        """Try to bind `addresses`; return those that cannot be had, each with the reason.

        `held` are those that the running HAProxy listens on: they are taken for available, and so is
        what overlaps them. Traffic notices nothing of it. Only addresses are tried: what parameters
        of a bind line make of them (`v6only`, `interface`, `transparent`) is not known here.
        """
        ...

    async def adopt(self) -> str | None:
        """Take over a running HAProxy of this data directory; return the body that it runs.

        None where none runs. Where one runs whose configuration cannot be told, the body is empty.
        One that does not answer within a minute is ended, as it can never be told anything again; one
        whose socket was removed is so within seconds.
        """
        ...

    async def start(
        self, config: str, servers: StateRows = NO_ROWS, states: SectionStates = NO_STATES
    ) -> None:
        """Start HAProxy on `config`, its `servers` in these states, and return when it serves.

        `states` are noted for whoever adopts it (ports/runtime.py).

        HAProxyFailed where it does not, or where one runs already. A HAProxy whose start is cancelled
        may go on with it: `stop` ends it, `adopt` takes it over.
        """
        ...

    async def reload(
        self,
        config: str,
        servers: StateRows = NO_ROWS,
        rest: StateRows = NO_ROWS,
        states: SectionStates = NO_STATES,
    ) -> None:
        """Have a new worker take over with `config`; return when it serves.

        Its servers are as the old worker tells them, but for those that `servers` tell. `rest` are the
        states that a fresh HAProxy has to know, until the next reload. `states` are noted for whoever
        adopts the new worker (ports/runtime.py).

        HAProxyFailed where HAProxy refuses `config`: the old worker serves on. Unavailable
        (`HAPROXY_SILENT`) where HAProxy does not answer, so that it is not known which serves; the
        next reload finds out, as it does after a reload that was cancelled. HAProxyEnded where
        HAProxy is gone.
        """
        ...

    async def write_down(self, config: str, rest: StateRows) -> None:
        """Make the file of the worker that serves `config`, as it was changed live, and `rest` its states."""
        ...

    async def is_serving(self) -> bool:
        """Tell whether the worker that serves is the one that was started, reloaded or adopted last.

        It is not where somebody else had HAProxy reload. HAProxyFailed where it does not answer.
        """
        ...

    async def old_workers(self) -> Collection[int]:
        """Return the workers of earlier reloads that still finish their sessions."""
        ...

    async def was_cut(self, worker: int) -> bool:
        """Tell whether a worker that has ended was ended by `hard-stop-after`, with sessions left."""
        ...

    async def ended(self) -> str:
        """Wait until the HAProxy that was started or adopted has ended, all of its workers too; tell how.

        Returns at once where it has already. Safe to cancel.
        """
        ...

    async def info(self) -> HAProxyInfo:
        """Return what the serving worker says of itself. Unavailable while none serves."""
        ...

    async def stop(self) -> None:
        """End HAProxy and its workers at once. Does nothing where none runs."""
        ...

    def config(self, body: str | None = None) -> str:
        """Return the configuration file that HAProxy runs, whole; empty where none runs.

        `body` is what runs, where that has been changed live since it was written.
        """
        ...
