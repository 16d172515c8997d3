"""The addresses that rendered sections listen on.

Read from the text, so that a bind line in a native or in a template of the user's own counts as well.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from aqueduct.model.bind import Address
from aqueduct.model.listeners import native_bind
from aqueduct.model.words import first_word

_LISTENING = ("frontend ", "listen ")
_BOUND_OTHERWISE = frozenset({"namespace", "transparent"})
"""Parameters by which an address can be had although a plain bind of it fails."""
_ANY_OF_IPV6 = "::"
"""With `v6only` it can be had although the port is taken for IPv4, which a plain bind asks for too."""


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
    lines = text.split("\n")[1:]
    return tuple(_flat(_parsed(line) for line in lines if first_word(line) == "bind"))


def _parsed(line: str) -> tuple[Address, ...]:
    try:
        parsed = native_bind(line)
    except ValueError:
        return ()  # of a form that only HAProxy can judge
    parameters = parsed.words[1:]
    if _BOUND_OTHERWISE.intersection(parameters):
        return ()
    if "v6only" in parameters:
        return tuple(address for address in parsed.addresses if address.host != _ANY_OF_IPV6)
    return parsed.addresses
