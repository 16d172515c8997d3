"""`aqueduct watch`: the group of what can be watched. Each is a module of its own (`watch_config.py`)."""

import click

from aqueduct.cli.lazy import Lazy, LazyGroup

_SECTIONS = {
    "Streams": {
        "config": Lazy("aqueduct.cli.commands.watch_config", "Tell each change of the configuration."),
    },
}


@click.group(cls=LazyGroup, sections=_SECTIONS)
def watch() -> None:
    """Tell what changes, as it happens, until Ctrl-C.

    Goes on by itself when the server was away.
    """
