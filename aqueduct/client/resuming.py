"""When to try again what failed, and how long to wait before: of calls, and of watches.

Pure: whoever asks tells the time, in seconds of a clock that never goes back.
"""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Final

import grpc

from aqueduct.client.errors import CallError

PATIENCE: Final = 10.0
"""Seconds that a server which is not there has to come back, unless a watch has seen it."""

_CALL: Final = (0.1, 0.2, 0.4, 0.8)
_LONGEST_OF_CALLS: Final = 1.0
_WATCH: Final = (0.1, 0.2, 0.4, 0.8, 1.6)
_LONGEST_OF_WATCHES: Final = 2.0
_BROKEN: Final = frozenset({grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL})
"""What libraries make of a connection that breaks, where no server says anything."""


class Retries:
    """The retries of one call that began at `now` and has `seconds` in all."""

    def __init__(self, now: float, seconds: float, *, is_safe: bool) -> None:
        self._deadline = now + seconds
        self._until = now + min(PATIENCE, seconds)
        self._is_safe = is_safe
        self._pauses = _pauses(_CALL, _LONGEST_OF_CALLS)

    def left(self, now: float) -> float:
        """Return the seconds that the next try may take."""
        return max(self._deadline - now, 0.0)

    def pause(self, error: CallError, now: float) -> float | None:
        """Return the seconds to wait before the next try; None where there is to be none."""
        passes = error.code is grpc.StatusCode.UNAVAILABLE and error.reason in ("", "SHUTTING_DOWN")
        if not (self._is_safe and passes):
            return None
        pause = next(self._pauses)
        return pause if now + pause < self._until else None


class Resumption:
    """The streams of one watch that began at `now`."""

    def __init__(self, now: float) -> None:
        self._until: float | None = now + PATIENCE
        self._pauses = _pauses(_WATCH, _LONGEST_OF_WATCHES)

    def answered(self) -> None:
        """Take note that a stream has told something."""
        self._until = None
        self._pauses = _pauses(_WATCH, _LONGEST_OF_WATCHES)

    def pause(self, error: CallError, now: float) -> float | None:
        """Return the seconds to wait before the next stream; None where the watch ends by the error."""
        is_lost = error.code is grpc.StatusCode.UNAVAILABLE or (error.code in _BROKEN and not error.reason)
        if not is_lost or (self._until is not None and now >= self._until):
            return None
        return next(self._pauses)


def _pauses(first: tuple[float, ...], longest: float) -> Iterator[float]:
    return chain(first, repeat(longest))
