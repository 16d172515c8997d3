"""What an Aqueduct tells of itself to monitoring: the metrics.

A part of the composition root. Services know nothing of it: they tell callables what happens, or
are looked at.
"""

from collections.abc import Callable

from aqueduct.gateway.answers import Answer
from aqueduct.metrics.metrics import Metrics
from aqueduct.metrics.standing import Standing
from aqueduct.ports.clock import Clock
from aqueduct.service.control import ControlPlane
from aqueduct.service.streams import Streams
from aqueduct.store.lmdb import LmdbStore


class Telemetry:
    """The metrics of one Aqueduct, which begins now."""

    def __init__(self, clock: Clock) -> None:
        self.metrics = Metrics()
        self.interceptors = (self.metrics.calls,)
        """Of every call."""
        self.pages = {"/metrics": self._page}
        """For the gateway."""
        self._began = clock.time()

    def attach(
        self, store: LmdbStore, control: ControlPlane, streams: Streams, registrations: Callable[[], int]
    ) -> None:
        """Have these be counted and looked at from now on. `registrations` counts those of the registry."""
        store.on_write = self.metrics.note_commit
        control.reconciler.on_apply = self.metrics.note_apply
        streams.on_lag = self.metrics.note_lag
        self.metrics.watch(
            Standing(control.status, store.snapshot, store.size, streams, registrations, self._began)
        )

    def _page(self, accept: str | None) -> Answer:
        body, media_type = self.metrics.exposition(accept)
        return Answer(body, media_type, headers={"Cache-Control": "no-cache"})
