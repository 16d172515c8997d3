"""`aqueduct switch`, and what operators say of single members."""

import click

from aqueduct.cli import values
from aqueduct.cli.commands import completing, options
from aqueduct.cli.commands.options import Server, Writing

_HOUR = 3_600
_HEAVIEST = 256
_KEY = click.argument("key", shell_complete=completing.backends)
_FORMATS = ("table", "json", "yaml", "name")


@click.command(context_settings=options.CONTEXT)
@_KEY
@click.argument("version")
@click.option(
    "--name", default="", metavar="SERVICE", show_default="the present one", help="Another service."
)
@click.option(
    "--min-healthy",
    type=click.IntRange(0),
    metavar="COUNT",
    show_default="the backend's",
    help="So many new members must be up before the old ones drain; 0: they do not wait.",
)
@click.option(
    "--switch-timeout",
    type=values.duration(1, _HOUR),
    metavar="TIME",
    show_default="the backend's",
    help="How long they have for it; else the old ones stay.",
)
@click.option(
    "--drain-timeout",
    type=values.duration(0, 24 * _HOUR),
    metavar="TIME",
    show_default="the backend's",
    help="How long the sessions of the old ones may go on.",
)
@click.option("--allow-empty", is_flag=True, help="Switch to a version without members, too.")
@options.writes
@options.expected_revision("backend")
@options.output(*_FORMATS)
def switch(
    *,
    key: str,
    version: str,
    name: str,
    min_healthy: int | None,
    switch_timeout: float | None,
    drain_timeout: float | None,
    allow_empty: bool,
    server: Server,
    writing: Writing,
    expected_revision: int | None,
    output: str,
) -> int:
    """Have a dynamic backend serve another version.

    Answers when the new members serve and the old ones take nothing new. Where too few of the new ones pass
    their checks in time, the old ones serve on (exit code 3).
    """
    from aqueduct.cli.client import switching

    policy = switching.Policy(min_healthy, switch_timeout, drain_timeout)
    wanted = switching.Wanted(key, version, name, policy, expected_revision, allow_empty=allow_empty)
    return switching.switch(server, wanted, writing, output)


def _state(word: str, text: str) -> click.Command:
    @click.command(word, context_settings=options.CONTEXT, help=text)
    @_KEY
    @click.argument("members", metavar="[MEMBER]...", nargs=-1, shell_complete=completing.members)
    @click.option("--all", "every", is_flag=True, help="All members of the backend.")
    @options.changes
    @options.output(*_FORMATS)
    def set_state(
        *, key: str, members: tuple[str, ...], every: bool, server: Server, wait: bool, output: str
    ) -> int:
        from aqueduct.cli.client import states

        if bool(members) == every:
            raise click.UsageError("Name the members, such as 10.0.0.1:8080, or --all.")
        return states.set_state(server, key, members, word, states.How(wait=wait, output=output))

    return set_state


drain = _state(
    "drain",
    """Have members take nothing new and finish their sessions.

    Holds over reloads, restarts and switches that keep the member, until `ready`. A MEMBER is its address, as
    `get members KEY` tells it.""",
)
maint = _state(
    "maint",
    """Have members take nothing, and not be checked.

    Holds as that of `drain` does.""",
)
ready = _state("ready", "Have members take everything again.\n\nAs far as their checks let them.")


def _weight(value: str) -> int | None:
    if value == "default":
        return None
    if not (value.isascii() and value.isdecimal() and int(value) <= _HEAVIEST):
        raise click.BadParameter(f"{value!r} is neither from 0 to {_HEAVIEST} nor default.")
    return int(value)


@click.command(context_settings=options.CONTEXT)
@_KEY
@click.argument("member", shell_complete=completing.members)
@click.argument("weight", type=_weight, metavar="WEIGHT|default")
@options.changes
@options.output(*_FORMATS)
def weight(*, key: str, member: str, weight: int | None, server: Server, wait: bool, output: str) -> int:
    """Set a member's share of the load.

    From 0 to 256, against the weights of the others; `default` goes back to the member's own.
    """
    from aqueduct.cli.client import states

    return states.set_weight(server, key, member, weight, states.How(wait=wait, output=output))
