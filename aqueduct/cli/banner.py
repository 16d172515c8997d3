"""What `aqueduct serve` says once it serves: where, and what to try next. For people, on stdout."""

import ipaddress
import sys
from shutil import which

import click

from aqueduct import __version__

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # compared with, not bound
"""Where somebody on this machine reaches what listens everywhere."""
_DEFAULT_SERVER = "127.0.0.1:10001"
"""That of `--server`."""


def banner(host: str, grpc_port: int, port: int, program: str = "aqueduct") -> str:
    """Return the lines for a server whose gRPC and REST listen on ports of `host`.

    `program` is how to call us.
    """
    target = address(_ANY.get(host, host), grpc_port)
    listens = address(host, grpc_port), address(host, port)
    server = "" if target == _DEFAULT_SERVER else f" --server {target}"
    url = f"http://{address(_ANY.get(host, host), port)}"
    return "\n".join(
        (
            f"Aqueduct {__version__} serves. gRPC listens on {listens[0]}, REST on {listens[1]}",
            "Try next:",
            f"  {program} status{server}",
            f"  curl {url}/backends",
            f"  {url} in a browser",
            f"  grpcurl -plaintext {target} list",
            f"  {program} demo",
        )
    )


def announce(host: str, grpc_port: int, port: int) -> None:
    """Print the banner. Nobody reading it is no reason to end."""
    try:
        click.echo(banner(host, grpc_port, port, _program()))
    except OSError:
        return


def _program() -> str:
    """Return how to call us: as we were called, where the shell does not find us by name."""
    if which("aqueduct"):
        return "aqueduct"
    return "python -m aqueduct" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


def address(host: str, port: int) -> str:
    """Return `host:port`, an IPv6 address in brackets."""
    try:
        return f"[{host}]:{port}" if ipaddress.ip_address(host).version == 6 else f"{host}:{port}"  # noqa: PLR2004 # IPv6
    except ValueError:
        return f"{host}:{port}"
