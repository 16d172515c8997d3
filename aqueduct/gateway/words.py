"""The gateway's errors for what is no request, and for a connection too many."""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from google.rpc import code_pb2

from aqueduct.gateway.answers import encode
from aqueduct.gateway.errors import HttpError, error_document, http_headers, malformed, phrase, too_many

_LONGEST = 200


class GatewayWords:
    """Tells them in JSON, as all others."""

    def unreadable(self, error: HttpProcessingError) -> web.Response:
        """Return the answer to what is no request."""
        if isinstance(error, LineTooLong):
            message = "the request's head is too large"
            return _response(HttpError(431, code_pb2.INVALID_ARGUMENT, "TOO_LARGE", message))
        return _response(malformed(f"the request is no HTTP/1.1: {_one_line(error.message)}"))

    def too_many(self) -> web.Response:
        """Return the answer to a connection too many."""
        return _response(too_many("there are too many connections"))


def _response(error: HttpError) -> web.Response:
    headers = {**http_headers(error), "Content-Type": "application/json; charset=utf-8"}
    body = encode(error_document(error)).encode()
    return web.Response(status=error.http, reason=phrase(error.http), body=body, headers=headers)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
