"""`aqueduct top`, and the options that it shares with `aqueduct watch stats`."""

from typing import Final

import click

from aqueduct.cli import values
from aqueduct.cli.commands import options
from aqueduct.cli.commands.options import Command, Server

KINDS: Final = ("frontend", "backend", "member")
SORTS: Final = ("name", "requests", "sessions", "errors")
_LEAST, _MOST = 0.1, 3_600.0


def selecting(command: Command) -> Command:
    """Give `command` what selects statistics: it gets `keys`, `kind`, and `interval` in seconds."""
    keys = click.argument("keys", metavar="[KEY | BEGINNING*]...", nargs=-1)
    kind = click.option(
        "--kind",
        "-k",
        type=click.Choice(KINDS),
        multiple=True,
        show_default="all",
        help="Only these; can be given again.",
    )
    interval = click.option(
        "--interval",
        "-i",
        type=values.duration(_LEAST, _MOST),
        metavar="TIME",
        default="1s",
        help="How often, from 100ms to 1h.",
    )
    return keys(kind(interval(command)))


@click.command(context_settings=options.CONTEXT)
@selecting
@click.option("--sort", type=click.Choice(SORTS), default="name", help="What comes first; `s` changes it.")
@options.reads
def top(*, keys: tuple[str, ...], kind: tuple[str, ...], interval: float, sort: str, server: Server) -> int:
    """Show statistics as a table that changes as they do, until q or Ctrl-C.

    Frontends begin with >, backends with =, with their members below; one that is down shows its check's last
    words. LOAD is requests per second over the last minute.

    \b
    aqueduct top
    aqueduct top 'shop*' --sort errors
    aqueduct top --kind frontend --interval 200ms
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client.top import run

    return run.top(server, keys, kind, interval, sort)
