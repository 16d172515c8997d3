"""The gateway's errors for what is no request, and for a connection too many."""

from typing import Final

from aiohttp import web
from google.rpc import code_pb2

from aqueduct.gateway.answers import encode
from aqueduct.gateway.errors import HttpError, error_document, http_headers, phrase, too_many
from aqueduct.web.connections import HEADERS
from aqueduct.web.faults import Fault

_MALFORMED: Final = (code_pb2.INVALID_ARGUMENT, "MALFORMED_REQUEST")
_CODES: Final = {
    431: (code_pb2.INVALID_ARGUMENT, "TOO_LARGE"),
    501: (code_pb2.UNIMPLEMENTED, "NOT_IMPLEMENTED"),
    505: (code_pb2.UNIMPLEMENTED, "NOT_IMPLEMENTED"),
}


class GatewayWords:
    """Tells them in JSON, as all others."""

    def unreadable(self, fault: Fault) -> web.Response:
        """Return the answer to what is no request."""
        code, reason = _CODES.get(fault.http, _MALFORMED)
        return _response(HttpError(fault.http, code, reason, fault.message))

    def too_many(self) -> web.Response:
        """Return the answer to a connection too many."""
        return _response(too_many("there are too many connections"))


def _response(error: HttpError) -> web.Response:
    headers = {**HEADERS, **http_headers(error), "Content-Type": "application/json; charset=utf-8"}
    body = encode(error_document(error)).encode()
    return web.Response(status=error.http, reason=phrase(error.http), body=body, headers=headers)
