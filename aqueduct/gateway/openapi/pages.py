"""What the gateway serves beside the methods: the OpenAPI document, and the page to browse it."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Final

from aqueduct.gateway.answers import Answer, encode
from aqueduct.gateway.compression import compressible
from aqueduct.gateway.negotiation import HTML, JSON, chosen
from aqueduct.gateway.openapi.document import openapi
from aqueduct.gateway.routes import Router

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}


Page = Callable[[str | None], Answer]
"""Takes the `Accept` of a request. HttpError 406 where that does not like what the page is."""


def pages(router: Router) -> Mapping[str, Page]:
    """Return the pages by their paths. Each is made when it is first asked for."""

    @cache
    def document() -> Answer:
        return compressible(Answer(encode(openapi(router)).encode(), JSON, headers=_HEADERS))

    return {
        "/openapi.json": fixed(document),
        "/docs": fixed(lambda: _file("docs.html", HTML)),
        "/docs.js": fixed(lambda: _file("docs.js", "text/javascript")),
        "/docs.css": fixed(lambda: _file("docs.css", "text/css")),
    }


def fixed(made: Callable[[], Answer]) -> Page:
    """Return a page of one media type."""

    def page(accept: str | None) -> Answer:
        answer = made()
        chosen(accept, [answer.media_type])
        return answer

    return page


@cache
def _file(name: str, media_type: str) -> Answer:
    content = resources.files("aqueduct.gateway.openapi").joinpath(name).read_bytes()
    return compressible(Answer(content, media_type, headers=_HEADERS))
