"""The metrics of one Aqueduct, in a registry of their own.

What happens is told to `note_...`, which take about a microsecond and never fail; what is the case is read at
each scrape (standing.py). Labels are bounded: no backend, member, or client makes one.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from aqueduct.metrics.calls import CallMetrics
from aqueduct.metrics.reasons import REASONS, reason_class
from aqueduct.model.tokens import tokens
from aqueduct.v1.activity_pb2 import VERB_ACTIVITY_LOST, Event, Verb
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, ApplyKind, ApplyOutcome

_APPLY: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
_COMMIT: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_LAG: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_KINDS: Final = tokens(ApplyKind.DESCRIPTOR)
_VERBS: Final = {verb: word for verb, word in tokens(Verb.DESCRIPTOR).items() if verb != VERB_ACTIVITY_LOST}
"""Those of what happens: that events are missing is counted by itself."""


class Metrics:
    """What is counted, and what is told of it."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self.calls = CallMetrics(registry)
        """The interceptor of calls."""
        self._applies = Counter("aqueduct_applies", "Applies.", ("kind", "result"), registry=registry)
        self._apply_seconds = _histogram(
            registry, "aqueduct_apply_duration_seconds", "Time until HAProxy serves.", _APPLY, "kind"
        )
        self._reloads = Counter(
            "aqueduct_reloads", "Reloads of HAProxy, by their reason.", ("reason",), registry=registry
        )
        self._commit_seconds = _histogram(
            registry,
            "aqueduct_store_commit_duration_seconds",
            "Time of a write to the store, which commits share, until it is durable.",
            _COMMIT,
        )
        self._lag = _histogram(
            registry,
            "aqueduct_stream_lag_seconds",
            "Time from what a message tells until its stream sends it.",
            _LAG,
            "stream",
        )
        self._events = Counter("aqueduct_events", "What happened.", ("verb",), registry=registry)
        self._begin()

    def watch(self, collector: Collector) -> None:
        """Have `collector` tell its part at each scrape."""
        self._registry.register(collector)

    def note_apply(self, outcome: ApplyOutcome) -> None:
        """Count an apply, one that failed too."""
        kind = _KINDS[outcome.kind]
        self._applies.labels(kind, "failed" if outcome.error else "served").inc()
        self._apply_seconds.labels(kind).observe(outcome.duration.ToMicroseconds() / 1e6)
        if outcome.kind == APPLY_KIND_RELOAD and not outcome.error:
            self._reloads.labels(reason_class(outcome.reason)).inc()

    def note_commit(self, seconds: float) -> None:
        """Count a write to the store."""
        self._commit_seconds.observe(seconds)

    def note_lag(self, stream: str, seconds: float) -> None:
        """Count a message of a stream, by its name; one that seems early, by a clock set back, as at once."""
        self._lag.labels(stream).observe(max(0.0, seconds))

    def note_event(self, event: Event) -> None:
        """Count an event."""
        self._events.labels(_VERBS[event.verb]).inc()

    def exposition(self, accept: str | None) -> tuple[bytes, str]:
        """Return all metrics, and their media type: OpenMetrics or the text format, as `accept` likes."""
        try:
            encode, media_type = choose_encoder(accept or "")
        except (TypeError, ValueError):  # it names a version that is none
            encode, media_type = choose_encoder("")
        return encode(_WithoutCreated(self._registry)), media_type

    def _begin(self) -> None:
        """Have what may happen be told as 0 until it does: a rate sees the first time."""
        for kind in _KINDS.values():
            for result in ("served", "failed"):
                self._applies.labels(kind, result)
        for reason in REASONS:
            self._reloads.labels(reason)
        for verb in _VERBS.values():
            self._events.labels(verb)


class _WithoutCreated(Collector):
    """A registry that leaves out when each counter was made: a third of all there is, and of no use here.

    prometheus-client has a switch for it, which would be one for the whole process.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._of = registry

    def collect(self) -> Iterator[Metric]:
        """Tell the rest."""
        for metric in self._of.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric


def _histogram(
    registry: CollectorRegistry, name: str, text: str, buckets: tuple[float, ...], *labels: str
) -> Histogram:
    return Histogram(name, text, labels, buckets=buckets, registry=registry)
