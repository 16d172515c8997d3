"""`aqueduct history` and `aqueduct restore`."""

import click

from aqueduct.cli.commands import completing, options
from aqueduct.cli.commands.options import Server, Writing


@click.command(context_settings=options.CONTEXT)
@click.argument("names", metavar="[REVISION | KIND/KEY]", nargs=-1, shell_complete=completing.resources)
@click.option(
    "--limit", "-n", type=click.IntRange(0), metavar="COUNT", default=20, help="The most to list; 0: all."
)
@options.reads
@options.output("table", "json", "yaml", "name")
def history(*, names: tuple[str, ...], limit: int, server: Server, output: str) -> int:
    """Tell who changed what, when and why.

    The newest first; of one resource, where it is named. With a REVISION: what it changed.
    """
    from aqueduct.cli.client import telling

    return telling.history(server, names, limit, output)


@click.command(context_settings=options.CONTEXT)
@click.argument("revision", type=click.IntRange(0), metavar="REVISION")
@options.names
@options.yes
@options.writes
@options.output("table", "json", "yaml", "name")
def restore(
    *, revision: int, names: tuple[str, ...], yes: bool, server: Server, writing: Writing, output: str
) -> int:
    """Go back to a revision.

    All of the configuration, or the resources named, by a further revision. On a terminal the plan is shown
    and asked about; elsewhere one that deletes needs --yes.
    """
    from aqueduct.cli.client import telling
    from aqueduct.cli.client.asking import Asking

    return telling.restore(server, revision, names, writing, Asking(yes=yes, output=output))
