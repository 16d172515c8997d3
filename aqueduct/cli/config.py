"""`aqueduct config`: the file of options."""

from pathlib import Path

import click

from aqueduct.cli import values
from aqueduct.cli.serve import serve, settings_of


@click.group()
def config() -> None:
    """Work with the file of options, see `serve --config`."""


@config.command()
@click.argument("file", type=values.FILE)
def check(*, file: Path) -> int:
    """Check FILE as `serve --config FILE` would read it; tell what is wrong by line and key (exit code 2)."""
    with serve.make_context("serve", ["--config", str(file)]) as context:
        settings_of(context)
    click.echo(f"{file}: good")
    return 0
