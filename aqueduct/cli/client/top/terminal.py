"""A terminal that a page is drawn on: its own screen, keys as they are pressed, and its size.

Invariant: whatever ends the program, the terminal is as it was before.
"""

import os
import select
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

import click

from aqueduct.cli.client import screen
from aqueduct.cli.client.top.page import Line

_ENTER: Final = "\x1b[?1049h\x1b[?25l"
_LEAVE: Final = "\x1b[?25h\x1b[?1049l"
_HOME: Final = "\x1b[H"
_REST_OF_LINE: Final = "\x1b[K"
_REST: Final = "\x1b[J"
_MOST: Final = 64
"""Bytes of keys that are read at once."""
_KEYS: Final = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\x1b[H": "home",
    b"\x1b[F": "end",
    b"\x1b": "escape",
    b"\r": "enter",
    b"\n": "enter",
    b"\x7f": "backspace",
    b"\x08": "backspace",
}


class Terminal:
    """The terminal of stdin and stdout. `with Terminal() as terminal:` takes it over."""

    def __init__(self) -> None:
        self._stdin = sys.stdin.fileno()
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wakes, False)

    def __enter__(self) -> Self:
        self._former = termios.tcgetattr(self._stdin)
        self._handler = signal.signal(signal.SIGWINCH, lambda *_: self.wake())
        tty.setcbreak(self._stdin)
        self._write(_ENTER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        termios.tcsetattr(self._stdin, termios.TCSADRAIN, self._former)
        signal.signal(signal.SIGWINCH, self._handler)
        self._write(_LEAVE)
        os.close(self._wakes)
        os.close(self._woken)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return shutil.get_terminal_size()

    def wake(self) -> None:
        """Have `keys` return. May be called by any thread."""
        try:
            os.write(self._wakes, b"\0")
        except BlockingIOError:
            return  # it is woken already

    def keys(self, within: float | None = None) -> list[str]:
        """Wait for keys, or until it is woken, for at most `within` seconds; return the keys, by name.

        EOFError where the terminal is gone.
        """
        readable, _, _ = select.select([self._stdin, self._woken], [], [], within)
        if self._woken in readable:
            os.read(self._woken, _MOST)
        if self._stdin not in readable:
            return []
        typed = os.read(self._stdin, _MOST)
        if not typed:
            raise EOFError
        return named(typed)

    def draw(self, lines: Sequence[Line]) -> None:
        """Draw a page."""
        painted = (_painted(line) + _REST_OF_LINE for line in lines)
        self._write(_HOME + "\r\n".join(painted) + _REST)

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def named(typed: bytes) -> list[str]:
    """Return the keys in what was typed: names of those that have one, characters of the others."""
    found = []
    while typed:
        known = max((key for key in _KEYS if typed.startswith(key)), key=len, default=b"")
        if known:
            found.append(_KEYS[known])
            typed = typed[len(known) :]
        else:
            character = typed.decode(errors="replace")[0]
            found.append(character)
            typed = typed[max(1, len(character.encode())) :] if character != "�" else typed[1:]
    return found


def _painted(line: Line) -> str:
    if not screen.in_colour(sys.stdout):
        return line.text
    return click.style(line.text, fg=line.colour, bold=line.is_bold or None)
