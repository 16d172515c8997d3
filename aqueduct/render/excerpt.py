"""A part of a configuration that HAProxy can check by itself.

Its cost follows the part, not the configuration. What the part routes to is there as an empty
backend; what it mentions otherwise (`nbsrv(web)`, a stick table) is there as it is.
"""

from collections.abc import Collection, Iterable

from aqueduct.render.mentions import mentions_of
from aqueduct.render.rendered import Rendered
from aqueduct.render.routing import has_proxy, mode_of, routes_of
from aqueduct.render.sections import join

_ON_DEMAND = ("frontend ", "backend ")
_HAPROXYS_OWN_MODE = "tcp"


def excerpt(rendered: Rendered, headers: Collection[str]) -> str:
    """Return a configuration of the sections `headers`, and of all that they need.

    That is: sections that are no frontends and no backends, the frontends and backends that any of these
    mention, in turn with what they mention, and an empty backend for each name that is routed to.
    Headers that `rendered` does not have are passed over.
    """
    sections = rendered.sections
    wanted = {header for header in sections if header in headers or not header.startswith(_ON_DEMAND)}
    wanted |= _mentioned(rendered, wanted)
    part = {header: text for header, text in sections.items() if header in wanted}
    fallback = mode_of(sections.get("defaults", "")) or _HAPROXYS_OWN_MODE
    stubs: dict[str, str] = {}
    for text in part.values():
        for name in routes_of(text):
            if not has_proxy(part, name) and stubs.get(name) != "http":
                stubs[name] = mode_of(sections.get(f"backend {name}", "")) or mode_of(text) or fallback
    return join(part | {f"backend {name}": _stub(name, mode) for name, mode in sorted(stubs.items())})


def _stub(name: str, mode: str) -> str:
    return f"backend {name}\n    mode {mode}\n"


def _mentioned(rendered: Rendered, headers: Iterable[str]) -> set[str]:
    found: set[str] = set()
    left = list(headers)
    while left:
        words = mentions_of(rendered.sections[left.pop()])
        named = {f"{kind} {word}" for word in words for kind in ("backend", "frontend")}
        new = {header for header in named if header in rendered.sections} - found
        found |= new
        left += new
    return found
