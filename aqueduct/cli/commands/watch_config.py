"""`aqueduct watch config`."""

import click

from aqueduct.cli.commands import completing, options
from aqueduct.cli.commands.options import Server


@click.command(context_settings=options.CONTEXT)
@click.argument("names", metavar="[KIND | KIND/KEY]...", nargs=-1, shell_complete=completing.resources)
@click.option(
    "--after",
    type=click.IntRange(0),
    metavar="REVISION",
    show_default="from now on",
    help="Begin with what changed after a revision.",
)
@click.option("--diff", is_flag=True, help="Show what each change made of the resources.")
@options.reads
@options.output("table", "json", "yaml")
def config(*, names: tuple[str, ...], after: int | None, diff: bool, server: Server, output: str) -> int:
    """Tell each change of the configuration.

    A line each: its revision, when, who, what and why; of the resources named alone, if any are. As JSON, a
    line is a response of ConfigWatch: at first the whole configuration.

    \b
    aqueduct watch config
    aqueduct watch config backends/app --diff
    aqueduct watch config --after 41 -o json
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import watching

    return watching.config(server, names, after=after, diff=diff, output=output)
