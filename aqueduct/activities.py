"""Activity of one Aqueduct, wired: its store, its log, who records, and who looks on."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Self

from aqueduct.ports.activity import Standing
from aqueduct.ports.clock import Clock
from aqueduct.ports.registry import Registry
from aqueduct.ports.store import Store
from aqueduct.service.activity import ActivityService
from aqueduct.service.activity_log import ActivityLog
from aqueduct.service.control import ControlPlane, Work
from aqueduct.service.recording import Recording
from aqueduct.service.streams import Streams
from aqueduct.settings import Settings
from aqueduct.store.activity import LmdbActivity
from aqueduct.v1.activity_pb2 import StartActivity


class Activities:
    """What happens and happened. Opened first, then attached to what it happens in."""

    def __init__(self, store: LmdbActivity, clock: Clock) -> None:
        self.store = store
        self._clock = clock
        self._recording: Recording | None = None
        self._log = ActivityLog(store, self._standing)
        self.work = Work("keep activity", self._log.run, self._log.stop)
        """To be ended after all that is recorded."""

    @classmethod
    async def open(cls, stack: AsyncExitStack, settings: Settings, clock: Clock) -> Self:
        """Open the store, until `stack` is left. ConfigurationError where that cannot be."""
        store = await LmdbActivity.open(settings.data_dir / "activity", settings.streams.activity, clock)
        stack.push_async_callback(store.close)
        return cls(store, clock)

    def attach(
        self,
        control: ControlPlane,
        store: Store,
        registry: Registry,
        master: Callable[[], int],
        streams: Streams,
    ) -> ActivityService:
        """Have what happens recorded from now on; return what tells it. `master`: see Recording."""
        control.recorder.on_event(self._log.note)
        self._recording = Recording(
            control, store, registry, master, self.store.standing(), clock=self._clock
        )
        return ActivityService(self.store, self._log, streams, self._clock)

    @property
    def lost(self) -> int:
        """How many events could not be kept."""
        return self._log.lost

    def note_started(self, start: StartActivity) -> None:
        """Record that Aqueduct has come to serve."""
        if self._recording is not None:
            self._recording.note_started(start)

    def _standing(self) -> Standing:
        return self._recording.members.taken() if self._recording is not None else {}
