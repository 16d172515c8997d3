"""Whether HAProxy answers: noted by those who ask it anyway, told to those who want to know.

A worker that hangs is alive, and no death is seen: that it is silent is all there is to see. What fails once
may be a reload that came between; what fails for PATIENCE, or takes that long to fail, is silence. With
nobody who asks nothing is noted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aqueduct.ports.clock import Clock
from aqueduct.ports.haproxy import HAProxyFailed

PATIENCE: Final = 1.0
"""Seconds without an answer that are none of note."""


class Answering:
    """What became of the questions that one HAProxy was asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answered = float("-inf")
        self._failing: float | None = None
        self.silent_since: float | None = None
        """When it was first asked in vain, in seconds since 1970-01-01 UTC; None while it answers."""

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Note whether a question fails with HAProxyFailed, which is raised again."""
        asked = self._clock.monotonic()
        try:
            yield
        except HAProxyFailed:
            self._note_failure(asked)
            raise
        self.forget()
        self._answered = self._clock.monotonic()

    def forget(self) -> None:
        """Note that it has answered, or is another by now."""
        self._failing = self.silent_since = None

    def _note_failure(self, asked: float) -> None:
        if asked < self._answered:  # it has answered somebody else since
            return
        now = self._clock.monotonic()
        self._failing = asked if self._failing is None else self._failing
        if self.silent_since is None and now - self._failing >= PATIENCE:
            self.silent_since = self._clock.time() - (now - self._failing)
