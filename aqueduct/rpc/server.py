"""The gRPC server: services, health and reflection, assembled and started.

Reflection names all of them, so that grpcurl and its like need no .proto at hand.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection

from aqueduct.errors import ConfigurationError
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.health import Health
from aqueduct.rpc.interceptor import CallInterceptor
from aqueduct.rpc.listen import check_free, target
from aqueduct.rpc.servicers import SERVICES, Servicers
from aqueduct.service.status import StatusService

MAX_RECEIVE_BYTES: Final = 16 * 1024 * 1024

_OPTIONS: Final = (
    # A second server on the address shall fail, not take half of the calls.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
    # Clients may ping as often as every 10 s, without calls too; by default that is GOAWAY (too_many_pings).
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)


class Pings(NamedTuple):
    """How a client that is gone without a word is noticed: else its watches would go on for hours."""

    every: float = 10.0
    """Seconds of silence after which it is asked whether it is there."""
    within: float = 10.0
    """Seconds that it has to answer."""

    def options(self) -> Sequence[tuple[str, int]]:
        """Return them as gRPC takes them."""
        within = round(self.within * 1e3)
        return (
            ("grpc.keepalive_time_ms", round(self.every * 1e3)),
            ("grpc.keepalive_timeout_ms", within),
            # Of the two this is the one that ends a connection: 60 s by default, whatever the other says.
            ("grpc.http2.ping_timeout_ms", within),
        )


class GrpcServer:
    """Serves the API over gRPC, without TLS."""

    def __init__(
        self, servicers: Servicers, calls: Calls, status: StatusService, pings: Pings | None = None
    ) -> None:
        self._options = (*_OPTIONS, *(pings or Pings()).options())
        self._servicers = servicers
        self._calls = calls
        self._status = status
        self._health = Health(SERVICES)
        self._server: grpc.aio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`, 0 for any that is free; return the port.

        ConfigurationError where that address cannot be had.
        """
        await check_free(host, port)
        server = grpc.aio.server(interceptors=[CallInterceptor(self._calls)], options=self._options)
        self._add_services(server)
        try:
            bound = server.add_insecure_port(target(host, port))
        except RuntimeError as error:  # taken just now, or a name that gRPC resolves otherwise
            raise ConfigurationError(f"cannot listen on {target(host, port)}: {error}") from error
        await server.start()
        self._server = server
        self._status.on_state(self._health.update)
        return bound

    async def stop(self, grace: float) -> None:
        """Take no more calls; those under way have `grace` seconds to finish, then they are cancelled."""
        self._health.shut_down()
        if self._server is not None:
            await self._server.stop(grace)

    def _add_services(self, server: grpc.aio.Server) -> None:
        self._servicers.add_to(server)
        add_HealthServicer_to_server(self._health, server)
        health = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
        reflection.enable_server_reflection((*SERVICES, health, reflection.SERVICE_NAME), server)
