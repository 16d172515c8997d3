"""RegistryService over a real channel: what a client sees, and what its streams hold."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc.aio
import pytest
from google.protobuf.duration_pb2 import Duration

from aqueduct.discovery.registry import Registry
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.interceptor import CallInterceptor
from aqueduct.rpc.registry import Registry as Servicer
from aqueduct.service import registry as service
from aqueduct.service.discoveries import Discoveries
from aqueduct.service.registry import Registering
from aqueduct.service.streams import Streams
from aqueduct.service.versions import Versions
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.registry_pb2 import (
    DeregisterRequest,
    KeepAliveRequest,
    ListRegistrationsRequest,
    ListVersionsRequest,
    RegisterRequest,
    Registration,
    WatchRegistrationsRequest,
    WatchRegistrationsResponse,
)
from aqueduct.v1.registry_pb2_grpc import RegistryServiceStub, add_RegistryServiceServicer_to_server
from tests.refusals import refused
from tests.unit.discovery.doubles import ManualClock

if TYPE_CHECKING:
    from aqueduct.v1.registry_pb2_grpc import RegistryServiceAsyncStub

TTL = 10


@dataclass(frozen=True, slots=True)
class Api:
    """A running server: what is behind it, and a client's stub."""

    server: grpc.aio.Server
    port: int
    servicer: Servicer
    registry: Registry
    clock: ManualClock
    channel: grpc.aio.Channel
    streams: Streams

    @property
    def stub(self) -> "RegistryServiceAsyncStub":
        return RegistryServiceStub(self.channel)

    async def register(self, *ports: int, version: str = "1", weight: int | None = None) -> None:
        for port in ports:
            await self.stub.Register(RegisterRequest(registration=web(port, version, weight)))

    async def ids(self, name: str = "", version: str = "") -> list[str]:
        request = ListRegistrationsRequest(name=name, version=version)
        response = await self.stub.ListRegistrations(request)
        return [registration.id for registration in response.registrations]


def web(port: int, version: str = "1", weight: int | None = None) -> Registration:
    ttl = Duration(seconds=TTL)
    return Registration(name="web", version=version, host="10.0.0.1", port=port, ttl=ttl, weight=weight)


def key(port: int, version: str = "1") -> str:
    return f"/web/{version}/10.0.0.1/{port}"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    clock, store = ManualClock(), await LmdbRegistrations.open(tmp_path)
    registry = Registry(store, clock, 30)
    streams = Streams()
    discoveries = Discoveries([registry], clock)
    servicer = Servicer(Registering(registry, streams), Versions(discoveries))
    async for api in serving(servicer, registry, clock, streams):
        yield api
    await registry.close()
    await store.close()


