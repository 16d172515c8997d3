"""`aqueduct status` and `aqueduct reload`."""

import click

from aqueduct.cli.commands import options
from aqueduct.cli.commands.options import Server


@click.command(context_settings=options.CONTEXT)
@options.reads
@options.output("table", "json", "yaml")
def status(*, server: Server, output: str) -> int:
    """Tell whether what is stored is what is served.

    The exit code is 1 where HAProxy does not run, or does not serve something that is stored.
    """
    from aqueduct.cli.client import standing

    return standing.status(server, output)


@click.command(context_settings=options.CONTEXT)
@options.reads
@options.dry_run
@click.option("--message", "-m", default="", metavar="TEXT", help="Why, for the outcome and the log.")
@options.output("table", "json", "yaml")
def reload(*, server: Server, dry_run: bool, message: str, output: str) -> int:
    """Have HAProxy read its files anew, by a hitless reload.

    Its configuration, and the files that this names: certificates, maps. Aqueduct reads its templates anew.
    """
    from aqueduct.cli.client import standing

    return standing.reload(server, message, dry_run=dry_run, output=output)
