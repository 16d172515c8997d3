"""`aqueduct template`: the templates that the configuration is rendered with."""

from pathlib import Path

import click


@click.group()
def template() -> None:
    """Work with the templates of HAProxy's configuration."""


@template.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def init(*, directory: Path) -> int:
    """Write the built-in templates to DIRECTORY, to be changed and used by `serve --template-dir DIRECTORY`.

    Files that are there already stay as they are: nothing is written then.
    """
    from aqueduct.render.templates import builtin_templates

    templates = {directory / name: text for name, text in builtin_templates().items()}
    there = sorted(path.name for path in templates if path.exists())
    if there:
        raise click.ClickException(f"{directory} has {', '.join(there)} already: name another directory")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path, text in templates.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}") from error
    for path in sorted(templates):
        click.echo(path)
    return 0
