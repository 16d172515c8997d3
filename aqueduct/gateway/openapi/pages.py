"""What the gateway serves beside the methods: the OpenAPI document, and the page to browse it."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Final

from aqueduct.gateway.answers import Answer, encode
from aqueduct.gateway.negotiation import HTML, JSON
from aqueduct.gateway.openapi.document import openapi
from aqueduct.gateway.routes import Router

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}


def pages(router: Router) -> Mapping[str, Callable[[], Answer]]:
    """Return the pages by their paths. Each is made when it is first asked for."""

    @cache
    def document() -> Answer:
        return Answer(encode(openapi(router)).encode(), JSON, headers=_HEADERS)

    return {
        "/openapi.json": document,
        "/docs": lambda: _file("docs.html", HTML),
        "/docs.js": lambda: _file("docs.js", "text/javascript"),
        "/docs.css": lambda: _file("docs.css", "text/css"),
    }


@cache
def _file(name: str, media_type: str) -> Answer:
    content = resources.files("aqueduct.gateway.openapi").joinpath(name).read_bytes()
    return Answer(content, media_type, headers=_HEADERS)
