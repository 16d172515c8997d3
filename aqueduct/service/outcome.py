"""Outcomes of applies: measured, logged, and kept as messages."""

from dataclasses import dataclass

import structlog
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from aqueduct.model.times import seconds
from aqueduct.ports.clock import Clock
from aqueduct.stages import Stage, Words
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RUNTIME, ApplyKind, ApplyOutcome

log = structlog.get_logger()

_MANY = (APPLY_KIND_NOTHING, APPLY_KIND_RUNTIME)
"""Hundreds a second, maybe: logged with `--debug` alone."""


def stage_of(outcome: ApplyOutcome) -> Stage:
    """Return an apply as a stage of the call that waited for it."""
    ended = seconds(outcome.finish_time)
    fields: Words = {"kind": _word(outcome), "reason": outcome.reason, "revision": outcome.revision}
    return Stage("apply", ended - seconds(outcome.duration), ended, fields)


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Measures one apply from its begin."""

    clock: Clock
    began: float

    @classmethod
    def started(cls, clock: Clock) -> "Stopwatch":
        """Begin to measure."""
        return cls(clock, clock.monotonic())

    def applied(self, kind: ApplyKind, revision: int, reason: str = "") -> ApplyOutcome:
        """Return the outcome of the apply that ends now and served, and log it."""
        outcome = self._outcome(kind, revision, reason, error="")
        (log.debug if kind in _MANY else log.info)("applied", **_fields(outcome))
        return outcome

    def failed(self, kind: ApplyKind, revision: int, error: str) -> ApplyOutcome:
        """Return the outcome of the apply that ends now and failed, and log it."""
        outcome = self._outcome(kind, revision, reason="", error=error)
        log.error("apply failed", **_fields(outcome), error=error)
        return outcome

    def _outcome(self, kind: ApplyKind, revision: int, reason: str, error: str) -> ApplyOutcome:
        duration, finish_time = Duration(), Timestamp()
        duration.FromMicroseconds(round((self.clock.monotonic() - self.began) * 1e6))
        finish_time.FromMicroseconds(round(self.clock.time() * 1e6))
        return ApplyOutcome(
            kind=kind,
            reason=reason,
            revision=revision,
            duration=duration,
            finish_time=finish_time,
            error=error,
        )


def _fields(outcome: ApplyOutcome) -> dict[str, object]:
    return {
        "revision": outcome.revision,
        "kind": _word(outcome),
        "reason": outcome.reason,
        "duration_ms": round(outcome.duration.ToMicroseconds() / 1e3, 1),
    }


def _word(outcome: ApplyOutcome) -> str:
    return ApplyKind.Name(outcome.kind).removeprefix("APPLY_KIND_").lower()
