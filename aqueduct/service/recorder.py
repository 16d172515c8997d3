"""What happens, told to those who keep or count it.

Whoever sees something happen records it here and goes on at once: nothing waits for a listener, and a
listener never fails whoever records.
"""

from collections.abc import Callable

import structlog

from aqueduct.model.times import seconds, timestamp
from aqueduct.ports.clock import Clock
from aqueduct.v1.activity_pb2 import Event

log = structlog.get_logger()

Listener = Callable[[Event], None]
"""Is told an event, with its time and without an id; it does not change it, and returns at once."""


class Recorder:
    """Takes note of events."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Listener] = []

    def on_event(self, listener: Listener) -> None:
        """Tell `listener` of each event from now on."""
        self._listeners.append(listener)

    def record(self, event: Event) -> None:
        """Tell of an event, which is given away. It gets the time where it has none, or a later one."""
        now = self._clock.time()
        if not event.HasField("time") or seconds(event.time) > now:
            event.time.CopyFrom(timestamp(now))
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("an event is lost on a listener", message=event.message)
