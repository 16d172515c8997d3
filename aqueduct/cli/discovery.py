"""The options of `aqueduct serve` about where members of dynamic backends come from."""

from typing import Any, Final

import click

from aqueduct.cli import values
from aqueduct.cli.option import F, with_options
from aqueduct.settings import DiscoverySettings, ThalassaSettings

_OPTIONS: Final = (
    click.option(
        "--discovery",
        type=values.sources,
        metavar="NAME[,NAME...]",
        default="registry",
        help="Where dynamic backends take members from: registry, dns, file or thalassa. First: the default.",
    ),
    click.option(
        "--empty-grace",
        type=values.duration(0, 86_400),
        metavar="TIME",
        default="30s",
        help="How long a source must tell that a service has no members before it is believed.",
    ),
    click.option(
        "--dns-name",
        type=values.dns_name,
        metavar="NAME[:PORT]",
        show_default="none",
        help="Name to ask dns for, such as {name}.{version}.service.local:8080; without a port: SRV records.",
    ),
    click.option(
        "--dns-server",
        type=values.dns_servers,
        metavar="ADDRESS[:PORT][,...]",
        show_default="those of /etc/resolv.conf",
        help="Name servers to ask, in this order.",
    ),
    click.option(
        "--discovery-file",
        type=values.WATCHED,
        show_default="none",
        help="YAML or JSON file that lists the members of file.",
    ),
)
_OF_SOURCES: Final = {"dns_name": "dns", "dns_server": "dns", "discovery_file": "file"}
_OPTIONAL: Final = ("dns_server",)


def options(command: F) -> F:
    """Add the options to a command, which passes them to `read`."""
    return with_options(command, _OPTIONS)


def read(given: dict[str, Any], thalassa: ThalassaSettings) -> DiscoverySettings:
    """Return what the options say. BadParameter for one that no source uses, or that one lacks."""
    for name, source in _OF_SOURCES.items():
        _check_used(given, name, source)
    return DiscoverySettings(
        sources=given["discovery"],
        empty_grace=given["empty_grace"],
        dns_name=given["dns_name"],
        dns_servers=given["dns_server"] or (),
        file=values.absolute(given["discovery_file"]),
        thalassa=thalassa,
    )


def _check_used(given: dict[str, Any], name: str, source: str) -> None:
    is_used, is_given = source in given["discovery"], given[name] is not None
    option = "--" + name.replace("_", "-")
    if is_given and not is_used:
        raise click.BadParameter(f"is of the source {source}: --discovery must name it.", param_hint=option)
    if is_used and not is_given and name not in _OPTIONAL:
        raise click.BadParameter(f"is needed for the source {source}.", param_hint=option)
