"""`aqueduct watch stats`."""

import click

from aqueduct.cli.commands import options
from aqueduct.cli.commands.options import Server
from aqueduct.cli.commands.top import selecting


@click.command(context_settings=options.CONTEXT)
@selecting
@options.reads
@options.output("table", "json", "yaml")
def stats(
    *, keys: tuple[str, ...], kind: tuple[str, ...], interval: float, server: Server, output: str
) -> int:
    """Tell statistics, at first all and then those that change.

    A line for each frontend, backend or member. As JSON, a line is a response of StatsWatch.

    \b
    aqueduct watch stats app --kind member
    aqueduct watch stats --interval 10s -o json
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import statistics

    return statistics.watch(server, keys, kind, interval, output)
