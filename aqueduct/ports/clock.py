"""The Clock port, so that time is a value that tests give."""

from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def monotonic(self) -> float:
        """Return seconds that never go back; only differences mean something."""
        ...

    def time(self) -> float:
        """Return seconds since 1970-01-01 UTC."""
        ...