async def serving(
    servicer: Servicer, registry: Registry, clock: ManualClock, streams: Streams
) -> AsyncIterator[Api]:
    server = grpc.aio.server(interceptors=[CallInterceptor(Calls())])
    add_RegistryServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Api(server, port, servicer, registry, clock, channel, streams)
    await server.stop(0)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the server does in this process: nobody else tells that it has."""
    while not condition():
        await asyncio.sleep(0.001)


class TestUnary:
    async def test_a_registration_comes_back_complete(self, api: Api) -> None:
        given = Registration(name="web", version="1", host="[0::1]", port=80)
        response = await api.stub.Register(RegisterRequest(registration=given))
        found = response.registration
        assert (found.id, found.host, found.ttl.seconds) == ("/web/1/::1/80", "::1", 30)
        assert found.renew_time.seconds == 1_700_001_000
        listed = await api.stub.ListRegistrations(ListRegistrationsRequest())
        assert list(listed.registrations) == [found]

    async def test_what_is_wrong_is_named_by_its_field(self, api: Api) -> None:
        error = await refused(api.stub.Register(RegisterRequest(registration=web(0, version="a b"))))
        assert error.code is grpc.StatusCode.INVALID_ARGUMENT
        assert list(error.fields) == ["registration.version", "registration.port"]
        error = await refused(api.stub.Register(RegisterRequest()))
        assert error.fields == {"registration": "is needed: the whole registration"}

    async def test_a_deregistration_tells_what_was(self, api: Api) -> None:
        await api.register(1)
        response = await api.stub.Deregister(DeregisterRequest(id=key(1)))
        assert response.registration.id == key(1)
        error = await refused(api.stub.Deregister(DeregisterRequest(id=key(1))))
        assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        error = await refused(api.stub.Deregister(DeregisterRequest()))
        assert error.fields == {"id": "is needed: the id of the registration"}

    async def test_lists_are_ordered_selected_and_in_pages(self, api: Api) -> None:
        await api.register(2, 1)
        await api.register(3, version="2")
        assert await api.ids() == [key(1), key(2), key(3, "2")]
        assert await api.ids(name="web", version="1") == [key(1), key(2)]
        assert await api.ids(version="2") == [key(3, "2")]
        assert await api.ids(name="other") == []
        request = ListRegistrationsRequest(page_size=2)
        first = await api.stub.ListRegistrations(request)
        request.page_token = first.next_page_token
        second = await api.stub.ListRegistrations(request)
        assert ([len(page.registrations) for page in (first, second)], second.next_page_token) == ([2, 1], "")
        request.page_token = "?"  # noqa: S105 # no password
        error = await refused(api.stub.ListRegistrations(request))
        assert list(error.fields) == ["page_token"]


class TestKeepAlive:
    async def hold(self, api: Api, keys: Iterable[str]) -> Any:
        stream: Any = api.stub.KeepAlive()
        for each in keys:
            await stream.write(KeepAliveRequest(id=each))
            response = await stream.read()
            assert (response.id, response.ttl.seconds) == (each, TTL)
        return stream

    async def expired(self, api: Api, seconds: float) -> list[str]:
        """Return what is left when so much time has passed."""
        api.clock.advance(seconds)
        api.registry.expire()
        return sorted(api.registry.ids())

    async def released(self, api: Api) -> None:
        await until(lambda: api.registry._entries.next_end() is not None)

    async def test_a_stream_holds_what_it_names_and_its_end_starts_the_time(self, api: Api) -> None:
        await api.register(1, 2, 3)
        stream = await self.hold(api, [key(1), key(2), key(1), key(3)])
        assert await self.expired(api, 10 * TTL) == [key(1), key(2), key(3)]
        await stream.done_writing()
        assert await stream.read() is grpc.aio.EOF
        assert await stream.code() is grpc.StatusCode.OK
        assert await self.expired(api, TTL - 1) == [key(1), key(2), key(3)]

    async def test_a_stream_that_is_lost_only_starts_the_time(self, api: Api) -> None:
        await api.register(1)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{api.port}") as channel:
            stream: Any = RegistryServiceStub(channel).KeepAlive()
            await stream.write(KeepAliveRequest(id=key(1)))
            await stream.read()
            assert await self.expired(api, 10 * TTL) == [key(1)]
        await self.released(api)
        assert await self.expired(api, TTL - 1) == [key(1)]
        assert await self.expired(api, 1) == []

    async def test_a_cancelled_stream_as_well(self, api: Api) -> None:
        await api.register(1)
        stream = await self.hold(api, [key(1)])
        stream.cancel()
        await self.released(api)
        assert await self.expired(api, TTL) == []

    async def test_an_id_that_is_not_there_ends_it(self, api: Api) -> None:
        await api.register(1)
        stream = await self.hold(api, [key(1)])
        await stream.write(KeepAliveRequest(id=key(2)))
        error = await refused(stream.read())
        assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        assert error.message == f"registration {key(2)} not found"
        await self.released(api)

    async def test_an_id_that_is_missing_ends_it(self, api: Api) -> None:
        stream: Any = api.stub.KeepAlive()
        await stream.write(KeepAliveRequest())
        assert (await refused(stream.read())).fields == {"id": "is needed: the id of the registration"}

    async def test_it_ends_with_the_server(self, api: Api) -> None:
        await api.register(1)
        stream = await self.hold(api, [key(1)])
        api.streams.shut_down()
        await api.server.stop(60)
        error = await refused(stream.read())
        assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
        assert api.registry._entries.next_end() == api.clock.now + TTL


class TestWatch:
    def told(self, response: WatchRegistrationsResponse) -> tuple[list[str], list[str]]:
        return [each.id for each in response.registered], list(response.deregistered)

    async def test_first_comes_all_there_is_then_each_change(self, api: Api) -> None:
        await api.register(2, 1)
        await api.register(1, version="2")
        watch: Any = api.stub.WatchRegistrations(WatchRegistrationsRequest(name="web", version="1"))
        assert self.told(await watch.read()) == ([key(1), key(2)], [])
        await api.register(1)  # a renewal is no change
        await api.register(3)
        assert self.told(await watch.read()) == ([key(3)], [])
        await api.register(3, weight=7)
        assert (await watch.read()).registered[0].weight == 7
        await api.register(4, version="2")
        await api.stub.Deregister(DeregisterRequest(id=key(2)))
        assert self.told(await watch.read()) == ([], [key(2)])
        watch.cancel()
        await until(lambda: not api.registry._watchers)

    async def test_that_there_is_nothing_is_told_as_well(self, api: Api) -> None:
        watch: Any = api.stub.WatchRegistrations(WatchRegistrationsRequest())
        assert self.told(await watch.read()) == ([], [])
        await api.register(1)
        assert self.told(await watch.read()) == ([key(1)], [])

    async def test_a_slow_client_gets_the_newest_state_once(self, api: Api) -> None:
        """The generator is asked for more only when the client has taken what came before."""
        watch = api.servicer.WatchRegistrations(WatchRegistrationsRequest(), None)
        assert self.told(await anext(watch)) == ([], [])
        for weight in range(5):
            await api.register(1, 2, weight=weight)
        await api.stub.Deregister(DeregisterRequest(id=key(2)))
        response = await anext(watch)
        assert self.told(response) == ([key(1)], [key(2)])
        assert response.registered[0].weight == 4
        await watch.aclose()  # type: ignore[attr-defined] # an async generator
        assert not api.registry._watchers

    async def test_what_is_too_much_for_one_message_comes_in_several(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "MAX_BYTES", 100)
        await api.register(1, 2, 3)
        watch: Any = api.stub.WatchRegistrations(WatchRegistrationsRequest())
        assert [self.told(await watch.read())[0] for _ in range(3)] == [[key(1)], [key(2)], [key(3)]]

    async def test_it_ends_with_the_server(self, api: Api) -> None:
        watch: Any = api.stub.WatchRegistrations(WatchRegistrationsRequest())
        await watch.read()
        api.streams.shut_down()
        await api.server.stop(60)
        error = await refused(watch.read())
        assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")


class TestListVersions:
    async def test_versions_come_in_pages_with_how_many_members_each_has(self, api: Api) -> None:
        await api.register(1, 2)
        await api.register(3, version="2")
        first = await api.stub.ListVersions(ListVersionsRequest(names=["web", "other"], page_size=1))
        then = ListVersionsRequest(names=["web"], page_token=first.next_page_token)
        second = await api.stub.ListVersions(then)
        told = [*first.versions, *second.versions]
        assert [(each.name, each.version, each.discovery, each.members) for each in told] == [
            ("web", "1", "registry", 2),
            ("web", "2", "registry", 1),
        ]
        assert second.next_page_token == ""
        assert not (await api.stub.ListVersions(ListVersionsRequest(names=["other"]))).versions

    async def test_a_token_that_no_page_had_is_refused(self, api: Api) -> None:
        request = ListVersionsRequest(page_token="?")  # noqa: S106 # no secret
        error = await refused(api.stub.ListVersions(request))
        assert (error.code, list(error.fields)) == (grpc.StatusCode.INVALID_ARGUMENT, ["page_token"])


async def test_without_a_registry_all_methods_say_so(api: Api) -> None:
    servicer = Servicer(Registering(None, api.streams), Versions(Discoveries([], api.clock)))
    async for other in serving(servicer, api.registry, api.clock, api.streams):
        stub = other.stub
        keep_alive, watch = stub.KeepAlive(), stub.WatchRegistrations(WatchRegistrationsRequest())
        calls: list[Any] = [
            stub.Register(RegisterRequest(registration=web(1))),
            stub.Deregister(DeregisterRequest(id=key(1))),
            stub.ListRegistrations(ListRegistrationsRequest()),
            keep_alive.read(),
            watch.read(),
        ]
        for call in calls:
            error = await refused(call)
            assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_REGISTRY")
