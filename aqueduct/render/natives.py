"""Where raw lines stand in a section.

HAProxy evaluates rules by their kind, whatever their order in the file, and warns where the file is
in another order. Raw lines are sorted as it evaluates them; the order within a kind stays.
"""

from collections.abc import Sequence
from enum import StrEnum

from aqueduct.model.words import first_word, words_of

_RULES: tuple[tuple[str, ...], ...] = (
    ("tcp-request", "connection"),
    ("tcp-request", "session"),
    ("tcp-request", "content"),
    ("monitor", "fail"),
    ("http-request",),
    ("redirect",),
    ("use_backend",),
    ("use-server",),
)
"""Kinds of rules in the order in which HAProxy evaluates them."""
_KEYWORDS = frozenset(rule[0] for rule in _RULES)
_FIRST_OF_REQUESTS = _RULES.index(("http-request",)) + 1
_FIRST_OF_ROUTING = _RULES.index(("use_backend",)) + 1

_INDENTATION = " \t"
"""Not all blanks of Unicode: to HAProxy they are letters, without which a word becomes another."""


class Phase(StrEnum):
    """The three places of raw lines in a section, in their order."""

    SETUP = "setup"
    """ACLs, options, `tcp-request` rules, and everything without an order."""
    REQUESTS = "requests"
    """`http-request` and `redirect` rules."""
    ROUTING = "routing"
    """`use_backend` and `use-server` rules."""


def phase(natives: Sequence[str], name: str) -> list[str]:
    """Return those of `natives` that belong into the phase called `name`, sorted, without indentation."""
    wanted = Phase(name)
    ranked = sorted(((_rank(native), index) for index, native in enumerate(natives)))
    return [natives[index].lstrip(_INDENTATION) for rank, index in ranked if _phase_of(rank) is wanted]


def has_directive(natives: Sequence[str], keyword: str) -> bool:
    """Tell whether one of `natives` is a `keyword` line."""
    return any(first_word(native) == keyword for native in natives)


def _rank(native: str) -> int:
    if first_word(native) not in _KEYWORDS:
        return 0
    words = tuple(words_of(native)[:2])
    return next((rank for rank, rule in enumerate(_RULES, 1) if words[: len(rule)] == rule), 0)


def _phase_of(rank: int) -> Phase:
    if rank >= _FIRST_OF_ROUTING:
        return Phase.ROUTING
    return Phase.REQUESTS if rank >= _FIRST_OF_REQUESTS else Phase.SETUP
