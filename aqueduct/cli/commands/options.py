"""Options that commands share, each group by one decorator, and the values that they make.

A server is named by its address alone so far. What else a call needs (TLS, a token) belongs in `Server`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

import click

from aqueduct.cli import values
from aqueduct.cli.commands import completing

Command = Callable[..., int]

CONTEXT: Final = {"show_default": True}
_READING: Final = 60.0
_CHANGING: Final = 300.0
_LONGEST: Final = 86_400
_PORT: Final = 10_001
_HIGHEST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Server:
    """Whom to talk to. `timeout` is in seconds, for each call."""

    target: str
    timeout: float

    def at_least(self, timeout: float) -> "Server":
        """Return it with more time for each call, where it has less."""
        return Server(self.target, max(self.timeout, timeout))


@dataclass(frozen=True, slots=True)
class Writing:
    """How a change is to be made, and what to keep of it in the history."""

    wait: bool
    dry_run: bool
    message: str
    author: str


def target(value: str) -> str:
    """Take HOST, HOST:PORT or [IPV6]:PORT; return it as gRPC takes it."""
    host, colon, port = value.rpartition(":")
    if not colon or port.endswith("]") or (":" in host and not host.startswith("[")):
        host, port = value, str(_PORT)
    bare = values.host(host)
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= _HIGHEST_PORT):
        raise click.BadParameter(f"{value!r} has no port from 1 to 65535, such as 127.0.0.1:{_PORT}.")
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


def reads(command: Command) -> Command:
    """Give `command` the options of a call that changes nothing: it gets a `server`."""
    return _calls(command, _READING, "60s")


def changes(command: Command) -> Command:
    """Give `command` the options of a call that changes HAProxy: it gets a `server` and whether to `wait`."""
    waits = click.option(
        "--wait/--no-wait",
        default=True,
        help="Answer when HAProxy serves by it, or as soon as it is stored.",
    )
    return _calls(waits(command), _CHANGING, "5m")


def writes(command: Command) -> Command:
    """Give `command` the options of a change of the configuration: it gets a `server` and a `writing`."""

    @wraps(command)
    def with_writing(*, wait: bool, dry_run: bool, message: str, author: str | None, **rest: Any) -> int:
        return command(writing=Writing(wait, dry_run, message, author or login()), **rest)

    said = click.option("--message", "-m", default="", metavar="TEXT", help="Why, for the history.")
    signed = click.option(
        "--author",
        metavar="NAME",
        envvar="AQUEDUCT_AUTHOR",
        show_envvar=True,
        show_default="your login name",
        help="Who changes it, for the history.",
    )
    return changes(dry_run(said(signed(with_writing))))


def dry_run(command: Command) -> Command:
    """Give `command` the option to check and plan only."""
    option = click.option(
        "--dry-run", is_flag=True, help="Check it and show what HAProxy would do; change nothing."
    )
    return option(command)


def output(*formats: str, default: str = "table") -> Callable[[Command], Command]:
    """Return what gives a command the option `--output`, one of `formats`."""
    return click.option(
        "--output",
        "-o",
        type=click.Choice(formats),
        default=default,
        envvar="AQUEDUCT_OUTPUT" if default == "table" else None,
        show_envvar=default == "table",
        help="How to print it.",
    )


def files(command: Command) -> Command:
    """Give `command` the files to read: it gets their `paths`, at least one."""

    @wraps(command)
    def with_paths(*, file: tuple[str, ...], more: tuple[str, ...], **rest: Any) -> int:
        if not file and not more:
            raise click.UsageError(
                "No file: name some with -f, directories of them, or - for standard input."
            )
        return command(paths=(*file, *more), **rest)

    given = click.option(
        "--file",
        "-f",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        help="File, directory, or - for standard input; YAML or JSON. Can be given again.",
    )
    further = click.argument("more", metavar="[FILE]...", nargs=-1, type=click.Path())
    return given(further(with_paths))


def yes(command: Command) -> Command:
    """Give `command` the option that answers its question."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")(command)


def expected_revision(what: str) -> Callable[[Command], Command]:
    """Return what gives a command the option to name the revision of the present `what`."""
    return click.option(
        "--expected-revision",
        type=click.IntRange(0),
        metavar="REVISION",
        show_default="any",
        help=f"Only if the {what} has this revision; 0: if there is none.",
    )


def names(command: Command) -> Command:
    """Give `command` the `names` of resources, any number."""
    argument = click.argument("names", metavar="[KIND/KEY]...", nargs=-1, shell_complete=completing.resources)
    return argument(command)


def login() -> str:
    """Return the name of who runs this: of who became root, where sudo tells; a number where it has none."""
    import getpass
    import os

    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = f"uid {os.getuid()}"
    return " ".join(name.split())[:256]


def _calls(command: Command, timeout: float, told: str) -> Command:
    @wraps(command)
    def with_server(*, server: str, timeout: float | None, **rest: Any) -> int:
        return command(server=Server(server, timeout if timeout is not None else seconds), **rest)

    seconds = timeout
    where = click.option(
        "--server",
        "-s",
        type=target,
        metavar="HOST[:PORT]",
        envvar="AQUEDUCT_SERVER",
        show_envvar=True,
        default=f"127.0.0.1:{_PORT}",
        help="The Aqueduct to talk to.",
    )
    patience = click.option(
        "--timeout",
        type=values.duration(0.001, _LONGEST),
        metavar="TIME",
        envvar="AQUEDUCT_TIMEOUT",
        show_envvar=True,
        show_default=told,
        help="How long to wait for an answer.",
    )
    return where(patience(with_server))
