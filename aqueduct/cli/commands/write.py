"""`aqueduct put` and `aqueduct delete`."""

import click

from aqueduct.cli.commands import options
from aqueduct.cli.commands.options import Server, Writing


@click.command(context_settings=options.CONTEXT)
@options.files
@options.writes
@options.expected_revision("resource")
@options.output("table", "json", "yaml", "name")
def put(
    *, paths: tuple[str, ...], server: Server, writing: Writing, expected_revision: int | None, output: str
) -> int:
    """Create or replace what files hold.

    Each resource is replaced whole, all of them in one revision, or none. What the files do not hold stays.
    """
    from aqueduct.cli.client import writing as client

    return client.put(server, paths, writing, expected_revision=expected_revision, output=output)


@click.command(context_settings=options.CONTEXT)
@options.names
@options.writes
@options.expected_revision("resource")
@options.output("table", "json", "yaml", "name")
def delete(
    *, names: tuple[str, ...], server: Server, writing: Writing, expected_revision: int | None, output: str
) -> int:
    """Delete resources.

    All of them in one revision, or none. Routes that lead to a deleted backend answer 503.

    \b
    aqueduct delete frontends/web backends/app
    aqueduct delete backend app
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import writing as client

    return client.delete(server, names, writing, expected_revision=expected_revision, output=output)
