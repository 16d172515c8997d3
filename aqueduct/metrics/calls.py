"""Calls, counted and timed, by whichever protocol they came.

Methods are those that there is code for: what a client asks for besides makes no label. Streams are counted
and not timed: how long one lasts is its client's affair.
"""

import time
from types import TracebackType
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from aqueduct.rpc.calls import Call

_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
_LABELS: Final = ("protocol", "method")


class CallMetrics:
    """An interceptor of calls."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "aqueduct_rpcs", "Calls that have ended, by gRPC's code.", (*_LABELS, "code"), registry=registry
        )
        self._seconds = Histogram(
            "aqueduct_rpc_duration_seconds",
            "Time from a call to its answer, streams left out.",
            _LABELS,
            buckets=_BUCKETS,
            registry=registry,
        )
        self._unary = Gauge(
            "aqueduct_rpcs_in_progress", "Calls under way, streams left out.", _LABELS, registry=registry
        )
        self._streams = Gauge("aqueduct_streams_open", "Streams that are open.", _LABELS, registry=registry)
        self._methods: dict[tuple[str, str, bool], _Method] = {}

    def __call__(self, call: Call) -> "_Counted":
        """Count a call while it is entered, and what came of it."""
        key = call.protocol, call.method, call.streams
        method = self._methods.get(key)
        if method is None:
            method = self._methods[key] = self._of(call)
        return _Counted(method, call)

    def _of(self, call: Call) -> "_Method":
        labels = call.protocol, call.method.removeprefix("/")
        under_way = (self._streams if call.streams else self._unary).labels(*labels)
        seconds = None if call.streams else self._seconds.labels(*labels)
        return _Method(self._ended, labels, under_way, seconds)


class _Method:
    """The counters of one method by one protocol: found once."""

    __slots__ = ("_codes", "_ended", "_labels", "seconds", "under_way")

    def __init__(
        self, ended: Counter, labels: tuple[str, str], under_way: Gauge, seconds: Histogram | None
    ) -> None:
        self._ended, self._labels = ended, labels
        self.under_way, self.seconds = under_way, seconds
        self._codes: dict[str, Counter] = {}

    def ended(self, code: str) -> None:
        """Count a call that has ended."""
        counter = self._codes.get(code)
        if counter is None:
            counter = self._codes[code] = self._ended.labels(*self._labels, code)
        counter.inc()


class _Counted:
    """One call."""

    __slots__ = ("_began", "_call", "_method")

    def __init__(self, method: _Method, call: Call) -> None:
        self._method, self._call = method, call

    async def __aenter__(self) -> None:
        self._method.under_way.inc()
        self._began = time.perf_counter()

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        method = self._method
        method.under_way.dec()
        method.ended(self._call.code)
        if method.seconds is not None:
            method.seconds.observe(time.perf_counter() - self._began)
