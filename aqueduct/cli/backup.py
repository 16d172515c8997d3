"""`aqueduct backup` and `aqueduct fsck`: copies of a store."""

import os
from pathlib import Path

import click

from aqueduct.cli import values

_CONTEXT = {"auto_envvar_prefix": "AQUEDUCT", "show_default": True}


@click.command(context_settings=_CONTEXT)
@click.option(
    "--data-dir",
    type=values.DATA_DIRECTORY,
    default=values.default_data_dir(os.environ, os.geteuid()),
    help="That of the Aqueduct whose store is copied; it may be running.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(*, data_dir: Path, file: Path) -> int:
    """Copy the store to FILE, as it is at one moment, and check the copy.

    A FILE that is there already is replaced once the new one is complete.
    """
    from aqueduct.errors import ConfigurationError
    from aqueduct.store import backup as copies

    try:
        found = copies.backup(data_dir.absolute() / "store", file.absolute())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: {found}")
    return 0


@click.command(context_settings=_CONTEXT)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def fsck(*, file: Path) -> int:
    """Check FILE, a backup: read all of it, and tell what it holds or what is damaged (exit code 1)."""
    from aqueduct.errors import ConfigurationError
    from aqueduct.store import backup as copies

    try:
        found = copies.check(file.absolute())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: {found}")
    return 0
