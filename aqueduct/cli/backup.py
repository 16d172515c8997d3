"""`aqueduct backup` and `aqueduct fsck`: copies of a store."""

import os
from collections.abc import Callable
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
    from aqueduct.store import backup as copies

    return _tell(file, lambda: copies.backup(data_dir.absolute() / "store", file.absolute()))


@click.command(context_settings=_CONTEXT)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def fsck(*, file: Path) -> int:
    """Check FILE, a backup: read all of it, and tell what it holds or what is damaged (exit code 1)."""
    from aqueduct.store import backup as copies

    return _tell(file, lambda: copies.check(file.absolute()))


def _tell(file: Path, read: Callable[[], object]) -> int:
    """Say what the copy `file` holds, which `read` tells."""
    from aqueduct.errors import ConfigurationError

    try:
        click.echo(f"{file}: {read()}")
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    return 0
