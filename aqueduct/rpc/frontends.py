"""The servicer of FrontendService: requests to calls of Configuration, results to responses.

It decides nothing and catches nothing: errors become statuses in the interceptor.
"""
# ruff: noqa: N802, D102 # the methods are those of frontend.proto, which documents them

from aqueduct.model.resources import Kind, delete, put
from aqueduct.rpc.requests import expected_revision, given, named, of_type, options
from aqueduct.service.configuration import Configuration
from aqueduct.v1.frontend_pb2 import (
    DeleteFrontendRequest,
    DeleteFrontendResponse,
    Frontend,
    GetFrontendRequest,
    GetFrontendResponse,
    ListFrontendsRequest,
    ListFrontendsResponse,
    PutFrontendRequest,
    PutFrontendResponse,
)
from aqueduct.v1.frontend_pb2_grpc import FrontendServiceServicer


class Frontends(FrontendServiceServicer):
    """FrontendService, see frontend.proto."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    async def ListFrontends(self, request: ListFrontendsRequest, _: object = None) -> ListFrontendsResponse:
        page = self._configuration.page(Kind.FRONTEND, request.page_size, request.page_token)
        frontends = [of_type(Frontend, frontend) for frontend in page.items]
        return ListFrontendsResponse(frontends=frontends, next_page_token=page.next_token)

    async def GetFrontend(self, request: GetFrontendRequest, _: object = None) -> GetFrontendResponse:
        frontend = self._configuration.get(named(Kind.FRONTEND, request))
        return GetFrontendResponse(frontend=of_type(Frontend, frontend))

    async def PutFrontend(self, request: PutFrontendRequest, _: object = None) -> PutFrontendResponse:
        given(Kind.FRONTEND, request)
        change = put(request.frontend, expected_revision(request))
        written = await self._configuration.write([change], paths=["frontend"], options=options(request))
        return PutFrontendResponse(
            frontend=written.changes[0].put_frontend,
            revision=written.revision,
            apply=written.apply,
            plan=written.plan,
        )

    async def DeleteFrontend(
        self, request: DeleteFrontendRequest, _: object = None
    ) -> DeleteFrontendResponse:
        change = delete(named(Kind.FRONTEND, request), expected_revision(request))
        written = await self._configuration.write([change], paths=["key"], options=options(request))
        return DeleteFrontendResponse(
            frontend=of_type(Frontend, written.previous[0]),
            revision=written.revision,
            apply=written.apply,
            plan=written.plan,
        )
