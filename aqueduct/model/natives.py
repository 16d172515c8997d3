"""What a raw line must not be: anything but one line of its own section.

A line is judged by the words that HAProxy makes of it. What they say is HAProxy's to judge.
"""

import re
from itertools import dropwhile

from aqueduct.model.tokens import tokens
from aqueduct.model.words import SECTIONS, has_control, split
from aqueduct.v1.frontend_pb2 import RuleOperation

_BLANKS = " \t"
_MODIFIERS = ("no", "default")
_OPERATIONS = "|".join(tokens(RuleOperation.DESCRIPTOR).values())
GENERATED_ACL = re.compile(rf"(?:{_OPERATIONS})_[0-9a-f]{{12}}")
"""Names of the ACLs of rules. HAProxy joins ACLs of one name by "or"."""
_SENT = str.maketrans(dict.fromkeys("\t\r\n", " "))
"""Control characters that a word may stand for, since checks send them: `tcp-check send PING\\r\\n`."""


def check_native(native: str) -> None:
    """Raise ValueError where `native` may not stand in a section as it is."""
    words = split(native)
    bare = native.strip()
    if not bare:
        raise ValueError("must not be empty")
    if bare != native.strip(_BLANKS):
        raise ValueError("must not begin or end with a blank other than space and tab")
    if any(has_control(word.translate(_SENT)) for word in words):
        raise ValueError("must not hold control characters but \\t, \\r and \\n, not even escaped ones")
    meant = list(dropwhile(_MODIFIERS.__contains__, words))
    if meant:
        _check_keyword(meant[0])
        _check_typed(meant)


def _check_typed(words: list[str]) -> None:
    """Refuse what would contradict a typed field without a word from HAProxy."""
    match words:
        case ["mode", *_]:
            raise ValueError("must not be a mode line: use the field mode")
        case ["acl", name, *_] if GENERATED_ACL.fullmatch(name):
            raise ValueError(f"must name its ACL otherwise: names such as {name} are reserved for rules")


def _check_keyword(keyword: str) -> None:
    if keyword in SECTIONS:
        raise ValueError(f"must not begin a section of its own, as {keyword!r} does")
    odd = not keyword or keyword.startswith(".") or "$" in keyword
    if odd or not (keyword.isascii() and keyword.isprintable()):
        raise ValueError(f"must begin with a keyword of HAProxy; {keyword!r} is none")
