"""An error of ours as a google.rpc.Status: what a caller reads, and what its program acts on.

Every status carries an ErrorInfo of domain `aqueduct`, whose `reason` is a stable word; further
details say which field, resource or precondition (google/rpc/error_details.proto). The status
travels in the trailing metadata `grpc-status-details-bin`, which clients take up to 8 KiB of, all
metadata together: long texts are cut, and violations that do not fit are left out and counted.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, ResourceInfo
from google.rpc.status_pb2 import Status

from aqueduct.errors import (
    AqueductError,
    Conflict,
    Exhausted,
    Invalid,
    NotFound,
    OutOfRange,
    RejectedByHAProxy,
    TimedOut,
    Unavailable,
    Unmet,
)
from aqueduct.rpc.decoding import Malformed

DOMAIN: Final = "aqueduct"
MAX_METADATA_BYTES: Final = 7_000
"""What a status takes of the trailing metadata at most: its message, and all of it in base64."""

_MAX_MESSAGE = 1_200  # bytes, percent-encoded as `grpc-message` is
_MAX_TEXT = 1_000  # bytes of one text in the details
_MAX_VIOLATIONS = 2_600  # bytes of all violations together


def status_of(error: AqueductError) -> Status:
    """Return the status that tells a caller of `error`."""
    return _status(error.code, str(error), _details(error))


def internal_status(log_id: str) -> Status:
    """Return the status of a fault of ours: nothing of it but the id that its log line has."""
    message = f"internal error; Aqueduct's log tells more under id {log_id}"
    return _status(code_pb2.INTERNAL, message, [_error_info("INTERNAL", log_id=log_id)])


def _status(code: int, message: str, details: Iterable[Message]) -> Status:
    status = Status(code=code, message=_cut_message(message))
    for detail in details:
        status.details.add().Pack(detail)
    return status


def _details(error: AqueductError) -> Iterator[Message]:
    match error:
        case Invalid():
            yield from _invalid(error)
        case Malformed():
            yield _error_info("MALFORMED_REQUEST")
        case NotFound():
            yield _error_info("NOT_FOUND")
            of = f"backends/{error.backend}/" if error.backend else ""
            yield _resource_info(error.kind, error.key, str(error), of)
        case Conflict():
            yield _error_info(
                "REVISION_MISMATCH",
                expected_revision=str(error.expected),
                current_revision=str(error.current),
            )
            yield _resource_info(error.kind, error.key, str(error))
        case Unmet():
            yield _error_info(error.kind)
            violation = PreconditionFailure.Violation(
                type=error.kind, subject=_cut(error.subject), description=_cut(error.description)
            )
            yield PreconditionFailure(violations=[violation])
        case Exhausted() | OutOfRange():
            yield _error_info(error.reason, **{name: str(value) for name, value in error.metadata.items()})
        case Unavailable():
            yield _error_info(error.reason)
        case TimedOut():
            yield _error_info("TIMED_OUT")
        case _:
            raise AssertionError(f"an error without details: {type(error)}")


def _invalid(error: Invalid) -> Iterator[Message]:
    request = BadRequest()
    for violation in error.violations:
        request.field_violations.add(field=_cut(violation.field), description=_cut(violation.description))
        if request.ByteSize() > _MAX_VIOLATIONS:
            del request.field_violations[-1]
            break
    omitted = len(error.violations) - len(request.field_violations)
    reason = "REJECTED_BY_HAPROXY" if isinstance(error, RejectedByHAProxy) else "INVALID_FIELD"
    yield _error_info(reason, **({"omitted_violations": str(omitted)} if omitted else {}))
    yield request


def _error_info(reason: str, **metadata: str) -> ErrorInfo:
    return ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)


def _resource_info(kind: str, key: str, description: str, of: str = "") -> ResourceInfo:
    name = f"{of}{kind}s/{key.removeprefix('/')}"
    return ResourceInfo(resource_type=kind, resource_name=_cut(name), description=_cut(description))


def _cut(text: str) -> str:
    encoded = text.encode(errors="replace")
    if len(encoded) <= _MAX_TEXT:
        return encoded.decode()
    return encoded[: _MAX_TEXT - len("…".encode())].decode(errors="ignore") + "…"


def _cut_message(text: str) -> str:
    size = 0
    for position, character in enumerate(text):
        size += _size_in_header(character)
        if size > _MAX_MESSAGE - _size_in_header("…"):
            return _cut(text[:position]) + "…"
    return _cut(text)


def _size_in_header(character: str) -> int:
    """Return the bytes that `character` takes in `grpc-message`, which is percent-encoded."""
    is_plain = character.isascii() and character.isprintable() and character != "%"
    return 1 if is_plain else 3 * len(character.encode(errors="replace"))
