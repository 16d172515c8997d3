"""`aqueduct activity`, and the options that it shares with `aqueduct watch activity`."""

import time
from typing import Final

import click

from aqueduct.cli import values
from aqueduct.cli.commands import completing, options
from aqueduct.cli.commands.options import Command, Server

VERBS: Final = [
    "started",
    "online",
    "offline",
    "haproxyConfigChanged",
    "haproxyRestarted",
    "configChanged",
    "refused",
    "up",
    "down",
    "drained",
    "maint",
    "ready",
    "registered",
    "deregistered",
    "sourceLost",
    "sourceFound",
    "haproxyStarted",
    "haproxyDied",
    "haproxyAdopted",
    "driftFound",
    "switchStarted",
    "switchCompleted",
    "switchFailed",
    "activityLost",
]
"""The words of the API's verbs: a test holds them against it, since it takes its time to be imported."""
_LONGEST: Final = 3_650 * 86_400


def selecting(command: Command) -> Command:
    """Give `command` what selects events: it gets `resources` and `event`."""
    resources = click.argument(
        "resources", metavar="[KIND/KEY | KIND/]...", nargs=-1, shell_complete=completing.resources
    )
    event = click.option(
        "--event",
        "-e",
        type=click.Choice(VERBS),
        metavar="EVENT",
        multiple=True,
        show_default="all",
        help="Only these, such as down; can be given again.",
    )
    return resources(event(command))


@click.command(context_settings=options.CONTEXT)
@selecting
@click.option(
    "--since",
    type=values.duration(0, _LONGEST),
    metavar="TIME",
    show_default="all",
    help="How far back, as 2h.",
)
@click.option("--text", metavar="WORDS", default="", show_default="any", help="Only what says this.")
@click.option(
    "--limit", "-n", type=click.IntRange(0), default=50, metavar="COUNT", help="How many at most; 0: all."
)
@options.reads
@options.output("table", "json", "yaml")
def activity(
    *,
    resources: tuple[str, ...],
    event: tuple[str, ...],
    since: float | None,
    text: str,
    limit: int,
    server: Server,
    output: str,
) -> int:
    """Tell what happened, the newest first.

    \b
    aqueduct activity backends/app --since 2h
    aqueduct activity -e down -e up -n 0
    """  # noqa: D301 # it is click's mark: lines stay lines
    from aqueduct.cli.client import activity as events

    begin = time.time() - since if since is not None else None
    return events.listed(server, resources, event, since=begin, text=text, limit=limit, output=output)
