"""The server as a whole: where it listens, what it tells of itself, how it ends."""

import asyncio
import socket
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest, ServerReflectionResponse
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from aqueduct.clock import SystemClock
from aqueduct.errors import ConfigurationError
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.listen import check_free, target
from aqueduct.rpc.server import GrpcServer
from aqueduct.rpc.servicers import Servicers
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.registry import Registering
from aqueduct.service.streams import Streams
from aqueduct.service.versions import Versions
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.config_pb2_grpc import ConfigServiceStub
from aqueduct.v1.frontend_pb2 import PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceStub

from .conftest import Api
from .doubles import NoDiscoveries, configuration, history
from .test_frontends import frontend


def another(api: Api) -> GrpcServer:
    past = history(api.store, api.admission)
    servicers = Servicers(
        configuration(api.store, api.admission),
        past,
        api.status,
        api.reloads,
        Registering(None, Streams()),
        versions=Versions(NoDiscoveries()),
        config_watch=ConfigWatch(api.store, Streams(), SystemClock()),
        statistics=api.played.service,
        activity=api.happening.service,
    )
    return GrpcServer(servicers, Calls(), api.status)


class TestReflection:
    async def ask(self, api: Api, request: ServerReflectionRequest) -> ServerReflectionResponse:
        stub: Any = ServerReflectionStub(api.channel)  # type: ignore[arg-type] # its types know no grpc.aio
        response: ServerReflectionResponse
        (response,) = [found async for found in stub.ServerReflectionInfo(iter([request]))]
        return response

    async def test_it_lists_all_services(self, api: Api) -> None:
        response = await self.ask(api, ServerReflectionRequest(list_services=""))
        assert {service.name for service in response.list_services_response.service} == {
            "aqueduct.v1.BackendService",
            "aqueduct.v1.ConfigService",
            "aqueduct.v1.FrontendService",
            "aqueduct.v1.HAProxyService",
            "aqueduct.v1.RegistryService",
            "aqueduct.v1.ActivityService",
            "aqueduct.v1.StatsService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1alpha.ServerReflection",
        }

    async def test_it_describes_them(self, api: Api) -> None:
        request = ServerReflectionRequest(file_containing_symbol="aqueduct.v1.FrontendService")
        response = await self.ask(api, request)
        assert response.file_descriptor_response.file_descriptor_proto


class TestListening:
    async def test_an_address_in_use_is_told_in_one_line(self, api: Api) -> None:
        with pytest.raises(ConfigurationError) as raised:
            await another(api).start("127.0.0.1", api.port)
        assert str(raised.value) == f"cannot listen on 127.0.0.1:{api.port}: Address already in use"

    async def test_a_name_of_several_addresses_of_which_one_is_in_use(self, api: Api) -> None:
        with pytest.raises(ConfigurationError, match="Address already in use"):
            await another(api).start("localhost", api.port)

    @pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a..b"])
    async def test_an_address_that_cannot_be_had(self, api: Api, host: str) -> None:
        with pytest.raises(ConfigurationError, match=f"cannot listen on {host}:0: "):
            await another(api).start(host, 0)

    async def test_one_address_that_is_not_of_this_machine_is_no_hindrance(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, None, None, "", (host, 0)) for host in ("192.0.2.1", "127.0.0.1")]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        await check_free("a-name-of-two-addresses", 0)

    async def test_an_address_that_grpc_cannot_bind_although_it_was_free(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def free(_host: str, _port: int) -> None:
            return None

        monkeypatch.setattr("aqueduct.rpc.server.check_free", free)
        with pytest.raises(ConfigurationError, match="cannot listen on"):
            await another(api).start("127.0.0.1", api.port)

    @pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
    @pytest.mark.parametrize("host", ["::1", "[::1]"])
    async def test_ipv6(self, api: Api, host: str) -> None:
        server = another(api)
        port = await server.start(host, 0)
        async with grpc.aio.insecure_channel(f"[::1]:{port}") as channel:
            await HAProxyServiceStub(channel).GetStatus(GetStatusRequest())
        await server.stop(0)

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("127.0.0.1", "127.0.0.1:1"),
            ("::", "[::]:1"),
            ("[fe80::1%lo]", "[fe80::1%lo]:1"),
            ("localhost", "localhost:1"),
        ],
    )
    def test_spelling(self, host: str, expected: str) -> None:
        assert target(host, 1) == expected


class TestSizes:
    async def test_requests_may_be_larger_than_grpcs_default(self, api: Api) -> None:
        lines = [f"# {'x' * 900}"] * 1_000
        backends = [Backend(key=f"b{n}", type=BACKEND_TYPE_STATIC, natives=lines) for n in range(5)]
        large = ApplyRequest(changes=[Change(put_backend=backend) for backend in backends])
        assert large.ByteSize() > 4 * 1024 * 1024
        target = f"127.0.0.1:{api.port}"
        options = [("grpc.max_receive_message_length", -1)]  # the answer is as large
        async with grpc.aio.insecure_channel(target, options) as channel:
            response = await ConfigServiceStub(channel).Apply(large)
        assert len(response.changes) == len(backends)


class TestStop:
    async def test_calls_under_way_finish(self, api: Api) -> None:
        api.admission.served.clear()
        call = asyncio.ensure_future(api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend())))
        await api.admission.submitted.wait()
        stub: Any = HealthStub(api.channel)  # its types tell nothing of its methods
        watch = stub.Watch(HealthCheckRequest())
        assert (await watch.read()).status == HealthCheckResponse.SERVING
        stopping = asyncio.create_task(api.server.stop(60))
        assert (await watch.read()).status == HealthCheckResponse.NOT_SERVING  # it has begun
        assert not call.done()
        api.admission.served.set()
        await stopping
        assert (await call).revision == 1

    async def test_those_that_do_not_are_cancelled_after_the_grace(self, api: Api) -> None:
        api.admission.served.clear()
        call = asyncio.ensure_future(api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend())))
        await api.admission.submitted.wait()
        await api.server.stop(0.01)
        with pytest.raises(grpc.aio.AioRpcError):
            await call
        assert api.store.snapshot().revision == 1
        api.admission.served.set()

    async def test_a_server_that_never_started(self, api: Api) -> None:
        await another(api).stop(0)
