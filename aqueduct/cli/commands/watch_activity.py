"""`aqueduct watch activity`."""

import click

from aqueduct.cli.commands import options
from aqueduct.cli.commands.activity import selecting
from aqueduct.cli.commands.options import Server


@click.command(context_settings=options.CONTEXT)
@selecting
@click.option(
    "--after",
    type=click.IntRange(0),
    metavar="ID",
    show_default="from now on",
    help="Begin with what came after the event of this id; 0: with all that is kept.",
)
@options.reads
@options.output("table", "json", "yaml")
def activity(
    *, resources: tuple[str, ...], event: tuple[str, ...], after: int | None, server: Server, output: str
) -> int:
    """Tell what happens: members up and down, applies, deploys, HAProxy.

    A line each: when, what, to whom and why. As JSON, a line is a response of ActivityWatch.

    \b
    aqueduct watch activity
    aqueduct watch activity backends/ -e down -e up
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import activity as events

    return events.watch(server, resources, event, after=after, output=output)
