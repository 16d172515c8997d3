"""Values that the options take, and their defaults."""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from aqueduct.model.bind import Family, parse_bind

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
_DIGITS = re.compile(r"[0-9.]+")
"""An address that is none: no name of a host looks like that (RFC 1123, 2.1)."""

PORT = click.IntRange(0, 65_535)
EXECUTABLE = click.Path(exists=True, dir_okay=False, executable=True, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
DIRECTORY = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)


class _DataDirectory(click.Path):
    """A directory that need not be there. An empty word is a variable that was not set, not `.`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("'' is no directory.", param, ctx)
        return super().convert(value, param, ctx)


DATA_DIRECTORY = _DataDirectory(file_okay=False, path_type=Path)


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


def default_data_dir(environ: Mapping[str, str], uid: int) -> Path:
    """Return where state belongs: /var/lib for root, else by the XDG Base Directory Specification."""
    if uid == 0:
        return Path("/var/lib/aqueduct")
    state = environ.get("XDG_STATE_HOME", "")
    if not Path(state).is_absolute():  # unset, or to be ignored as the specification says
        state = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".local/state")  # noqa: PTH111, PTH118 # Path.expanduser raises where there is no home
    return Path(state, "aqueduct")
