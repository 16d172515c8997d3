"""A collector of OpenTelemetry's on loopback, by gRPC and by HTTP: it keeps the spans that it is sent."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


def attributes(of: Any) -> dict[str, str | int]:
    """Return the attributes of a span, or of a resource."""
    return {
        each.key: each.value.int_value if each.value.HasField("int_value") else each.value.string_value
        for each in of.attributes
    }


class Collector(TraceServiceServicer):
    """What has come."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.resource: dict[str, str | int] = {}
        self._more = asyncio.Event()
        self.grpc_port = self.http_port = 0

    async def named(self, name: str, holds: Callable[[Span], bool] = lambda _: True) -> Span:
        """Return the span of that name, as soon as it has come, and what came with it."""
        while not (found := [each for each in self.spans if each.name == name and holds(each)]):
            self._more.clear()
            await self._more.wait()
        return found[0]

    def children(self, of: Span) -> dict[str, Span]:
        """Return the children of a span that have come, by name, in the order of their begins."""
        found = [each for each in self.spans if each.parent_span_id == of.span_id]
        return {each.name: each for each in sorted(found, key=lambda each: each.start_time_unix_nano)}

    async def Export(  # noqa: N802 # gRPC's name
        self, request: ExportTraceServiceRequest, _: object
    ) -> ExportTraceServiceResponse:
        self._take(request)
        return ExportTraceServiceResponse()

    async def by_http(self, request: web.BaseRequest) -> web.StreamResponse:
        assert request.path == "/v1/traces"
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self._take(ExportTraceServiceRequest.FromString(body))
        return web.Response(
            body=ExportTraceServiceResponse().SerializeToString(), content_type="application/x-protobuf"
        )

    def _take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.resource = attributes(resource.resource)
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)
        self._more.set()


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """Run a collector."""
    collector = Collector()
    server = grpc.aio.server()
    add: Any = add_TraceServiceServicer_to_server  # without types
    add(collector, server)
    collector.grpc_port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    http = web.Server(collector.by_http)
    listener = await asyncio.get_running_loop().create_server(http, "127.0.0.1", 0)
    collector.http_port = listener.sockets[0].getsockname()[1]
    try:
        yield collector
    finally:
        listener.close()
        await http.shutdown(0)
        await server.stop(0)
