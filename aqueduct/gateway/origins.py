"""Pages of other origins: what browsers are told that they may do (Fetch, 3.2), and what they may not. Pure.

Browsers send some requests before they ask: a POST without a type of its own, and a WebSocket. So whatever
changes something, and a WebSocket, is refused to pages of other origins than those allowed, here and not only
by the browser.
"""

from collections.abc import Collection, Mapping
from typing import Final

from aqueduct.gateway.errors import foreign

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_HEADERS: Final = (
    "Accept, Authorization, Content-Type, Grpc-Timeout, If-Match, If-None-Match, "
    "Last-Event-ID, Request-Timeout"
)
_EXPOSED: Final = (
    "Allow, Aqueduct-Apply, Aqueduct-Next-Page-Token, Aqueduct-Revision, "
    "Content-Location, ETag, Link, Retry-After"
)
_MAX_AGE: Final = 600
"""Seconds that a browser need not ask again."""


class Origins:
    """The origins that `allowed` names; `*` is any. None by default: pages of this server's own only."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._allowed = frozenset(allowed)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return what the answer to a request says of its origin."""
        if not self._allowed:
            return {}
        origin = headers.get("origin")
        told = {} if "*" in self._allowed else {"Vary": "Origin"}
        if origin is None or not self._allows(origin):
            return told
        named = "*" if "*" in self._allowed else origin
        return {"Access-Control-Allow-Origin": named, "Access-Control-Expose-Headers": _EXPOSED, **told}

    def preflight(self, headers: Mapping[str, str], allowed: str) -> dict[str, str]:
        """Return what the answer to an OPTIONS says of what a page may do; `allowed` are the path's verbs."""
        told = self.headers(headers)
        if "Access-Control-Allow-Origin" not in told:
            return told
        told["Access-Control-Allow-Methods"] = allowed
        told["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
        told["Access-Control-Max-Age"] = str(_MAX_AGE)
        return told

    def check(self, verb: str, headers: Mapping[str, str]) -> None:
        """HttpError 403 where a page of a foreign origin would change something, or open a WebSocket."""
        origin = headers.get("origin")
        if origin is None or (verb in _SAFE and "upgrade" not in headers):
            return
        is_own = headers.get("sec-fetch-site") == "same-origin" or _host(origin) == headers.get("host", "")
        if not is_own and not self._allows(origin):
            raise foreign(origin)

    def _allows(self, origin: str) -> bool:
        return "*" in self._allowed or origin in self._allowed


def _host(origin: str) -> str:
    return origin.partition("://")[2]
