"""How long to wait before HAProxy is started again.

The first death is answered at once, since clients are waiting. An HAProxy that keeps dying is
started with doubling pauses, so that a crash loop costs no core and the log stays readable.
"""

from dataclasses import dataclass

STABLE_AFTER = 10.0
"""Seconds of service after which earlier failures are forgotten."""
FAILED_AFTER = 3
"""So many failures in a row are reported as the error state."""
_FIRST, _LONGEST = 0.1, 10.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Failures in a row. Failing starts and deaths soon after a start both count."""

    failures: int = 0

    @property
    def failed(self) -> bool:
        """Whether this is no passing trouble any more."""
        return self.failures >= FAILED_AFTER

    @property
    def delay(self) -> float:
        """Seconds to wait before the next start: 0, 0.1, 0.2, 0.4 ... 10."""
        return 0.0 if self.failures <= 1 else min(_FIRST * 2 ** (self.failures - 2), _LONGEST)

    def after_failure(self, served_seconds: float) -> "Backoff":
        """Return the count after one more failure, which ended `served_seconds` of service."""
        return Backoff(1 if served_seconds >= STABLE_AFTER else self.failures + 1)
