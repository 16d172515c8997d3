"""Words for people: on stdout or stderr, in colours where that is a terminal that wants them.

Colours are for terminals alone, and not for those under NO_COLOR (https://no-color.org) or TERM=dumb. Nothing
that others wrote moves the cursor: what is no printable character is told as one.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

import click

from aqueduct.cli.failures import Exit, Failed

ADDED: Final = "green"
CHANGED: Final = "yellow"
REMOVED: Final = "red"
PLACE: Final = "cyan"
_GAP: Final = "   "


def is_terminal(stream: TextIO) -> bool:
    """Tell whether somebody looks at `stream`."""
    return stream.isatty()


def in_colour(stream: TextIO) -> bool:
    """Tell whether what is written to `stream` is to be coloured."""
    dull = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return is_terminal(stream) and not dull


def raw(text: str) -> None:
    """Write text for programs on stdout, as it is."""
    _echo(text, nl=False, err=False, color=False)


def tell(text: str = "", colour: str | None = None, *, err: bool = False, bold: bool = False) -> None:
    """Write a line. Failed where it cannot be written, but for a pipe that nobody reads any more."""
    stream = sys.stderr if err else sys.stdout
    painted = in_colour(stream) and (colour or bold)
    words = click.style(text, fg=colour, bold=bold or None) if painted else text
    _echo(words, nl=True, err=err, color=bool(painted))


def _echo(text: str, *, nl: bool, err: bool, color: bool) -> None:
    try:
        click.echo(text, nl=nl, err=err, color=color)
    except BrokenPipeError as error:
        raise Failed((), Exit.PIPE) from error  # in silence: nobody would read it
    except OSError as error:
        raise Failed(f"the output cannot be written: {error.strerror}") from error


def plain(text: str) -> str:
    """Return `text` as one line that no terminal obeys."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def lines_of(text: str) -> list[str]:
    """Return the lines of `text`, such that no terminal obeys them."""
    return ["".join(c if c.isprintable() or c == "\t" else "?" for c in line) for line in text.splitlines()]


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows below their headers, each column as wide as it has to be. Empty cells are told as `-`."""
    cells = [list(headers), *([plain(cell) or "-" for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        tell(_GAP.join(padded).rstrip(), bold=not number)


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Write names and values, below each other."""
    told = [(name, plain(value) or "-") for name, value in rows]
    width = max(len(name) for name, _ in told)
    for name, value in told:
        tell(f"{name.ljust(width)}{_GAP}{value}")


def diff(text: str, *, err: bool = False) -> None:
    """Write a unified diff."""
    for line in lines_of(text):
        tell(line, _colour_of(line), err=err)


def _colour_of(line: str) -> str | None:
    if line.startswith(("---", "+++")):
        return None
    return {"+": ADDED, "-": REMOVED, "@": PLACE}.get(line[:1])
