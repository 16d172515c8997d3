"""What a change waits for, on one line of a terminal that is written anew; nothing where stderr is none."""

import shutil
import sys
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from aqueduct.cli.client import screen
from aqueduct.model.documents import to_document
from aqueduct.v1.haproxy_pb2 import BackendTransition, Status

_CLEAR: Final = "\r\x1b[2K"
_MOST: Final = 3
"""Switches that are told."""


class Progress:
    """Shows how long it has been, and the switches under way."""

    def __init__(self) -> None:
        self.is_seen = screen.is_terminal(sys.stderr)
        self._start = time.monotonic()
        self._is_shown = False

    def show(self, status: Status) -> None:
        """Tell how HAProxy stands."""
        text = line(status, time.monotonic() - self._start, datetime.now(UTC))
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(_CLEAR + text[:width])
        sys.stderr.flush()
        self._is_shown = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def line(status: Status, seconds: float, now: datetime) -> str:
    """Return the line after so many seconds."""
    told = [transition(each, now) for each in status.transitions[:_MOST]]
    more = len(status.transitions) - len(told)
    return "; ".join([f"waiting for {seconds:.0f} s", *told, *([f"and {more} more"] if more else [])])


def transition(of: BackendTransition, now: datetime) -> str:
    """Return how far a switch is, and how long it still has."""
    phase = to_document(of.transition).get("phase", "under way")
    versions = (
        f" {of.transition.from_version} -> {of.transition.to_version}" if of.transition.to_version else ""
    )
    until = ""
    if of.transition.HasField("deadline"):
        left = (of.transition.deadline.ToDatetime(UTC) - now).total_seconds()
        until = f", {max(left, 0):.0f} s left"
    return f"backends/{of.key} {phase}{versions}{until}"
