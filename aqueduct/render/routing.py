"""Where a section leads, by its text.

Read from the text, so that raw lines and templates of the user's own count like typed fields.
"""

import re
from collections.abc import Container, Iterator

from aqueduct.model.words import first_word, words_of

ROUTING = ("use_backend", "default_backend")
_NAME = re.compile(r"[A-Za-z0-9_.:-]+")


def routes_of(text: str) -> frozenset[str]:
    """Return the names of the backends that `use_backend` and `default_backend` lines of `text` lead to.

    Names that HAProxy makes up at run time (`use_backend %[req.hdr(host)]`) are left out.
    """
    return frozenset(_routes(text))


def _routes(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if first_word(line) in ROUTING:
            yield from filter(_NAME.fullmatch, words_of(line)[1:2])


def mode_of(text: str) -> str | None:
    """Return the mode that a section's `mode` line says, the last one where there are several."""
    mode = None
    for line in text.split("\n"):
        if first_word(line) == "mode":
            mode = next(iter(words_of(line)[1:]), mode)
    return mode


def has_proxy(headers: Container[str], name: str) -> bool:
    """Tell whether one of the sections `headers` can be routed to by `name`."""
    return f"backend {name}" in headers or f"listen {name}" in headers
