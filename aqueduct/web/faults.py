"""What is wrong with a request before anybody looks at what it asks for.

Whatever a client says to speak, it is answered by HTTP/1.1: its own version may be none.
"""

from typing import Final, NamedTuple

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

_TOO_MANY: Final = "too many headers"
"""What aiohttp says of them; it has no class for that."""
_LONGEST: Final = 200
_SPOKEN: Final = (HttpVersion10, HttpVersion11)


class Fault(NamedTuple):
    """What is answered to it."""

    http: int
    message: str


def fault_of(error: HttpProcessingError) -> Fault:
    """Return the fault for what aiohttp could not read."""
    message = " ".join(error.message.split())[:_LONGEST]
    if isinstance(error, LineTooLong) or message.lower().startswith(_TOO_MANY):
        return Fault(431, "the request's head is too large")
    return Fault(400, f"the request is no HTTP/1.1: {message}")


def fault_in(request: web.BaseRequest) -> Fault | None:
    """Return what is wrong with a request that aiohttp has read."""
    if request.version not in _SPOKEN:
        http = 400 if request.version < HttpVersion10 else 505
        return Fault(http, "the request must be HTTP/1.1, or HTTP/1.0")
    codings = ",".join(request.headers.getall("Transfer-Encoding", ()))
    if codings and codings.strip().lower() != "chunked":
        return Fault(501, "the only transfer coding that is taken is chunked")
    return None


def answer_by_1_1(request: web.BaseRequest) -> None:
    """Have an answer be HTTP/1.1, whatever the request was."""
    request._cache["version"] = HttpVersion11  # noqa: SLF001 # aiohttp answers by what is read there
