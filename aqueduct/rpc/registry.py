"""The servicer of RegistryService: requests to calls of Registering and Versions, results to responses.

It decides nothing and catches nothing: errors become statuses in the interceptor.
"""
# ruff: noqa: N802, D102 # the methods are those of registry.proto, which documents them

from collections.abc import AsyncIterator
from contextlib import aclosing

from aqueduct.errors import Invalid, Violation
from aqueduct.service.registry import Registering, Selection
from aqueduct.service.versions import Versions
from aqueduct.v1.registry_pb2 import (
    DeregisterRequest,
    DeregisterResponse,
    KeepAliveRequest,
    KeepAliveResponse,
    ListRegistrationsRequest,
    ListRegistrationsResponse,
    ListVersionsRequest,
    ListVersionsResponse,
    RegisterRequest,
    RegisterResponse,
    WatchRegistrationsRequest,
    WatchRegistrationsResponse,
)
from aqueduct.v1.registry_pb2_grpc import RegistryServiceServicer


class Registry(RegistryServiceServicer):
    """RegistryService, see registry.proto."""

    def __init__(self, registering: Registering, versions: Versions) -> None:
        self._registering = registering
        self._versions = versions

    async def Register(self, request: RegisterRequest, _: object = None) -> RegisterResponse:
        if not request.HasField("registration"):
            raise Invalid([Violation("registration", "is needed: the whole registration")])
        return RegisterResponse(
            registration=await self._registering.register(request.registration, "registration")
        )

    async def KeepAlive(
        self, request_iterator: AsyncIterator[KeepAliveRequest], _: object = None
    ) -> AsyncIterator[KeepAliveResponse]:
        with self._registering.held() as held:
            requests = aiter(request_iterator)
            while (request := await self._registering.unless_stopping(anext(requests, None))) is not None:
                registration = held.renew(_id(request))
                yield KeepAliveResponse(id=registration.id, ttl=registration.ttl)

    async def Deregister(self, request: DeregisterRequest, _: object = None) -> DeregisterResponse:
        return DeregisterResponse(registration=await self._registering.deregister(_id(request)))

    async def ListRegistrations(
        self, request: ListRegistrationsRequest, _: object = None
    ) -> ListRegistrationsResponse:
        selection = Selection(request.name, request.version)
        page = self._registering.page(selection, request.page_size, request.page_token)
        return ListRegistrationsResponse(registrations=page.items, next_page_token=page.next_token)

    async def WatchRegistrations(
        self, request: WatchRegistrationsRequest, _: object = None
    ) -> AsyncIterator[WatchRegistrationsResponse]:
        selection = Selection(request.name, request.version)
        async with aclosing(self._registering.watch(selection)) as watch:
            async for changes in watch:
                yield WatchRegistrationsResponse(
                    registered=changes.registered, deregistered=changes.deregistered
                )

    async def ListVersions(self, request: ListVersionsRequest, _: object = None) -> ListVersionsResponse:
        page = await self._versions.page(frozenset(request.names), request.page_size, request.page_token)
        return ListVersionsResponse(versions=page.items, next_page_token=page.next_token)


def _id(request: KeepAliveRequest | DeregisterRequest) -> str:
    if not request.id:
        raise Invalid([Violation("id", "is needed: the id of the registration")])
    return request.id
