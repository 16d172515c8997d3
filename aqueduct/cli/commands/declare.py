"""`aqueduct apply` and `aqueduct diff`."""

import click

from aqueduct.cli.commands import completing, options
from aqueduct.cli.commands.options import Server, Writing

_PRUNE = "Delete what the files do not hold."


@click.command(context_settings=options.CONTEXT)
@options.files
@click.option("--prune", is_flag=True, help=_PRUNE)
@options.yes
@click.option(
    "--verbose", "-v", is_flag=True, help="Show all that differs, resources and HAProxy's configuration."
)
@options.writes
@options.output("table", "json", "yaml", "name")
def apply(
    *,
    paths: tuple[str, ...],
    prune: bool,
    yes: bool,
    verbose: bool,
    server: Server,
    writing: Writing,
    output: str,
) -> int:
    """Make the configuration what files say: show the plan, ask, do it.

    The plan is done as shown, or not at all where somebody changes one of its resources meanwhile (exit
    code 3).
    On a terminal it is asked about; elsewhere it is done, but one that deletes needs --yes.
    """
    from aqueduct.cli.client import declaring

    return declaring.apply(
        server, paths, writing, prune=prune, asking=declaring.Asking(yes=yes, verbose=verbose, output=output)
    )


@click.command(context_settings=options.CONTEXT)
@click.argument(
    "points", metavar="[REVISION [REVISION]] [KIND/KEY]...", nargs=-1, shell_complete=completing.resources
)
@click.option(
    "--file",
    "-f",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="File, directory, or - for standard input; YAML or JSON. Can be given again.",
)
@click.option("--prune", is_flag=True, help=_PRUNE.replace("Delete", "With -f: count as deleted"))
@options.reads
@options.output("table", "json", "yaml", "name")
def diff(*, points: tuple[str, ...], file: tuple[str, ...], prune: bool, server: Server, output: str) -> int:
    """Tell in what files, or revisions, differ from what is stored.

    The exit code is 0 where they do not, and 1 where they do.

    \b
    aqueduct diff -f app.yaml             what `apply` would change
    aqueduct diff 41                      what has changed since revision 41
    aqueduct diff 41 45 backends/app      what changed from one to the other, of a resource
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import differing

    if bool(points) == bool(file):
        raise click.UsageError("Compare with files, by -f FILE, or with a REVISION.")
    if file:
        return differing.with_files(server, file, prune=prune, output=output)
    if prune:
        raise click.UsageError("--prune goes with -f FILE.")
    return differing.of_revisions(server, points, output)
