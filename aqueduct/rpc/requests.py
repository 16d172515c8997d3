"""What all requests have in common: keys that are needed, preconditions, write options."""

from typing import TypeVar

from aqueduct.errors import Invalid, Violation
from aqueduct.model.resources import Kind, Ref, Resource
from aqueduct.service.configuration import WriteOptions
from aqueduct.v1.apply_pb2 import WaitFor
from aqueduct.v1.backend_pb2 import (
    DeleteBackendRequest,
    GetBackendRequest,
    ListBackendMembersRequest,
    PutBackendRequest,
    SetBackendVersionRequest,
)
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.frontend_pb2 import DeleteFrontendRequest, GetFrontendRequest, PutFrontendRequest

KeyedRequest = (
    GetFrontendRequest
    | DeleteFrontendRequest
    | GetBackendRequest
    | DeleteBackendRequest
    | ListBackendMembersRequest
    | SetBackendVersionRequest
)
ConditionalRequest = (
    PutFrontendRequest
    | DeleteFrontendRequest
    | PutBackendRequest
    | DeleteBackendRequest
    | SetBackendVersionRequest
    | Change
)
WriteRequest = (
    PutFrontendRequest
    | DeleteFrontendRequest
    | PutBackendRequest
    | DeleteBackendRequest
    | SetBackendVersionRequest
    | ApplyRequest
)

R = TypeVar("R", bound=Resource)


def named(kind: Kind, request: KeyedRequest) -> Ref:
    """Return what the request names. Invalid where it names nothing."""
    if not request.key:
        raise Invalid([Violation("key", f"is needed: the key of the {kind}")])
    return Ref(kind, request.key)


def given(kind: Kind, request: PutFrontendRequest | PutBackendRequest) -> None:
    """Raise Invalid where a put comes without the resource to put."""
    if not request.HasField(kind.value):
        raise Invalid([Violation(kind.value, f"is needed: the whole {kind}")])


def expected_revision(request: ConditionalRequest) -> int | None:
    """Return the precondition of a write, None where it has none."""
    return request.expected_revision if request.HasField("expected_revision") else None


def options(request: WriteRequest) -> WriteOptions:
    """Return how the write is to be made. Invalid for a `wait_for` that there is not."""
    if request.wait_for not in WaitFor.values():
        known = ", ".join(WaitFor.keys())
        raise Invalid([Violation("wait_for", f"must be one of {known}, not {request.wait_for}")])
    return WriteOptions(validate_only=request.validate_only, wait_for=request.wait_for)


def of_type(wanted: type[R], resource: Resource | None) -> R:
    """Return `resource`, which the service returned for a key of the kind `wanted`."""
    if not isinstance(resource, wanted):
        raise TypeError(f"a {wanted.__name__} was asked for, {type(resource).__name__} found")
    return resource
