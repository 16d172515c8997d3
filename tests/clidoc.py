"""docs/cli.md, taken apart: its files, the lines that it says can be run, what it says of each command."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from aqueduct.cli.main import program

DOCUMENT = Path(__file__).parent.parent / "docs" / "cli.md"
_TALKING = "all that talk to a server"


class Line(NamedTuple):
    """A line of a shell, and the exit code that it has."""

    command: str
    code: int


def text() -> str:
    return DOCUMENT.read_text()


def files() -> dict[str, str]:
    """Return the files that are shown, by the names in their first lines."""
    found = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", text(), re.DOTALL | re.MULTILINE)
    return dict(found)


def lines() -> list[Line]:
    """Return the lines to run, in their order."""
    (block,) = re.findall(r"^```console\n(.*?)^```$", text(), re.DOTALL | re.MULTILINE)
    parts = [line.partition("  # exits ") for line in block.splitlines()]
    return [Line(command, int(code or 0)) for command, _, code in parts]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Iterate over all commands, those of groups too, with the name of the one below the program."""
    context = click.Context(program)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            within = click.Context(command)
            for each in command.list_commands(within):
                part = command.get_command(within, each)
                assert part is not None
                yield name, part


def options(command: click.Command) -> Iterator[click.Option]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield parameter


def names(option: click.Option) -> list[str]:
    """Return how an option can be written, off switches too."""
    return [*option.opts, *option.secondary_opts]


def documented(name: str) -> set[str]:
    """Return the options in backticks that are about a command: of its section, and of those it shares."""
    sections = re.split(r"^## ", text(), flags=re.MULTILINE)
    own = [body for body in sections if name in re.split(r", ", body.partition("\n")[0])]
    rows = [line.split(" | ") for line in text().splitlines() if line.startswith("| `-")]
    talks = name not in ("serve", "demo", "backup", "fsck", "template", "completion")
    shared = [
        row[0] for row in rows if f"`{name}`" in row[1] or row[1] == "all" or (row[1] == _TALKING and talks)
    ]
    return set(re.findall(r"`(-[^` ]+)`", "\n".join([*own, *shared])))
