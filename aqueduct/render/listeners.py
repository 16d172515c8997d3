"""The addresses that rendered sections listen on.

Read from the text, so that a bind line in a native or in a template of the user's own counts as well.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from aqueduct.model.bind import Address, parse_bind

_LISTENING = ("frontend ", "listen ")
_BOUND_OTHERWISE = frozenset({"interface", "namespace", "transparent", "v6only"})
"""Parameters by which an address can be had although a plain bind of it fails."""


def listeners(sections: Mapping[str, str]) -> dict[str, tuple[Address, ...]]:
    """Return the addresses of each section that listens, by the section's header.

    Left out are those that only HAProxy can try, because of a parameter of their bind line.
    """
    return {header: _addresses(text) for header, text in sections.items() if header.startswith(_LISTENING)}


def addresses(sections: Mapping[str, str]) -> set[Address]:
    """Return all addresses that `sections` listen on."""
    return set(_flat(listeners(sections).values()))


def _flat(groups: Iterable[tuple[Address, ...]]) -> Iterable[Address]:
    return (address for group in groups for address in group)


@lru_cache(maxsize=65_536)
def _addresses(text: str) -> tuple[Address, ...]:
    binds = (line.split(None, 1)[1] for line in map(str.strip, text.splitlines()) if line.startswith("bind "))
    return tuple(_flat(map(_parsed, binds)))


def _parsed(bind: str) -> tuple[Address, ...]:
    try:
        parsed = parse_bind(bind)
    except ValueError:
        return ()  # of a form that only HAProxy can judge
    return () if _BOUND_OTHERWISE.intersection(parsed.words[1:]) else parsed.addresses
