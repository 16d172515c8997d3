"""The options of `aqueduct serve` that have to do with the original: Thalassa, and its file.

Options of the original have its spelling beside ours.
"""

from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from aqueduct.cli import values
from aqueduct.cli.option import F, option, with_options
from aqueduct.settings import RegistryAddress, ThalassaSettings

_DEFAULT: Final = RegistryAddress()


_OPTIONS: Final = (
    option(
        "--thalassa-host",
        "--thalassaHost",
        type=values.host,
        metavar="ADDRESS",
        show_default=_DEFAULT.host,
        help="Host of the Thalassa registry that the source thalassa asks.",
    ),
    option(
        "--thalassa-port",
        "--thalassaPort",
        type=values.PORT,
        metavar="PORT",
        show_default=str(_DEFAULT.port),
        help="Port of the registry's axon socket.",
    ),
    option(
        "--thalassa-api-port",
        "--thalassaApiPort",
        type=values.PORT,
        metavar="PORT",
        show_default=str(_DEFAULT.api_port),
        help="Port of the registry's HTTP API.",
    ),
    click.option(
        "--thalassa-registry",
        is_flag=True,
        help="Be a Thalassa registry, where these ports are: clients register with Aqueduct itself.",
    ),
    click.option(
        "--persistence",
        type=values.WATCHED,
        metavar="FILE",
        show_default="none",
        help="Thalassa Aqueduct's file: read into an empty store, and kept up to date.",
    ),
)


class Original(NamedTuple):
    """What the options say."""

    thalassa: ThalassaSettings
    persistence: Path | None


def options(command: F) -> F:
    """Add the options to a command, which passes them to `read`."""
    return with_options(command, _OPTIONS)


def read(given: dict[str, Any], *, host: str, sources: tuple[str, ...]) -> Original:
    """Return what the options say. BadParameter for those that do not fit `--host` and `--discovery`."""
    serves, is_source = given["thalassa_registry"], "thalassa" in sources
    _check(given, sources, serves=serves, is_source=is_source)
    registry = RegistryAddress(
        host if serves else _or(given["thalassa_host"], _DEFAULT.host),
        _or(given["thalassa_port"], _DEFAULT.port),
        _or(given["thalassa_api_port"], _DEFAULT.api_port),
    )
    if registry.port == registry.api_port != 0:
        raise click.BadParameter(f"{registry.port} is that of --thalassa-port too.", param_hint=_API_PORT)
    if is_source and 0 in registry:
        raise click.BadParameter("0 is no port that a registry could be at.", param_hint=_API_PORT)
    persistence = given["persistence"]
    return Original(ThalassaSettings(registry, serves), values.absolute(persistence))


_API_PORT: Final = "'--thalassa-api-port'"


def _check(given: dict[str, Any], sources: tuple[str, ...], *, serves: bool, is_source: bool) -> None:
    if serves and is_source:
        raise click.BadParameter(
            "on the same ports Aqueduct cannot both be the registry and ask one: "
            "leave out this, or the source thalassa.",
            param_hint="'--thalassa-registry'",
        )
    if serves and "registry" not in sources:
        raise click.BadParameter(
            "needs the source registry: --discovery must name it.", param_hint="'--thalassa-registry'"
        )
    if serves and given["thalassa_host"] is not None:
        raise click.BadParameter(
            "is where another registry is: with --thalassa-registry it is at --host.",
            param_hint="'--thalassa-host'",
        )
    for name in ("thalassa_host", "thalassa_port", "thalassa_api_port"):
        if given[name] is not None and not (serves or is_source):
            spelled = "--" + name.replace("_", "-")
            told = "is of no use: --discovery must name thalassa, or --thalassa-registry be given."
            raise click.BadParameter(told, param_hint=f"'{spelled}'")


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
