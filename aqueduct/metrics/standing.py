"""What is the case when somebody asks: read off the services at each scrape, and counted nowhere before.

Labels are words of HAProxy's states, of phases, and names of sources that are configured: never of a backend.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from aqueduct.model.snapshot import Snapshot
from aqueduct.model.tokens import tokens
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.status import StatusService
from aqueduct.service.streams import Streams
from aqueduct.v1.backend_pb2 import TransitionPhase
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, HAProxyState, Status

_STATES: Final = tokens(HAProxyState.DESCRIPTOR)
_PHASES: Final = tokens(TransitionPhase.DESCRIPTOR)


@dataclass(frozen=True, slots=True, eq=False)
class Standing(Collector):
    """Tells how an Aqueduct stands."""

    services: StatusService
    snapshot: Callable[[], Snapshot]
    """What is stored."""
    store_bytes: Callable[[], int]
    streams: Streams
    registrations: Callable[[], int]
    """How many there are in Aqueduct's own registry."""
    activity_lost: Callable[[], int]
    """Events that could not be kept."""
    began: float
    """When Aqueduct began, in seconds since 1970-01-01 UTC."""

    def collect(self) -> Iterator[Metric]:
        """Tell all of it."""
        status = self.services.status()
        yield _gauge("aqueduct_start_time_seconds", "When Aqueduct began, in seconds since 1970.", self.began)
        yield _labelled("aqueduct_build_info", "Its version.", "version", {status.version: 1})
        yield from self._haproxy(status)
        yield from self._store(status)
        yield from self._refused(status)
        yield from _sources(status, self.services.discoveries)
        yield _gauge(
            "aqueduct_streams_limit", "The most streams there may be (--max-streams).", self.streams.most
        )
        yield _gauge("aqueduct_streams_limited", "Streams that count towards the limit.", self.streams.open)
        yield _counter(
            "aqueduct_activity_lost", "Events that could not be kept: a full disk, say.", self.activity_lost()
        )
        yield _gauge("aqueduct_registrations", "Registrations in the own registry.", self.registrations())

    def _haproxy(self, status: Status) -> Iterator[Metric]:
        is_up = status.haproxy_state == HA_PROXY_STATE_RUNNING and not status.HasField("silent_since")
        yield _gauge("aqueduct_haproxy_up", "Whether HAProxy serves, and answers.", is_up)
        states = {word: status.haproxy_state == state for state, word in _STATES.items()}
        yield _labelled("aqueduct_haproxy_state", "1 for what HAProxy does, else 0.", "state", states)
        yield _gauge(
            "aqueduct_haproxy_start_time_seconds",
            "When HAProxy was started, or taken over, in seconds since 1970; 0: not yet.",
            self.services.reconciler.life.since,
        )
        yield _gauge(
            "aqueduct_haproxy_old_workers", "Workers of earlier reloads that finish.", status.old_workers
        )
        yield _counter(
            "aqueduct_haproxy_cut_workers", "Workers that hard-stop-after has ended.", status.cut_workers
        )
        yield _counter("aqueduct_drifts", "Findings that HAProxy ran what it should not.", status.drifts)

    def _store(self, status: Status) -> Iterator[Metric]:
        snapshot = self.snapshot()
        yield _gauge("aqueduct_stored_revision", "Revision of the store.", status.stored_revision)
        yield _gauge("aqueduct_applied_revision", "Revision that HAProxy serves.", status.applied_revision)
        yield _gauge("aqueduct_store_size_bytes", "Size of the store's file.", self.store_bytes())
        stored = {"frontend": len(snapshot.frontends), "backend": len(snapshot.backends)}
        yield _labelled("aqueduct_resources", "Stored resources.", "kind", stored)

    def _refused(self, status: Status) -> Iterator[Metric]:
        yield _gauge("aqueduct_refusals", "What is stored and not served.", len(status.refusals))
        yield _gauge(
            "aqueduct_missing_backends",
            "Backends that frontends name and that there are not.",
            len(status.missing_backends),
        )
        phases = Counter(int(each.transition.phase) for each in status.transitions)
        switches = {word: phases[phase] for phase, word in _PHASES.items()}
        yield _labelled("aqueduct_switches", "Switches of members under way.", "phase", switches)


def _sources(status: Status, discoveries: Discoveries) -> Iterator[Metric]:
    """Tell of the sources that are configured; others may have any name."""
    counts = discoveries.counts()
    sources = [source for source in status.sources if source.name in counts]
    answered = {each.name: each.answer_time.ToMicroseconds() / 1e6 for each in sources}
    held = {each.name: len(each.held_services) for each in sources}
    for name, text, values in (
        ("up", "Whether a source of members answers.", {each.name: not each.error for each in sources}),
        ("answer_time_seconds", "When it last answered, in seconds since 1970; 0: never.", answered),
        ("held_services", "Services of which it tells no members, which is not believed.", held),
        ("services", "Services that are followed.", {name: count.services for name, count in counts.items()}),
        ("members", "Members that it knows.", {name: count.members for name, count in counts.items()}),
    ):
        yield _labelled(f"aqueduct_discovery_{name}", text, "source", values)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, float(value))


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, float(value))


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], float(value))
    return family
