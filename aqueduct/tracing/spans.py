"""Calls and their stages as spans of OpenTelemetry.

The span of a call is a server's, child of the one that its client names by `traceparent` (W3C), in gRPC's
metadata or HTTP's headers. Stages are its children, told when they are over. Spans go to their exporters in
batches, by a thread of their own: a collector that is slow or gone costs spans, and no call.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from google.rpc.code_pb2 import Code
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from aqueduct import stages
from aqueduct.rpc.calls import Call
from aqueduct.stages import Stage

_TRACED: Final = "/aqueduct."
"""Calls of health checks and of reflection make no spans."""
_FAULTS: Final = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
"""Codes that are the server's errors (OpenTelemetry's conventions for gRPC); others are the client's."""
_PROPAGATOR: Final = TraceContextTextMapPropagator()


def provider(exporters: Sequence[SpanExporter], environ: Mapping[str, str], version: str) -> TracerProvider:
    """Return what makes spans and gives them to `exporters`; sampled as the environment says."""
    is_named = environ.get("OTEL_SERVICE_NAME") or SERVICE_NAME in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    name = {} if is_named else {SERVICE_NAME: "aqueduct"}
    resource = Resource.create({SERVICE_VERSION: version, **name})
    made = TracerProvider(resource=resource, shutdown_on_exit=False)
    for exporter in exporters:
        made.add_span_processor(BatchSpanProcessor(exporter))
    return made


class Tracing:
    """An interceptor of calls, which makes their spans."""

    def __init__(self, provider: TracerProvider, version: str) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("aqueduct", version)

    @asynccontextmanager
    async def __call__(self, call: Call) -> AsyncIterator[None]:
        """Trace a call while it is entered."""
        if not call.method.startswith(_TRACED):
            yield
            return
        span = self._begun(call)
        try:
            if span.is_recording():
                with stages.told_to(lambda stage: self._tell(stage, span)):
                    yield
            else:
                yield
        finally:
            _end(span, call)

    async def close(self, seconds: float) -> None:
        """Export what is left, for so many seconds at the most."""
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        def export() -> None:
            self._provider.shutdown()
            loop.call_soon_threadsafe(done.set)

        # A thread that nobody waits for: an exporter that is at it may take as long as it was told to.
        threading.Thread(target=export, name="last spans", daemon=True).start()
        try:
            async with asyncio.timeout(seconds):
                await done.wait()
        except TimeoutError:
            pass

    def _begun(self, call: Call) -> Span:
        service, _, method = call.method.removeprefix("/").rpartition("/")
        return self._tracer.start_span(
            f"{service}/{method}",
            context=_PROPAGATOR.extract(call.metadata),
            kind=SpanKind.SERVER,
            attributes={
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": method,
                "aqueduct.protocol": call.protocol,
            },
        )

    def _tell(self, stage: Stage, parent: Span) -> None:
        about = {f"aqueduct.{name}": value for name, value in stage.about.items()}
        context = set_span_in_context(parent)
        span = self._tracer.start_span(
            stage.name, context=context, attributes=about, start_time=_nanoseconds(stage.began)
        )
        span.end(_nanoseconds(stage.ended))


def _end(span: Span, call: Call) -> None:
    span.set_attribute("rpc.grpc.status_code", Code.Value(call.code))
    if call.code in _FAULTS:
        span.set_status(Status(StatusCode.ERROR, call.code))
    span.end()


def _nanoseconds(time: float) -> int:
    return round(time * 1e9)
