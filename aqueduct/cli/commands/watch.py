"""`aqueduct watch`: the group of what can be watched. Each is a module of its own (`watch_config.py`)."""

import click

from aqueduct.cli.lazy import Lazy, LazyGroup

_SECTIONS = {
    "Streams": {
        "config": Lazy("aqueduct.cli.commands.watch_config", "Tell each change of the configuration."),
        "activity": Lazy(
            "aqueduct.cli.commands.watch_activity",
            "Tell what happens: members up and down, applies, deploys, HAProxy.",
        ),
        "stats": Lazy(
            "aqueduct.cli.commands.watch_stats", "Tell statistics, at first all and then those that change."
        ),
    },
}


@click.group(cls=LazyGroup, sections=_SECTIONS)
def watch() -> None:
    """Tell what changes, as it happens, until Ctrl-C.

    Goes on by itself when the server was away.
    """
