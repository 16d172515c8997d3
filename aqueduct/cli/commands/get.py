"""`aqueduct get`."""

import click

from aqueduct.cli.commands import completing, options
from aqueduct.cli.commands.options import Server


@click.command(context_settings=options.CONTEXT)
@click.argument("names", metavar="[KIND | KIND/KEY]...", nargs=-1, shell_complete=completing.selections)
@options.reads
@options.output("table", "json", "yaml", "name")
def get(*, names: tuple[str, ...], server: Server, output: str) -> int:
    """Show resources, members, or HAProxy's configuration.

    \b
    aqueduct get                          frontends and backends
    aqueduct get backends                 all of a kind: frontends, backends
    aqueduct get backend app              or backends/app, and several of them
    aqueduct get members app              who serves for a backend; without a key, for all
    aqueduct get config                   the configuration that HAProxy runs
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import getting

    return getting.get(server, names, output)
