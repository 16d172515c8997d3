"""The one table: error of ours, gRPC status with its details, HTTP status."""

import base64
from urllib.parse import quote

import pytest
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
    Violation,
)
from aqueduct.rpc.decoding import Malformed
from aqueduct.rpc.status import MAX_METADATA_BYTES, internal_status, status_of
from tests.refusals import unpacked


def info(reason: str, **metadata: str) -> ErrorInfo:
    return ErrorInfo(reason=reason, domain="aqueduct", metadata=metadata)


def bad_request(field: str, description: str) -> BadRequest:
    return BadRequest(field_violations=[BadRequest.FieldViolation(field=field, description=description)])


def resource(kind: str, name: str, description: str) -> ResourceInfo:
    return ResourceInfo(resource_type=kind, resource_name=name, description=description)


VIOLATION = Violation("frontend.bind", "is needed")
GONE = "backend app not found"
NO_MEMBER = "member 10.0.0.1:80 of backend app not found"
MOVED = "frontend web is at revision 7, revision 5 was expected"
TABLE: list[tuple[AqueductError, int, int, str, list[Message]]] = [
    (
        Invalid([VIOLATION]),
        code_pb2.INVALID_ARGUMENT,
        400,
        "frontend.bind: is needed",
        [info("INVALID_FIELD"), bad_request("frontend.bind", "is needed")],
    ),
    (
        RejectedByHAProxy([Violation("backend.natives[0]", "unknown keyword 'x'")]),
        code_pb2.INVALID_ARGUMENT,
        400,
        "backend.natives[0]: unknown keyword 'x'",
        [info("REJECTED_BY_HAPROXY"), bad_request("backend.natives[0]", "unknown keyword 'x'")],
    ),
    (
        Malformed("aqueduct.v1.GetBackendRequest", "Wire format was corrupt"),
        code_pb2.INVALID_ARGUMENT,
        400,
        "the request is no valid aqueduct.v1.GetBackendRequest: Wire format was corrupt",
        [info("MALFORMED_REQUEST")],
    ),
    (
        NotFound("backend", "app"),
        code_pb2.NOT_FOUND,
        404,
        GONE,
        [info("NOT_FOUND"), resource("backend", "backends/app", GONE)],
    ),
    (
        NotFound("member", "10.0.0.1:80", backend="app"),
        code_pb2.NOT_FOUND,
        404,
        NO_MEMBER,
        [info("NOT_FOUND"), resource("member", "backends/app/members/10.0.0.1:80", NO_MEMBER)],
    ),
    (
        Conflict("frontend", "web", 5, 7),
        code_pb2.ABORTED,
        409,
        MOVED,
        [
            info("REVISION_MISMATCH", expected_revision="5", current_revision="7"),
            resource("frontend", "frontends/web", MOVED),
        ],
    ),
    (
        Unmet("BIND_ADDRESS", "frontends/web", "127.0.0.1:80: Address already in use"),
        code_pb2.FAILED_PRECONDITION,
        400,
        "frontends/web: 127.0.0.1:80: Address already in use",
        [
            info("BIND_ADDRESS"),
            PreconditionFailure(
                violations=[
                    PreconditionFailure.Violation(
                        type="BIND_ADDRESS",
                        subject="frontends/web",
                        description="127.0.0.1:80: Address already in use",
                    )
                ]
            ),
        ],
    ),
    (
        OutOfRange("COMPACTED", "revision 3 is no more", oldest_revision=7),
        code_pb2.OUT_OF_RANGE,
        400,
        "revision 3 is no more",
        [info("COMPACTED", oldest_revision="7")],
    ),
    (
        Exhausted("DISK_FULL", "no room"),
        code_pb2.RESOURCE_EXHAUSTED,
        429,
        "no room",
        [info("DISK_FULL")],
    ),
    (
        Unavailable("HAPROXY_DOWN", "HAProxy does not run"),
        code_pb2.UNAVAILABLE,
        503,
        "HAProxy does not run",
        [info("HAPROXY_DOWN")],
    ),
    (
        TimedOut(2.5),
        code_pb2.DEADLINE_EXCEEDED,
        504,
        "not done within 2.5 s; what was begun may be done yet",
        [info("TIMED_OUT")],
    ),
]


@pytest.mark.parametrize(
    ("error", "code", "http", "message", "details"), TABLE, ids=[type(row[0]).__name__ for row in TABLE]
)
def test_table(error: AqueductError, code: int, http: int, message: str, details: list[Message]) -> None:
    status = status_of(error)
    assert (status.code, error.http, status.message) == (code, http, message)
    assert unpacked(status) == details


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("member", "10.0.0.1:80 of backend app", "members/10.0.0.1:80 of backend app"),
        ("registration", "/web/1.0.0/10.0.0.1/80", "registrations/web/1.0.0/10.0.0.1/80"),
    ],
)
def test_what_is_not_found_need_be_no_resource(kind: str, key: str, name: str) -> None:
    _, found = unpacked(status_of(NotFound(kind, key)))
    assert found == resource(kind, name, f"{kind} {key} not found")


def test_what_is_not_found_is_told_in_one_line() -> None:
    assert str(NotFound("backend", "a\nb")) == r"backend 'a\nb' not found"


def test_the_table_has_every_error() -> None:
    def leaves(kind: type[AqueductError]) -> set[type[AqueductError]]:
        return {kind}.union(*map(leaves, kind.__subclasses__()))

    assert leaves(AqueductError) - {AqueductError} == {type(row[0]) for row in TABLE}


def test_an_error_that_the_table_lacks_is_a_fault_of_ours() -> None:
    class Strange(AqueductError):
        code = code_pb2.UNKNOWN
        http = 500

    with pytest.raises(AssertionError):
        status_of(Strange())
    del Strange


def test_an_internal_status_tells_the_id_only() -> None:
    status = internal_status("abc")
    assert status.code == code_pb2.INTERNAL
    assert status.message == "internal error; Aqueduct's log tells more under id abc"
    assert unpacked(status) == [info("INTERNAL", log_id="abc")]


def metadata_size(status: Status) -> int:
    encoded = quote(status.message, safe=" !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return len(encoded) + len(base64.b64encode(status.SerializeToString()))


LONG = [
    Invalid([Violation(f"frontend.rules[{count}].value", "x" * 300) for count in range(500)]),
    Invalid([Violation("f" * 9_000, "x" * 9_000)]),
    RejectedByHAProxy([Violation("backend.natives[0]", "\n%é€" * 9_000)]),
    NotFound("backend", "ü" * 9_000),
    Conflict("backend", "k" * 9_000, 1, 2),
    Unmet("BIND_ADDRESS", "s" * 9_000, "d" * 9_000),
    Exhausted("DISK_FULL", "\udcff" * 9_000),
]


@pytest.mark.parametrize("error", LONG, ids=[type(error).__name__ for error in LONG])
def test_what_is_long_is_cut_to_what_clients_take(error: AqueductError) -> None:
    status = status_of(error)
    assert metadata_size(status) <= MAX_METADATA_BYTES
    assert status.message.endswith("…")
    assert len(unpacked(status)) == len(
        next(row[4] for row in TABLE if type(row[0]) is type(error))  # nothing is missing but length
    )


def test_violations_left_out_are_counted() -> None:
    found, request = unpacked(status_of(LONG[0]))
    assert isinstance(found, ErrorInfo)
    assert isinstance(request, BadRequest)
    told = len(request.field_violations)
    assert told > 3
    assert found.metadata["omitted_violations"] == str(500 - told)
    assert request.field_violations[0].field == "frontend.rules[0].value"
