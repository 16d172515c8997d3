"""Workers of earlier reloads, which finish their sessions: how many, and how many were cut off.

HAProxy ends an old worker, with all sessions that are left, at `hard-stop-after`. Many of them are
told in the log: each holds memory, and its share of health checks.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from aqueduct.errors import AqueductError
from aqueduct.ports.haproxy import HAProxy, HAProxyFailed

log = structlog.get_logger()

_BUSY, _IDLE = 1.0, 10.0
"""Seconds between two looks: while there are old workers, and otherwise."""
_MANY = 10


class Workers:
    """Counts them. `reloads` tells how many reloads there were: a further one is looked at soon."""

    def __init__(self, haproxy: HAProxy, reloads: Callable[[], int]) -> None:
        self._haproxy = haproxy
        self._reloads = reloads
        self._old: frozenset[int] = frozenset()
        self._has_many = False
        self.cut = 0
        """How many were ended by `hard-stop-after`, since Aqueduct started."""

    @property
    def old(self) -> int:
        """How many there were at the last look, a second ago at the most where there was a reload."""
        return len(self._old)

    async def run(self) -> None:
        """Count until cancelled."""
        reloads, waited = -1, 0.0
        while True:
            if self._old or self._reloads() != reloads or waited >= _IDLE:
                reloads, waited = self._reloads(), 0.0
                with suppress(HAProxyFailed, AqueductError):
                    await self._look()
            await asyncio.sleep(_BUSY)
            waited += _BUSY

    async def _look(self) -> None:
        old = frozenset(await self._haproxy.old_workers())
        for worker in self._old - old:
            if await self._haproxy.was_cut(worker):
                self.cut += 1
                log.warning("hard-stop-after ended sessions of an old worker", worker=worker)
        self._old = old
        if (len(old) >= _MANY) is not self._has_many:
            self._has_many = not self._has_many
            if self._has_many:
                log.warning("many old workers still finish their sessions", old_workers=len(old))
