"""Errors as HTTP tells them: {code, error, message, status, details}, with the code of the gRPC status.

`code` and `error` are HTTP's, as the original had them; `status` is gRPC's word, and `details` are those
of the status, which say which field or resource (google/rpc/error_details.proto). Beside the errors of
`aqueduct/errors.py` there are those of HTTP itself, which no gRPC client can meet: HttpError.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from google.protobuf import json_format
from google.rpc import code_pb2
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from aqueduct.rpc.calls import Refused
from aqueduct.rpc.status import DOMAIN

RETRY_AFTER: Final = 5
"""Seconds after which it may be worth it to ask again: HAProxy and the store are tried as often."""

_RETRIED: Final = frozenset({429, 503})
_CLOSED_REQUEST: Final = 499
_PHRASES: Final = {413: "Content Too Large", _CLOSED_REQUEST: "Client Closed Request"}


class HttpError(Refused):
    """An answer of HTTP's own; `reason` is a stable word for programs, `code` a google.rpc.Code."""

    def __init__(
        self, http: int, code: int, reason: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.http, self.headers = http, headers or {}
        status = Status(code=code, message=message)
        status.details.add().Pack(ErrorInfo(reason=reason, domain=DOMAIN))
        super().__init__(status, None)


def malformed(message: str) -> HttpError:
    """Return the error for a request that cannot be read at all."""
    return HttpError(400, code_pb2.INVALID_ARGUMENT, "MALFORMED_REQUEST", message)


def no_such_path() -> HttpError:
    """Return the error for a path that nothing is at."""
    return HttpError(
        404, code_pb2.NOT_FOUND, "NO_SUCH_PATH", "there is nothing at this path: see /openapi.json"
    )


def not_allowed(verb: str, allowed: str) -> HttpError:
    """Return the error for a path that is there, but not for `verb`."""
    message = f"{verb} is not allowed here: {allowed} are"
    return HttpError(405, code_pb2.UNIMPLEMENTED, "METHOD_NOT_ALLOWED", message, {"Allow": allowed})


def not_acceptable(offered: str) -> HttpError:
    """Return the error for an `Accept` that names nothing which is offered."""
    return HttpError(
        406, code_pb2.INVALID_ARGUMENT, "NOT_ACCEPTABLE", f"Accept must allow for one of: {offered}"
    )


def unsupported(message: str) -> HttpError:
    """Return the error for a body of another kind than JSON."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    return HttpError(415, code_pb2.INVALID_ARGUMENT, "UNSUPPORTED_MEDIA_TYPE", message, headers)


def too_large(limit: int) -> HttpError:
    """Return the error for a body of more than `limit` bytes. What is left of it is not read."""
    message = f"a body may have {limit:,} bytes at the most"
    return HttpError(413, code_pb2.RESOURCE_EXHAUSTED, "TOO_LARGE", message, {"Connection": "close"})


def too_many_values(limit: int) -> HttpError:
    """Return the error for a body of more than `limit` values."""
    message = f"a body may hold {limit:,} values at the most"
    return HttpError(413, code_pb2.RESOURCE_EXHAUSTED, "TOO_LARGE", message)


def too_slow(seconds: float) -> HttpError:
    """Return the error for a body that did not come in time."""
    message = f"the body did not come within {seconds:g} s"
    return HttpError(408, code_pb2.DEADLINE_EXCEEDED, "TOO_SLOW", message, {"Connection": "close"})


def too_many(message: str) -> HttpError:
    """Return the error for more at once than this server takes."""
    return HttpError(503, code_pb2.UNAVAILABLE, "TOO_MANY", message, {"Connection": "close"})


def foreign(origin: str) -> HttpError:
    """Return the error for a page of another origin that would change something."""
    message = f"pages of {origin} may not do this: see --cors-origin"
    return HttpError(403, code_pb2.PERMISSION_DENIED, "FOREIGN_ORIGIN", message)


def precondition_failed(message: str) -> HttpError:
    """Return the error for an `If-Match` or an `If-None-Match` that does not hold."""
    return HttpError(412, code_pb2.ABORTED, "PRECONDITION_FAILED", message)


def http_code(error: Refused) -> int:
    """Return HTTP's code for an error."""
    if isinstance(error, HttpError):
        return error.http
    return error.error.http if error.error is not None else 500


def phrase(http: int) -> str:
    """Return HTTP's phrase for a code, the same for every version of Python."""
    return _PHRASES.get(http) or HTTPStatus(http).phrase


def http_headers(error: Refused) -> dict[str, str]:
    """Return the headers that go with an error."""
    headers = dict(error.headers) if isinstance(error, HttpError) else {}
    if http_code(error) in _RETRIED:
        headers["Retry-After"] = str(RETRY_AFTER)
    return headers


def error_document(error: Refused) -> dict[str, Any]:
    """Return the body that tells an error."""
    http = http_code(error)
    details = [json_format.MessageToDict(detail) for detail in error.status.details]
    return {
        "code": http,
        "error": phrase(http),
        "message": error.status.message,
        "status": Code.Name(error.status.code),
        "details": details,
    }
