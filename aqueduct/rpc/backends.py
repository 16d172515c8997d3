"""The servicer of BackendService: requests to calls of Configuration, results to responses.

It decides nothing and catches nothing: errors become statuses in the interceptor.
"""
# ruff: noqa: N802, D102 # the methods are those of backend.proto, which documents them

from collections.abc import Callable

from aqueduct.model.resources import Kind, delete, put
from aqueduct.rpc.requests import (
    admin_state,
    admin_weight,
    expected_revision,
    given,
    named,
    of_type,
    options,
    switch_options,
    wait_for,
)
from aqueduct.service.configuration import Configuration, Written
from aqueduct.service.memberships import set_state, set_weight
from aqueduct.v1.backend_pb2 import (
    Backend,
    DeleteBackendRequest,
    DeleteBackendResponse,
    GetBackendRequest,
    GetBackendResponse,
    ListBackendMembersRequest,
    ListBackendMembersResponse,
    ListBackendsRequest,
    ListBackendsResponse,
    Member,
    PutBackendRequest,
    PutBackendResponse,
    SetBackendVersionRequest,
    SetBackendVersionResponse,
    SetMemberStateRequest,
    SetMemberStateResponse,
    SetMemberWeightRequest,
    SetMemberWeightResponse,
)
from aqueduct.v1.backend_pb2_grpc import BackendServiceServicer


class Backends(BackendServiceServicer):
    """BackendService, see backend.proto."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    async def ListBackends(self, request: ListBackendsRequest, _: object = None) -> ListBackendsResponse:
        page = self._configuration.page(Kind.BACKEND, request.page_size, request.page_token)
        backends = [of_type(Backend, backend) for backend in page.items]
        return ListBackendsResponse(backends=backends, next_page_token=page.next_token)

    async def GetBackend(self, request: GetBackendRequest, _: object = None) -> GetBackendResponse:
        backend = self._configuration.get(named(Kind.BACKEND, request))
        return GetBackendResponse(backend=of_type(Backend, backend))

    async def PutBackend(self, request: PutBackendRequest, _: object = None) -> PutBackendResponse:
        given(Kind.BACKEND, request)
        change = put(request.backend, expected_revision(request))
        written = await self._configuration.write([change], paths=["backend"], options=options(request))
        return PutBackendResponse(
            backend=written.changes[0].put_backend,
            revision=written.revision,
            apply=written.apply,
            plan=written.plan,
        )

    async def DeleteBackend(self, request: DeleteBackendRequest, _: object = None) -> DeleteBackendResponse:
        change = delete(named(Kind.BACKEND, request), expected_revision(request))
        written = await self._configuration.write([change], paths=["key"], options=options(request))
        return DeleteBackendResponse(
            backend=of_type(Backend, written.previous[0]),
            revision=written.revision,
            apply=written.apply,
            plan=written.plan,
        )

    async def ListBackendMembers(
        self, request: ListBackendMembersRequest, _: object = None
    ) -> ListBackendMembersResponse:
        key = named(Kind.BACKEND, request).key
        page = self._configuration.members(key, request.page_size, request.page_token)
        return ListBackendMembersResponse(members=page.items, next_page_token=page.next_token)

    async def SetBackendVersion(
        self, request: SetBackendVersionRequest, _: object = None
    ) -> SetBackendVersionResponse:
        written = await self._configuration.set_version(
            named(Kind.BACKEND, request).key,
            request.version,
            request.name,
            expected_revision=expected_revision(request),
            options=switch_options(request),
        )
        return SetBackendVersionResponse(
            backend=written.changes[0].put_backend,
            revision=written.revision,
            apply=written.apply,
            plan=written.plan,
        )

    async def SetMemberState(
        self, request: SetMemberStateRequest, _: object = None
    ) -> SetMemberStateResponse:
        change = set_state(admin_state(request))
        member, written = await self._set_member(request, change)
        return SetMemberStateResponse(member=member, revision=written.revision, apply=written.apply)

    async def SetMemberWeight(
        self, request: SetMemberWeightRequest, _: object = None
    ) -> SetMemberWeightResponse:
        change = set_weight(admin_weight(request))
        member, written = await self._set_member(request, change)
        return SetMemberWeightResponse(member=member, revision=written.revision, apply=written.apply)

    async def _set_member(
        self, request: SetMemberStateRequest | SetMemberWeightRequest, change: Callable[[Member], None]
    ) -> tuple[Member, Written]:
        return await self._configuration.set_member(
            named(Kind.BACKEND, request).key, request.member, change, wait_for=wait_for(request)
        )
