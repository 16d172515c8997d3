"""Values that the options take, and their defaults."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from aqueduct.model.bind import Family, parse_bind
from aqueduct.model.hosts import parse_port
from aqueduct.settings import DnsServer

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
_DIGITS = re.compile(r"[0-9.]+")
"""An address that is none: no name of a host looks like that (RFC 1123, 2.1)."""

PORT = click.IntRange(0, 65_535)
EXECUTABLE = click.Path(exists=True, dir_okay=False, executable=True, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
WATCHED = click.Path(dir_okay=False, path_type=Path)
"""A file that may come later."""
DIRECTORY = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)

_SOURCES = ("registry", "dns", "file", "thalassa")
_DURATION = re.compile(r"(?P<count>[0-9]{1,9}(?:\.[0-9]{1,3})?)(?P<unit>ms|s|m|h|d|)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_DNS_PORT = 53
_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
"""As browsers send it: in lower case, without a path."""


class _DataDirectory(click.Path):
    """A directory that need not be there. An empty word is a variable that was not set, not `.`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("'' is no directory.", param, ctx)
        return super().convert(value, param, ctx)


DATA_DIRECTORY = _DataDirectory(file_okay=False, path_type=Path)


def absolute(path: Path | None) -> Path | None:
    """Return `path`, if it was given, so that it does not depend on the working directory."""
    return path and path.absolute()


def host(value: str) -> str:
    """Take an IP address, IPv6 with or without brackets, or a host name; return it without brackets."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        if bare != value or not _HOST_NAME.fullmatch(value) or _DIGITS.fullmatch(value):
            raise click.BadParameter(f"{value!r} is neither an IP address nor a host name.") from None
    return value


def bind_address(value: str) -> str:
    """Take one address that HAProxy can listen on, without parameters: `127.0.0.1:8404`, `*:8404`."""
    try:
        bind = parse_bind(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}.") from error
    if len(bind.words) != 1 or len(bind.addresses) != 1 or bind.addresses[0].family is Family.OTHER:
        raise click.BadParameter(f"{value!r} is not one address, such as 127.0.0.1:8404.")
    return value


def duration(least: float, most: float) -> Callable[[str], float]:
    """Return what takes a time of `least` to `most` seconds, both ends included; it returns seconds.

    A time is a number of seconds, or of `ms`, `s`, `m`, `h` or `d`.
    """

    def time(value: str) -> float:
        found = _DURATION.fullmatch(value)
        if found is None:
            raise click.BadParameter(f"{value!r} is no time, such as 30s, 500ms or 5m.")
        seconds = float(found["count"]) * _SECONDS[found["unit"]]
        if not least <= seconds <= most:
            raise click.BadParameter(f"{value!r} is not from {least:g} to {most:g} seconds.")
        return seconds

    return time


def sources(value: str) -> tuple[str, ...]:
    """Take names of sources of members, separated by commas, in the order given."""
    names = tuple(part.strip() for part in value.split(","))
    for name in names:
        if name not in _SOURCES:
            raise click.BadParameter(f"{name!r} is no source: there are {', '.join(_SOURCES)}.")
        if names.count(name) > 1:
            raise click.BadParameter(f"{name!r} is given twice.")
    return names


def dns_name(value: str) -> str:
    """Take the template of the names that services have in DNS."""
    from aqueduct.discovery.queries import Template

    try:
        Template.parse(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}.") from error
    return value


def dns_servers(value: str) -> tuple[DnsServer, ...]:
    """Take name servers, separated by commas: IP addresses, each with or without a port."""
    return tuple(_dns_server(part.strip()) for part in value.split(","))


def _dns_server(text: str) -> DnsServer:
    address, colon, port = text.rpartition(":")
    if not colon or ("]" not in address and ":" in address) or port.endswith("]"):
        address, port = text, str(_DNS_PORT)
    bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    try:
        return DnsServer(str(ipaddress.ip_address(bare)), parse_port(port))
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no name server, such as 10.0.0.2, 10.0.0.2:5353 or [2001:db8::1]:53."
        ) from None


def origins(value: str) -> tuple[str, ...]:
    """Take origins of web pages (RFC 6454), separated by commas; `*` is any."""
    names = tuple(part.strip() for part in value.split(","))
    for name in names:
        if name != "*" and not _ORIGIN.fullmatch(name):
            raise click.BadParameter(
                f"{name!r} is no origin, such as https://ops.example or http://[::1]:8080."
            )
    return names


def default_data_dir(environ: Mapping[str, str], uid: int) -> Path:
    """Return where state belongs: /var/lib for root, else by the XDG Base Directory Specification."""
    if uid == 0:
        return Path("/var/lib/aqueduct")
    state = environ.get("XDG_STATE_HOME", "")
    if not Path(state).is_absolute():  # unset, or to be ignored as the specification says
        state = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".local/state")  # noqa: PTH111, PTH118 # Path.expanduser raises where there is no home
    return Path(state, "aqueduct")
