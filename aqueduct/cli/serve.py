"""`aqueduct serve`: its options, read into the frozen Settings, and again at SIGHUP.

Options of the original have its spelling beside ours. The command line wins over the environment, that over
the file of `--config`.
"""

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from aqueduct.cli import discovery, environment, haproxy, streams, thalassa, values
from aqueduct.cli.configfile import located, read_config
from aqueduct.cli.option import option
from aqueduct.settings import GatewaySettings, Retention, Settings

_GIVEN = f"{__name__}.given"


class _Serve(click.Command):
    """Keeps the words that it was called with: they are parsed again at SIGHUP."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_GIVEN] = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            raise environment.placed(ctx, error) from error


def _take_config(context: click.Context, _: click.Parameter, file: Path | None) -> Path | None:
    if file is not None:
        context.default_map = read_config(context, context.command, file)
    return file


@click.command(
    cls=_Serve,
    context_settings={"auto_envvar_prefix": environment.PREFIX, "show_default": True},
    epilog="Each option can be given in the environment as well: --grpc-port as AQUEDUCT_GRPC_PORT. "
    "SIGHUP has the templates and the file of --config read again; --debug, --hard-stop-after, "
    "--history-age, --history-count, --shutdown-grace, --template-dir, --template-file and --verify-interval "
    "change at once.",
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
@haproxy.options
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
@discovery.options
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
@click.option(
    "--shutdown-grace",
    type=values.duration(0, 3_600),
    metavar="TIME",
    default="10s",
    help="How long calls and the apply under way may take to finish, when Aqueduct ends.",
)
@streams.options
@click.option("--debug", is_flag=True, help="Log more.")
@click.pass_context
def serve(context: click.Context, /, **_: object) -> int:
    """Run Aqueduct and its HAProxy until SIGINT or SIGTERM."""
    return _run(settings_of(context), partial(_again, context.meta[_GIVEN]))


def settings_of(context: click.Context) -> Settings:
    """Return what the command line, the environment and the file say together."""
    try:
        return _settings(context.params)
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


def _settings(given: dict[str, Any]) -> Settings:
    port, grpc_port = given["port"], given["grpc_port"]
    if port == grpc_port != 0:
        raise click.BadParameter(f"{grpc_port} is the port of --port too.", param_hint="'--grpc-port'")
    proxy = haproxy.read(given)
    original = thalassa.read(given, host=given["host"], sources=given["discovery"])
    return Settings(
        data_dir=given["data_dir"].absolute(),
        host=given["host"],
        port=port,
        grpc_port=grpc_port,
        haproxy_bin=proxy.binary,
        haproxy=proxy.haproxy,
        on_exit=proxy.on_exit,
        verify_interval=given["verify_interval"],
        debug=given["debug"],
        label=given["label"],
        shutdown_grace=given["shutdown_grace"],
        streams=streams.read(given),
        history=Retention(given["history_count"], given["history_age"] or float("inf")),
        restore=values.absolute(given["restore"]),
        persistence=original.persistence,
        proxy=proxy.proxy,
        templates=proxy.templates,
        discovery=discovery.read(given, original.thalassa),
        gateway=GatewaySettings(cors_origins=given["cors_origin"] or (), max_body=given["max_body"]),
    )


def _run(settings: Settings, reread: Callable[[], Settings]) -> int:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # one that comes early is nothing to end for
    gc.disable()  # a start makes next to no garbage, and collecting takes a tenth of it
    import structlog

    from aqueduct import logs, serving
    from aqueduct.cli.banner import announce
    from aqueduct.errors import AqueductError, ConfigurationError
    from aqueduct.fdlimit import raise_limit

    logs.configure(debug=settings.debug)
    for variable in environment.unknown(serve.params, os.environ):
        structlog.get_logger().warning("a variable of the environment is no option", variable=variable)
    raise_limit()

    def served(*ports: int) -> None:
        announce(settings.host, *ports)
        gc.collect()
        gc.freeze()  # what stays for good need not be looked through again and again
        gc.enable()

    try:
        asyncio.run(serving.serve(settings, served, reread))
    except (ConfigurationError, AqueductError) as error:  # the latter for a template that does not compile
        raise click.ClickException(str(error)) from error
    return 0
