"""Exit codes, and the error that ends a command with one of them and a line for each thing that is wrong."""

from collections.abc import Sequence
from enum import IntEnum

import click


class Exit(IntEnum):
    """What an exit code says. docs/cli.md tells users the same."""

    DONE = 0
    FAILED = 1
    """It could not be done, and the caller is not to blame; of `diff`: there is a difference."""
    USAGE = 2
    """The command line is wrong, or a file that it names."""
    REFUSED = 3
    """The server says no: nothing was changed."""
    NOT_FOUND = 4
    """There is no such resource or revision."""
    UNREACHABLE = 5
    """The server cannot be reached, cannot serve just now, or did not answer in time."""
    INTERRUPTED = 130
    """Ctrl-C: 128 + SIGINT, as shells count it."""
    PIPE = 141
    """Nobody reads the output any more: 128 + SIGPIPE."""


class Failed(click.ClickException):
    """Ends the command with `code`. Each of `lines` is told on a line of its own."""

    def __init__(self, lines: str | Sequence[str], code: Exit = Exit.FAILED) -> None:
        self.lines = (lines,) if isinstance(lines, str) else tuple(lines)
        super().__init__("; ".join(self.lines))
        self.exit_code = code  # type: ignore[misc] # click looks at the object
