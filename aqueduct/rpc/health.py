"""grpc.health.v1: every service, and the server as a whole (""), serves while HAProxy runs.

Watches get the newest status: those that a slow client missed are skipped (doc/health-checking.md
of gRPC). They end when the server shuts down, after a last NOT_SERVING: a stream that never ends
would hold up the shutdown for all of its grace.
"""
# ruff: noqa: N802, D102 # the methods are those of grpc/health/v1/health.proto, which documents them

import asyncio
from collections.abc import AsyncIterator, Iterable

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthServicer

from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, HAProxyState

Context = grpc.aio.ServicerContext[HealthCheckRequest, HealthCheckResponse]


class Health(HealthServicer):
    """The health of `services`."""

    def __init__(self, services: Iterable[str]) -> None:
        self._services = frozenset({"", *services})
        self._serves = False
        self._is_shut_down = False
        self._changed = asyncio.Event()

    def update(self, state: HAProxyState) -> None:
        """Take note of what HAProxy does."""
        self._serves = state == HA_PROXY_STATE_RUNNING
        self._wake()

    def shut_down(self) -> None:
        """Serve no more, and end the watches."""
        self._is_shut_down = True
        self._wake()

    def _wake(self) -> None:
        woken, self._changed = self._changed, asyncio.Event()
        woken.set()

    def _status(self) -> int:
        serves = self._serves and not self._is_shut_down
        return HealthCheckResponse.SERVING if serves else HealthCheckResponse.NOT_SERVING

    async def Check(self, request: HealthCheckRequest, context: Context) -> HealthCheckResponse:
        if request.service not in self._services:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"there is no service {request.service}")
        return HealthCheckResponse(status=self._status())

    async def List(self, _request: Message, _: object) -> Message:
        status = HealthCheckResponse(status=self._status())
        statuses = dict.fromkeys(self._services, status)
        response: Message = health_pb2.HealthListResponse(statuses=statuses)  # type: ignore[attr-defined] # newer than the stubs
        return response

    async def Watch(self, request: HealthCheckRequest, _: object) -> AsyncIterator[HealthCheckResponse]:
        is_known = request.service in self._services
        told: int | None = None
        while True:
            changed = self._changed
            status = self._status() if is_known else HealthCheckResponse.SERVICE_UNKNOWN
            if status != told:
                told = status
                yield HealthCheckResponse(status=status)
            elif self._is_shut_down:
                return
            else:
                await changed.wait()
