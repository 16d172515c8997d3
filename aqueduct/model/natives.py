"""What a raw line must not be: anything but one line of its own section.

A line is judged by the words that HAProxy makes of it. What they say is HAProxy's to judge.
"""

from aqueduct.model.words import SECTIONS, has_control, split

_BLANKS = " \t"
_MODIFIERS = ("no", "default")
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
    keyword = _keyword(words)
    if keyword is not None:
        _check_keyword(keyword)


def _keyword(words: list[str]) -> str | None:
    """Return the first word but for `no` and `default`; None for a comment."""
    return next((word for word in words if word not in _MODIFIERS), None)


def _check_keyword(keyword: str) -> None:
    if keyword in SECTIONS:
        raise ValueError(f"must not begin a section of its own, as {keyword!r} does")
    odd = not keyword or keyword.startswith(".") or "$" in keyword
    if odd or not (keyword.isascii() and keyword.isprintable()):
        raise ValueError(f"must begin with a keyword of HAProxy; {keyword!r} is none")
