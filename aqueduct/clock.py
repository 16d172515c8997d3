"""The Clock port on the machine's clock."""

import time


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970-01-01 UTC."""
        return time.time()
