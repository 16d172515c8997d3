"""Web services in Aqueduct's own registry, and a dynamic backend that takes its members from there."""

from collections.abc import Sequence

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    Backend,
    PutBackendRequest,
    PutBackendResponse,
    SetBackendVersionRequest,
    SetBackendVersionResponse,
    SwitchPolicy,
)
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.registry_pb2 import DeregisterRequest, RegisterRequest, Registration
from tests.integration.members import KEY, policy
from tests.web import Web

SERVICE = "myapp"


async def register(aqueduct: Aqueduct, found: Sequence[Web], version: str) -> list[str]:
    """Register web services; return the ids."""
    ids = []
    for each in found:
        registration = Registration(name=SERVICE, version=version, host="127.0.0.1", port=each.port)
        registration.ttl.FromSeconds(3_600)
        response = await aqueduct.registry.Register(RegisterRequest(registration=registration))
        ids.append(response.registration.id)
    return ids


async def deregister(aqueduct: Aqueduct, ids: Sequence[str]) -> None:
    """Deregister them."""
    for name in ids:
        await aqueduct.registry.Deregister(DeregisterRequest(id=name))


async def put_dynamic(
    aqueduct: Aqueduct, version: str, port: int = 0, *, discovery: str = "", check: int = 0
) -> PutBackendResponse:
    """Put the dynamic backend `live`, and where there is a `port` the frontend there."""
    backend = Backend(
        key=KEY,
        type=BACKEND_TYPE_DYNAMIC,
        name=SERVICE,
        version=version,
        discovery=discovery,
        check=check,  # type: ignore[arg-type] # one of the enum
        switch_policy=policy(),
    )
    response = await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    if port:
        frontend = Frontend(key=KEY, bind=f"127.0.0.1:{port}", backend=KEY)
        await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
    return response


async def set_version(
    aqueduct: Aqueduct, version: str, *, allow_empty: bool = False, switch_policy: SwitchPolicy | None = None
) -> SetBackendVersionResponse:
    """Switch it to another version."""
    request = SetBackendVersionRequest(
        key=KEY, version=version, allow_empty=allow_empty, switch_policy=switch_policy
    )
    return await aqueduct.backends.SetBackendVersion(request)
