"""Whether HAProxy lives: seen by its process, told to those who ask, and when to start it again."""

import asyncio
from collections.abc import Callable

import structlog

from aqueduct.plan.backoff import Backoff
from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxy
from aqueduct.v1.haproxy_pb2 import (
    HA_PROXY_STATE_FAILED,
    HA_PROXY_STATE_RESTARTING,
    HA_PROXY_STATE_RUNNING,
    HA_PROXY_STATE_STARTING,
    HAProxyState,
)

log = structlog.get_logger()


class Life:
    """The life of one HAProxy, through its deaths. `wake` is called when it has ended."""

    def __init__(self, haproxy: HAProxy, clock: Clock, wake: Callable[[], None]) -> None:
        self._haproxy = haproxy
        self._clock = clock
        self._wake = wake
        self._watch: asyncio.Task[str] | None = None
        self._began = 0.0
        self._backoff = Backoff()
        self._listeners: list[Callable[[HAProxyState], None]] = []
        self.state: HAProxyState = HA_PROXY_STATE_STARTING
        self.error = ""
        """Why it does not run; empty while it does."""
        self.since = 0.0
        """When it was started or taken over, in seconds since 1970-01-01 UTC; 0 where it never was."""
        self.next_start = 0.0
        """When to start it again, by the clock's monotonic time. Only meant while it is down."""

    @property
    def up(self) -> bool:
        """Whether it was brought to serve, and `note_end` has not been called since."""
        return self._watch is not None

    @property
    def ended(self) -> bool:
        """Whether it has ended since it was brought to serve."""
        return self._watch is not None and self._watch.done()

    def on_state(self, listener: Callable[[HAProxyState], None]) -> None:
        """Tell `listener` the state now, and each time that it changes."""
        self._listeners.append(listener)
        listener(self.state)

    def note_begin(self) -> None:
        """Note that it serves, and watch it."""
        self._began, self.since = self._clock.monotonic(), self._clock.time()
        self._watch = asyncio.create_task(self._haproxy.ended(), name="watch HAProxy")
        self._watch.add_done_callback(lambda _: self._wake())
        self.error = ""
        self._set(HA_PROXY_STATE_RUNNING)

    async def note_end(self) -> None:
        """Note that it has ended, or is about to have: its last workers are waited for."""
        how = await self._watch if self._watch else "was not running"
        self._watch = None
        self.note_failure(f"HAProxy {how}", self._clock.monotonic() - self._began)

    def note_failure(self, error: str, served_seconds: float = 0.0) -> None:
        """Note that it is down because of `error`."""
        self.error = error
        self._backoff = self._backoff.after_failure(served_seconds)
        self.next_start = self._clock.monotonic() + self._backoff.delay
        log.error("HAProxy is down", error=error, next_start_in_s=self._backoff.delay)
        self._set(HA_PROXY_STATE_FAILED if self._backoff.failed else HA_PROXY_STATE_RESTARTING)

    async def close(self) -> None:
        """Watch it no more; it lives on."""
        if self._watch:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    def _set(self, state: HAProxyState) -> None:
        if state != self.state:
            self.state = state
            for listener in self._listeners:
                listener(state)
