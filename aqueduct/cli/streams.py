"""The options of `aqueduct serve` for streams, and for what they tell."""

from typing import Any, Final

import click

from aqueduct.cli import values
from aqueduct.cli.option import F, with_options
from aqueduct.settings import Retention, StreamSettings

_OPTIONS: Final = (
    click.option(
        "--max-streams",
        type=click.IntRange(1, 1_000_000),
        metavar="COUNT",
        default=10_000,
        help="How many streams may be open at once.",
    ),
    click.option(
        "--stats-history",
        type=values.duration(0, 86_400),
        metavar="TIME",
        default="300s",
        help="How far back the history of statistics goes; 0: none is kept.",
    ),
    click.option(
        "--activity-count",
        type=click.IntRange(1, 10_000_000),
        metavar="COUNT",
        default=100_000,
        help="How many events are kept.",
    ),
    click.option(
        "--activity-age",
        type=values.duration(1, 3_650 * 86_400),
        metavar="TIME",
        default="30d",
        help="How long an event is kept.",
    ),
)


def options(command: F) -> F:
    """Add the options to a command, which passes them to `read`."""
    return with_options(command, _OPTIONS)


def read(given: dict[str, Any]) -> StreamSettings:
    """Return what the options say."""
    return StreamSettings(
        most=given["max_streams"],
        stats_history=given["stats_history"],
        activity=Retention(given["activity_count"], given["activity_age"]),
    )
