"""Which sections depend on a backend other than by routing to it.

A raw line may name a backend in many ways (`nbsrv(web)`, `track-sc0 src table web`); when that backend
goes, HAProxy has to read the section again. Found by the word, so there may be too many, never too few.
"""

import re
from collections.abc import Iterator

from aqueduct.model.words import first_word
from aqueduct.render.rendered import Rendered
from aqueduct.render.routing import ROUTING

_WORD = re.compile(r"[A-Za-z0-9_.:-]+")


def mentioning(rendered: Rendered, key: str) -> set[str]:
    """Return the headers of the sections that mention backend `key`, but for its own."""
    own = f"backend {key}"
    return {
        header
        for header, text in rendered.sections.items()
        if key in text and header != own and key in mentions_of(text)
    }


def mentions_of(text: str) -> set[str]:
    """Return the words of a section, but for its header and for where it routes to."""
    return set(_words(text))


def _words(text: str) -> Iterator[str]:
    for line in text.split("\n")[1:]:
        if first_word(line) not in ROUTING:
            yield from _WORD.findall(line)
