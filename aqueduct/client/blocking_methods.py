"""The methods of the API for threads: each a call, with its request and answer.

The other client's (`async_methods.py`) are the same, by the same names.
"""

from collections.abc import Generator, Iterable, Iterator
from typing import Any, Unpack

from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from aqueduct.client.methods import CHECK, Method, Request, Response, method
from aqueduct.client.requests import Making, Setting, Switching, Writing, parted
from aqueduct.v1.activity_pb2 import Event, ListActivityRequest
from aqueduct.v1.backend_pb2 import (
    AdminState,
    Backend,
    DeleteBackendRequest,
    DeleteBackendResponse,
    GetBackendRequest,
    GetBackendResponse,
    ListBackendMembersRequest,
    ListBackendsRequest,
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
from aqueduct.v1.config_pb2 import ApplyRequest, ApplyResponse, Change, ListRevisionsRequest
from aqueduct.v1.frontend_pb2 import (
    DeleteFrontendRequest,
    DeleteFrontendResponse,
    Frontend,
    GetFrontendRequest,
    GetFrontendResponse,
    ListFrontendsRequest,
    PutFrontendRequest,
    PutFrontendResponse,
)
from aqueduct.v1.haproxy_pb2 import GetStatusRequest, GetStatusResponse, Status
from aqueduct.v1.history_pb2 import Revision
from aqueduct.v1.registry_pb2 import (
    DeregisterRequest,
    DeregisterResponse,
    ListRegistrationsRequest,
    ListVersionsRequest,
    RegisterRequest,
    RegisterResponse,
    Registration,
    ServiceVersion,
)
from aqueduct.v1.stats_pb2 import GetStatsRequest, Stats


class Methods:
    """What a Client can be asked for by name."""

    def call(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> Response:
        """Make a call."""
        raise NotImplementedError

    def pages(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> Generator[Any, None, None]:
        """Yield all that a method lists, page by page."""
        raise NotImplementedError

    def list_frontends(self, *, page_size: int = 0) -> Iterator[Frontend]:
        """Yield all frontends, ordered by key, by pages of `page_size` (0: the server's own)."""
        return self.pages(method("FrontendService/ListFrontends"), ListFrontendsRequest(page_size=page_size))

    def get_frontend(self, key: str, *, deadline: float | None = None) -> Frontend:
        """Return a frontend. NotFound where there is none."""
        response: GetFrontendResponse = self.call(
            method("FrontendService/GetFrontend"), GetFrontendRequest(key=key), deadline
        )
        return response.frontend

    def put_frontend(self, frontend: Frontend, **how: Unpack[Writing]) -> PutFrontendResponse:
        """Create or replace a frontend, whole."""
        rest, deadline = parted(how)
        response: PutFrontendResponse = self.call(
            method("FrontendService/PutFrontend"), PutFrontendRequest(frontend=frontend, **rest), deadline
        )
        return response

    def delete_frontend(self, key: str, **how: Unpack[Writing]) -> DeleteFrontendResponse:
        """Delete a frontend. NotFound where there is none."""
        rest, deadline = parted(how)
        response: DeleteFrontendResponse = self.call(
            method("FrontendService/DeleteFrontend"), DeleteFrontendRequest(key=key, **rest), deadline
        )
        return response

    def list_backends(self, *, page_size: int = 0) -> Iterator[Backend]:
        """Yield all backends, ordered by key, by pages of `page_size` (0: the server's own)."""
        return self.pages(method("BackendService/ListBackends"), ListBackendsRequest(page_size=page_size))

    def get_backend(self, key: str, *, deadline: float | None = None) -> Backend:
        """Return a backend. NotFound where there is none."""
        response: GetBackendResponse = self.call(
            method("BackendService/GetBackend"), GetBackendRequest(key=key), deadline
        )
        return response.backend

    def put_backend(self, backend: Backend, **how: Unpack[Writing]) -> PutBackendResponse:
        """Create or replace a backend, whole."""
        rest, deadline = parted(how)
        response: PutBackendResponse = self.call(
            method("BackendService/PutBackend"), PutBackendRequest(backend=backend, **rest), deadline
        )
        return response

    def delete_backend(self, key: str, **how: Unpack[Writing]) -> DeleteBackendResponse:
        """Delete a backend. NotFound where there is none."""
        rest, deadline = parted(how)
        response: DeleteBackendResponse = self.call(
            method("BackendService/DeleteBackend"), DeleteBackendRequest(key=key, **rest), deadline
        )
        return response

    def list_members(self, key: str, *, page_size: int = 0) -> Iterator[Member]:
        """Yield the members of a backend, in the order of its server lines."""
        return self.pages(
            method("BackendService/ListBackendMembers"),
            ListBackendMembersRequest(key=key, page_size=page_size),
        )

    def set_version(self, key: str, version: str, **how: Unpack[Switching]) -> SetBackendVersionResponse:
        """Switch a dynamic backend to the members of a version.

        FailedPrecondition where too few of them come up: the old ones serve on then.
        """
        rest, deadline = parted(how)
        response: SetBackendVersionResponse = self.call(
            method("BackendService/SetBackendVersion"),
            SetBackendVersionRequest(key=key, version=version, **rest),
            deadline,
        )
        return response

    def set_member_state(
        self, key: str, member: str, state: AdminState, **how: Unpack[Setting]
    ) -> SetMemberStateResponse:
        """Set what a member (`10.0.0.1:8080`) takes, until it is set back."""
        rest, deadline = parted(how)
        response: SetMemberStateResponse = self.call(
            method("BackendService/SetMemberState"),
            SetMemberStateRequest(key=key, member=member, state=state, **rest),
            deadline,
        )
        return response

    def set_member_weight(
        self, key: str, member: str, weight: int | None, **how: Unpack[Setting]
    ) -> SetMemberWeightResponse:
        """Set a member's share of the load, 0 to 256; None: back to its own."""
        rest, deadline = parted(how)
        response: SetMemberWeightResponse = self.call(
            method("BackendService/SetMemberWeight"),
            SetMemberWeightRequest(key=key, member=member, weight=weight, **rest),
            deadline,
        )
        return response

    def apply(self, changes: Iterable[Change], **how: Unpack[Making]) -> ApplyResponse:
        """Make several changes, all or nothing, in one revision."""
        rest, deadline = parted(how)
        response: ApplyResponse = self.call(
            method("ConfigService/Apply"), ApplyRequest(changes=changes, **rest), deadline
        )
        return response

    def register(self, registration: Registration, *, deadline: float | None = None) -> Registration:
        """Register a service, or renew its registration."""
        response: RegisterResponse = self.call(
            method("RegistryService/Register"), RegisterRequest(registration=registration), deadline
        )
        return response.registration

    def deregister(self, registration_id: str, *, deadline: float | None = None) -> Registration:
        """End the registration of this id. NotFound where there is none."""
        response: DeregisterResponse = self.call(
            method("RegistryService/Deregister"), DeregisterRequest(id=registration_id), deadline
        )
        return response.registration

    def list_registrations(self, name: str = "", version: str = "") -> Iterator[Registration]:
        """Yield registrations, ordered by id; of a service, of a version."""
        return self.pages(
            method("RegistryService/ListRegistrations"), ListRegistrationsRequest(name=name, version=version)
        )

    def list_versions(self, *names: str) -> Iterator[ServiceVersion]:
        """Yield versions of these services (of all where none is given), of every source, ordered by name."""
        return self.pages(method("RegistryService/ListVersions"), ListVersionsRequest(names=names))

    def list_revisions(self, resource: str = "") -> Iterator[Revision]:
        """Yield the history, the newest revision first; of one resource (`backends/web`)."""
        return self.pages(method("ConfigService/ListRevisions"), ListRevisionsRequest(resource=resource))

    def list_stats(self, request: GetStatsRequest) -> Iterator[Stats]:
        """Yield the statistics selected: frontends, then backends, then members."""
        return self.pages(method("StatsService/GetStats"), request)

    def list_activity(self, request: ListActivityRequest) -> Iterator[Event]:
        """Yield the events selected, the newest first."""
        return self.pages(method("ActivityService/ListActivity"), request)

    def get_status(self, *, deadline: float | None = None) -> Status:
        """Return whether what is stored is what is served."""
        response: GetStatusResponse = self.call(
            method("HAProxyService/GetStatus"), GetStatusRequest(), deadline
        )
        return response.status

    def is_serving(self, service: str = "", *, deadline: float | None = None) -> bool:
        """Return whether a service (`aqueduct.v1.BackendService`), or all, serves: while HAProxy runs."""
        response: HealthCheckResponse = self.call(CHECK, HealthCheckRequest(service=service), deadline)
        return bool(response.status == HealthCheckResponse.SERVING)
