"""What an Aqueduct tells of itself to monitoring: metrics, and traces where the environment asks for them.

A part of the composition root. Services know nothing of it: they tell callables what happens, or
are looked at.
"""

import os
from collections.abc import Callable, Sequence

from aqueduct import __version__
from aqueduct.gateway.answers import Answer
from aqueduct.metrics.metrics import Metrics
from aqueduct.metrics.standing import Standing
from aqueduct.ports.clock import Clock
from aqueduct.rpc.calls import Interceptor
from aqueduct.service.control import ControlPlane
from aqueduct.service.streams import Streams
from aqueduct.store.lmdb import LmdbStore
from aqueduct.tracing.configured import tracing


class Telemetry:
    """Those of one Aqueduct, which begins now."""

    def __init__(self, clock: Clock) -> None:
        self.metrics = Metrics()
        self._tracing = tracing(os.environ, __version__)
        traced = [self._tracing] if self._tracing is not None else []
        self.interceptors: Sequence[Interceptor] = (self.metrics.calls, *traced)
        """Of every call."""
        self.pages = {"/metrics": self._page}
        """For the gateway."""
        self._began = clock.time()

    def attach(
        self,
        store: LmdbStore,
        control: ControlPlane,
        streams: Streams,
        *,
        registrations: Callable[[], int],
        activity_lost: Callable[[], int],
    ) -> None:
        """Have these be counted and looked at from now on.

        `registrations` counts those of the registry, `activity_lost` events that could not be kept.
        """
        store.on_write = self.metrics.note_commit
        control.reconciler.account.on_apply.append(self.metrics.note_apply)
        control.recorder.on_event(self.metrics.note_event)
        streams.on_lag = self.metrics.note_lag
        self.metrics.watch(
            Standing(
                control.status,
                store.snapshot,
                store.size,
                streams,
                registrations,
                activity_lost,
                self._began,
            )
        )

    async def close(self, seconds: float) -> None:
        """Tell what is left to be told, for so many seconds at the most."""
        if self._tracing is not None:
            await self._tracing.close(seconds)

    def _page(self, accept: str | None) -> Answer:
        body, media_type = self.metrics.exposition(accept)
        return Answer(body, media_type, headers={"Cache-Control": "no-cache"})
