"""Figures in few characters, and how they went as a small chart. Pure."""

from collections.abc import Sequence
from typing import Final

_BARS: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = "_.-:=+*#"
_UNITS: Final = ("", "k", "M", "G", "T", "P")
_THOUSAND: Final = 1_000
_SHORT: Final = 10
"""Below it a figure has one decimal."""


def short(value: float) -> str:
    """Return a figure in at most 5 characters: `0.4`, `7`, `123`, `1.2k`, `45M`."""
    unit = 0
    while value >= _THOUSAND - 0.5 and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    text = f"{value:.1f}".removesuffix(".0") if value < _SHORT else f"{value:.0f}"
    return f"{text}{_UNITS[unit]}"


def chart(values: Sequence[float], width: int, *, is_ascii: bool = False) -> str:
    """Return the last `width` values as bars, the newest to the right; the highest of them fills its place.

    What is not known yet is blank, and so is zero.
    """
    bars = _ASCII if is_ascii else _BARS
    shown = list(values[-width:]) if width > 0 else []
    top = max(shown, default=0.0)
    return "".join(_bar(value, top, bars) for value in shown).rjust(max(width, 0))


def _bar(value: float, top: float, bars: str) -> str:
    if value <= 0:
        return " "
    return bars[min(len(bars) - 1, int(value / top * len(bars)))]
