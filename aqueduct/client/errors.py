"""A call's error: gRPC's code as a class, and what the server says of it.

    CallError
    |-- InvalidArgument       a field is wrong, or HAProxy refuses the configuration: `violations`
    |-- NotFound              no such key: `resource`
    |-- Aborted               not the expected revision: `metadata["current_revision"]`
    |-- FailedPrecondition    the request is right, the world is not: `preconditions`
    |-- OutOfRange            of what is ordered, a part that is no more or not yet there
    |-- ResourceExhausted     a limit or a full disk
    |-- Unavailable           no server there, or it cannot serve just now: `reason`
    |-- DeadlineExceeded      whether a change was made is not known
    `-- Cancelled             by the caller, or by whoever ends the connection

Codes that have no class of their own are a CallError.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo
from google.rpc.status_pb2 import Status

_DETAILS: Final = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with one field of the request, such as `backend.members[0].port`."""

    field: str
    description: str


@dataclass(frozen=True, slots=True)
class PreconditionViolation:
    """What is not as the request needs it: `kind` is a stable word, such as `BIND_ADDRESS`."""

    kind: str
    subject: str
    description: str


@dataclass(frozen=True, slots=True)
class Resource:
    """What an error is about: `kind` such as `backend`, `name` such as `backends/web`."""

    kind: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Details:
    """What the server says of an error, beside its code and message; nothing where it said nothing."""

    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: Sequence[Violation] = ()
    preconditions: Sequence[PreconditionViolation] = ()
    resource: Resource | None = None


class CallError(Exception):
    """A call failed. `reason` is a stable word (docs/operations.md), empty where no Aqueduct answered."""

    def __init__(self, code: grpc.StatusCode, message: str, details: Details) -> None:
        self.code = code
        self.message = message
        self.reason = details.reason
        self.metadata = details.metadata
        self.violations = details.violations
        self.preconditions = details.preconditions
        self.resource = details.resource
        super().__init__(f"{code.name}: {message}")


class InvalidArgument(CallError):
    """A field is wrong, or HAProxy refuses the configuration: `violations` say which and why."""


class NotFound(CallError):
    """There is no such `resource`."""


class Aborted(CallError):
    """The resource is not at the expected revision, but at `metadata["current_revision"]`, 0 for none."""


class FailedPrecondition(CallError):
    """The request is right, but not now: `preconditions` say why."""


class OutOfRange(CallError):
    """What was asked for lies before what is kept, or is yet to come."""


class ResourceExhausted(CallError):
    """A limit, or a full disk."""


class Unauthenticated(CallError):
    """No token that the server knows."""


class PermissionDenied(CallError):
    """The token does not allow the call."""


class Unavailable(CallError):
    """There is no server, or it cannot serve just now."""


class DeadlineExceeded(CallError):
    """Time is over. Whether a change was made is not known."""


class Cancelled(CallError):
    """The call was cancelled."""


_CLASSES: Final = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ABORTED: Aborted,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.OUT_OF_RANGE: OutOfRange,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.CANCELLED: Cancelled,
}


def call_error(error: Any) -> CallError:
    """Return what gRPC's own error says: that of `grpc` or of `grpc.aio`."""
    trailing = error.trailing_metadata() or ()
    packed = next((value for name, value in trailing if name == _DETAILS), b"")
    return made(error.code(), error.details() or "", details_of(packed))


def made(code: grpc.StatusCode, message: str, details: Details | None = None) -> CallError:
    """Return the error of a code."""
    return _CLASSES.get(code, CallError)(code, message, details or Details())


def closed() -> CallError:
    """Return the error of what the end of its client breaks off, and of what comes after it."""
    return made(grpc.StatusCode.CANCELLED, "the client is closed")


def details_of(packed: bytes) -> Details:
    """Return what a google.rpc.Status says, as it comes with an error; nothing where it is none."""
    status = Status()
    with suppress(DecodeError):  # somebody else's
        status.ParseFromString(packed)
    info, bad, failure, about = ErrorInfo(), BadRequest(), PreconditionFailure(), ResourceInfo()
    found: set[str] = set()
    kinds: Sequence[Message] = (info, bad, failure, about)
    for detail in status.details:
        for kind in kinds:
            if detail.Is(kind.DESCRIPTOR):
                detail.Unpack(kind)
                found.add(kind.DESCRIPTOR.name)
    return Details(
        reason=info.reason,
        metadata=dict(info.metadata),
        violations=tuple(Violation(each.field, each.description) for each in bad.field_violations),
        preconditions=tuple(
            PreconditionViolation(each.type, each.subject, each.description) for each in failure.violations
        ),
        resource=Resource(about.resource_type, about.resource_name, about.description)
        if "ResourceInfo" in found
        else None,
    )
