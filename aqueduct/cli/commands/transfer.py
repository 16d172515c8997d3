"""`aqueduct export` and `aqueduct import`."""

from pathlib import Path

import click

from aqueduct.cli.commands import options
from aqueduct.cli.commands.options import Server, Writing


@click.command(context_settings=options.CONTEXT)
@options.names
@click.option(
    "--file",
    "-f",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    show_default="standard output",
    help="Where to write it; a file that is there is replaced whole.",
)
@options.reads
@click.option(
    "--output",
    "-o",
    type=click.Choice(("yaml", "json")),
    show_default="json for FILE.json, else yaml",
    help="How to write it.",
)
def export(*, names: tuple[str, ...], file: Path | None, server: Server, output: str | None) -> int:
    """Write the configuration as a document.

    All of it, or the resources named. `import`, `apply` and `put` read it.
    """
    from aqueduct.cli.client import transferring

    return transferring.export(server, names, file, output)


@click.command("import", context_settings=options.CONTEXT)
@options.files
@click.option("--replace", is_flag=True, help="Delete what the files do not hold.")
@options.yes
@options.writes
@options.output("table", "json", "yaml", "name")
def import_(
    *, paths: tuple[str, ...], replace: bool, yes: bool, server: Server, writing: Writing, output: str
) -> int:
    """Store the resources of documents, in one revision.

    On a terminal the plan is shown and asked about; elsewhere one that deletes needs --yes.
    """
    from aqueduct.cli.client import transferring
    from aqueduct.cli.client.asking import Asking

    return transferring.import_(
        server, paths, writing, replace=replace, asking=Asking(yes=yes, output=output)
    )
