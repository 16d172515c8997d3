"""Errors of calls, as people read them."""

from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status

from aqueduct.cli.client.refusals import UNKNOWN, Asked, failed, placed

CODE = grpc.StatusCode


class _Error(grpc.RpcError):
    """What a call raises, in as far as it is looked at."""

    def __init__(self, code: grpc.StatusCode, details: str, status: Status | None = None) -> None:
        self._code, self._details, self._status = code, details, status

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def trailing_metadata(self) -> Any:
        return [("grpc-status-details-bin", self._status.SerializeToString())] if self._status else []


def _status(code: grpc.StatusCode, message: str, *details: ErrorInfo | BadRequest) -> _Error:
    status = Status(code=code.value[0], message=message)
    for each in details:
        status.details.add().Pack(each)
    return _Error(code, message, status)


@pytest.mark.parametrize(
    ("code", "message", "is_change", "exit_code", "told"),
    [
        (CODE.DEADLINE_EXCEEDED, "", False, 5, "x:1 did not answer within 2 s. `--timeout` waits longer."),
        (CODE.DEADLINE_EXCEEDED, "", True, 5, f"x:1 did not answer within 2 s. {UNKNOWN}"),
        (CODE.RESOURCE_EXHAUSTED, "larger than max", True, 3, "x:1 takes no call this large: larger"),
        (CODE.UNIMPLEMENTED, "unknown service", False, 1, "x:1 does not know this call: it is no Aqueduct"),
        (CODE.INTERNAL, "bug", False, 1, "x:1 failed: INTERNAL: bug"),
        (CODE.UNAVAILABLE, "failed to connect: No route to host", True, 5, "x:1 cannot be reached: No route"),
        (CODE.UNAVAILABLE, "errors resolving x: odd", True, 5, "x:1 cannot be reached: errors resolving"),
        (CODE.UNAVAILABLE, "Failed parsing HTTP/2", False, 5, "x:1 does not speak gRPC."),
        (CODE.UNAVAILABLE, "Socket closed", False, 5, "x:1 was lost: Socket closed. Try again."),
        (CODE.CANCELLED, "gone", True, 5, f"x:1 was lost: gone. {UNKNOWN}"),
    ],
)
def test_where_aqueduct_has_not_answered(
    code: grpc.StatusCode, message: str, is_change: bool, exit_code: int, told: str
) -> None:
    failure = failed(_Error(code, message), Asked("x:1", 2.0, is_change))
    assert failure.exit_code == exit_code
    assert failure.lines[0].startswith(told)


@pytest.mark.parametrize(
    ("code", "reason", "message", "exit_code", "told"),
    [
        (CODE.NOT_FOUND, "NOT_FOUND", "backend x", 4, "backend x. `aqueduct get backends` lists all."),
        (CODE.NOT_FOUND, "NOT_FOUND", "registration x", 4, "registration x"),
        (CODE.ABORTED, "REVISION_MISMATCH", "other", 3, "other. Somebody changed it meanwhile: look again."),
        (CODE.UNAVAILABLE, "NOT_SERVED", "stored.", 5, "stored. `aqueduct status` tells more."),
        (CODE.INTERNAL, "INTERNAL", "internal error; id 1", 1, "internal error; id 1"),
    ],
)
def test_what_aqueduct_says(
    code: grpc.StatusCode, reason: str, message: str, exit_code: int, told: str
) -> None:
    failure = failed(_status(code, message, ErrorInfo(reason=reason)), Asked("x:1", 2.0))
    assert (failure.exit_code, failure.lines) == (exit_code, (told,))


def test_each_violation_is_a_line_of_its_own() -> None:
    request = BadRequest()
    request.field_violations.add(
        field="changes[0].put_backend.switch_policy.drain_timeout", description="is long"
    )
    request.field_violations.add(field="annotation.author", description="is odd")
    error = _status(CODE.INVALID_ARGUMENT, "", ErrorInfo(reason="INVALID_FIELD"), request)
    places = {"changes[0].put_backend": "a.yaml: {}".format}
    failure = failed(error, Asked("x:1", 2.0, is_change=True, places=places))
    assert failure.exit_code == 3
    assert failure.lines == ("a.yaml: switchPolicy.drainTimeout: is long", "annotation.author: is odd")


def test_details_that_contradict_the_status_are_not_believed() -> None:
    status = Status(code=3, message="other")
    failure = failed(_Error(CODE.INTERNAL, "this", status), Asked("x:1", 2.0))
    assert failure.lines == ("x:1 failed: INTERNAL: this",)


def test_fields_of_requests_are_found_in_files() -> None:
    places = {"configuration.backends[1]": "f: {}".format, "changes[0].delete_backend": "deleted{}".format}
    assert placed("configuration.backends[1].natives[0]", places) == "f: natives[0]"
    assert placed("changes[0].delete_backend", places) == "deleted"
    assert placed("changes[7].put_backend.x", places) == "changes[7].put_backend.x"
    assert placed("", places) == ""
