"""What all requests have in common: keys that are needed, preconditions, write options."""

from dataclasses import replace
from typing import TypeVar

from aqueduct.errors import Invalid, Violation
from aqueduct.model.backends import HEAVIEST
from aqueduct.model.fields import Faults, check_annotation, check_line
from aqueduct.model.history import to_record
from aqueduct.model.policies import check_policy
from aqueduct.model.resources import Kind, Ref, Resource
from aqueduct.service.configuration import WriteOptions
from aqueduct.service.memberships import Switching
from aqueduct.v1.apply_pb2 import WaitFor
from aqueduct.v1.backend_pb2 import (
    AdminState,
    DeleteBackendRequest,
    GetBackendRequest,
    ListBackendMembersRequest,
    PutBackendRequest,
    SetBackendVersionRequest,
    SetMemberStateRequest,
    SetMemberWeightRequest,
)
from aqueduct.v1.config_pb2 import ApplyRequest, Change, ImportMode, ImportRequest, RestoreRevisionRequest
from aqueduct.v1.frontend_pb2 import DeleteFrontendRequest, GetFrontendRequest, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import ReloadRequest

KeyedRequest = (
    GetFrontendRequest
    | DeleteFrontendRequest
    | GetBackendRequest
    | DeleteBackendRequest
    | ListBackendMembersRequest
    | SetBackendVersionRequest
    | SetMemberStateRequest
    | SetMemberWeightRequest
)
ConditionalRequest = (
    PutFrontendRequest
    | DeleteFrontendRequest
    | PutBackendRequest
    | DeleteBackendRequest
    | SetBackendVersionRequest
    | RestoreRevisionRequest
    | Change
)
WriteRequest = (
    PutFrontendRequest
    | DeleteFrontendRequest
    | PutBackendRequest
    | DeleteBackendRequest
    | SetBackendVersionRequest
    | ApplyRequest
    | RestoreRevisionRequest
    | ImportRequest
)

MemberRequest = SetMemberStateRequest | SetMemberWeightRequest

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
    """Return how the write is to be made. Invalid for a `wait_for` that there is not, or a bad annotation."""
    faults = Faults()
    check_annotation(request.annotation, "annotation", faults)
    if faults.violations:
        raise Invalid(faults.violations)
    return WriteOptions(
        validate_only=request.validate_only, wait_for=wait_for(request), about=to_record(request.annotation)
    )


def switch_options(request: SetBackendVersionRequest) -> WriteOptions:
    """Return how a switch of versions is to be made. Invalid for what is wrong with its policy."""
    faults = Faults()
    check_policy(request.switch_policy, "switch_policy", faults)
    if faults.violations:
        raise Invalid(faults.violations)
    return replace(options(request), switching=Switching(request.switch_policy, request.allow_empty))


def import_mode(request: ImportRequest) -> ImportMode:
    """Return what becomes of resources that a document does not have. Invalid for no such mode."""
    if request.mode not in ImportMode.values():
        raise Invalid([Violation("mode", "must be merge or replace")])
    return request.mode


def reason(request: ReloadRequest) -> str:
    """Return why to reload. Invalid for what is no line."""
    faults = Faults()
    check_line(request.reason, "reason", faults)
    if faults.violations:
        raise Invalid(faults.violations)
    return request.reason


def wait_for(request: WriteRequest | MemberRequest) -> WaitFor:
    """Return when to answer. Invalid for a `wait_for` that there is not."""
    if request.wait_for not in WaitFor.values():
        known = ", ".join(WaitFor.keys())
        raise Invalid([Violation("wait_for", f"must be one of {known}, not {request.wait_for}")])
    return request.wait_for


def admin_state(request: SetMemberStateRequest) -> AdminState:
    """Return the state to set. Invalid where there is none."""
    if request.state not in AdminState.values() or not request.state:
        raise Invalid([Violation("state", "must be ready, drain or maint")])
    return request.state


def admin_weight(request: SetMemberWeightRequest) -> int | None:
    """Return the weight to set, None for the member's own. Invalid where it is none of HAProxy's."""
    if request.weight > HEAVIEST:
        raise Invalid([Violation("weight", f"must be from 0 to {HEAVIEST}, or absent")])
    return request.weight if request.HasField("weight") else None


def of_type(wanted: type[R], resource: Resource | None) -> R:
    """Return `resource`, which the service returned for a key of the kind `wanted`."""
    if not isinstance(resource, wanted):
        raise TypeError(f"a {wanted.__name__} was asked for, {type(resource).__name__} found")
    return resource
