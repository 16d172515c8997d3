"""Which sections depend on a proxy other than by routing to it.

A raw line may name a proxy or its servers in many ways (`nbsrv(web)`, `track-sc0 src table web`); when
that changes, HAProxy has to read the section again. Found by the word, so there may be too many, never
too few: words count as they stand and as HAProxy reads them.
"""

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from aqueduct.model.resources import Resource
from aqueduct.model.words import first_word, words_of
from aqueduct.render.rendered import Rendered
from aqueduct.render.routing import ROUTING
from aqueduct.v1.backend_pb2 import Membership
from aqueduct.v1.frontend_pb2 import Frontend

_WORD = re.compile(r"[A-Za-z0-9_.:-]+")
_QUOTING = frozenset("'\"\\")
_CLAIMS = frozenset({"id", "guid", "server", "stick-table"})
"""Keywords of raw lines that claim what no other section may have."""
_GUID = "guid"


def mentioning(rendered: Rendered, key: str) -> set[str]:
    """Return the headers of the sections that mention backend `key`, but for its own."""
    own = f"backend {key}"
    return {
        header
        for header, text in rendered.sections.items()
        if header != own and (key in text or not _QUOTING.isdisjoint(text)) and key in mentions_of(text)
    }


def mentioning_any(rendered: Rendered, names: Collection[str], *, owned: bool = True) -> set[str]:
    """Return the headers of the sections whose raw lines mention one of `names`, by routing to it too.

    Names are those of frontends, backends and servers. Sections that no resource owns count as a whole;
    they alone are looked at where no other is known to mention any (`owned` is false).
    """
    wanted = frozenset(names)
    headers = rendered.sections if owned else rendered.sections.keys() - rendered.owners.keys()
    return {header for header in headers if not wanted.isdisjoint(_raw_words(rendered, header))}


def mentions_of(text: str) -> frozenset[str]:
    """Return the words of a section, but for its header and for where it routes to."""
    return frozenset(_words(text, lambda keyword: keyword not in ROUTING))


def raw_words(resource: Resource) -> frozenset[str]:
    """Return the words of the raw lines of a resource."""
    if isinstance(resource, Membership) or not resource.natives:
        return frozenset()
    return _every_word("\n".join(("", *resource.natives)))


def needs_whole_check(resource: Resource) -> bool:
    """Tell whether `resource` claims by raw words what HAProxy wants to be unique in all sections."""
    if isinstance(resource, Membership):
        return False
    if any(first_word(native) in _CLAIMS or _GUID in words_of(native) for native in resource.natives):
        return True
    return isinstance(resource, Frontend) and _GUID in words_of(resource.bind)


def _raw_words(rendered: Rendered, header: str) -> frozenset[str]:
    ref = rendered.owners.get(header)
    resource = rendered.snapshot.source(ref) if ref is not None else None
    if resource is None:
        return _every_word(rendered.sections[header])
    return raw_words(resource)


@lru_cache(maxsize=16_384)
def _every_word(text: str) -> frozenset[str]:
    return frozenset(_words(text, lambda _: True))


def _words(text: str, counts: Callable[[str], bool]) -> Iterator[str]:
    for line in text.split("\n")[1:]:
        if counts(first_word(line)):
            yield from _WORD.findall(line)
            if not _QUOTING.isdisjoint(line):
                yield from _WORD.findall(" ".join(words_of(line)))
