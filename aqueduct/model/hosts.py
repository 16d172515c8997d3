"""Hosts, ports and socket paths as HAProxy takes them in addresses.

(HAProxy configuration manual, section 11, "Address formats".) ValueErrors say what would be right.
HAProxy replaces `$NAME` in every address even where it was quoted, hence no `$` in any of them.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from aqueduct.model.words import has_control

LAST_PORT = 65_535

_LONGEST_NAME = 253
_LONGEST_PATH = 97
_LONGEST_ABSTRACT = 107
"""In bytes: what HAProxy leaves of sun_path."""
_NAME = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.?"
)
_NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]*)(?:\.(?:0[xX][0-9a-fA-F]*|[0-9]*))*")
"""What resolvers take for an IPv4 address in one of its old spellings, such as `0x7f.1`."""
_PORT = re.compile(r"[0-9]{1,5}")
_SLASHES = re.compile(r"/(?:\.?/)+")


def parse_ip(text: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that `text` spells, an IPv6 one with or without brackets; None where none."""
    if ":" not in text:
        return _ipv4(text)
    return _ipv6(text[1:-1] if text.startswith("[") and text.endswith("]") else text)


def _ipv4(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def _ipv6(text: str) -> IPv6Address | None:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return None
    return address if address.scope_id is None else None


def check_name(text: str) -> None:
    """Raise ValueError where `text` is no host name."""
    if text and _NUMERIC.fullmatch(text):
        raise ValueError(f"{text!r} is no IPv4 address: it must be four decimal numbers from 0 to 255")
    if ":" in text or "[" in text:
        raise ValueError(f"{text!r} is no IPv6 address: it must look like 2001:db8::1 or [2001:db8::1]")
    if len(text) > _LONGEST_NAME or not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} is no host: it must be an IP address or a name of letters, digits and - _ ."
        )


def parse_port(text: str) -> int:
    """Return the port that `text` spells."""
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= LAST_PORT:
        raise ValueError(f"{text!r} is no port: it must be a number from 1 to {LAST_PORT}")
    return int(text)


def socket_path(text: str) -> str:
    """Return the path of a unix socket in its shortest spelling."""
    if not text.startswith("/"):
        raise ValueError(f"{text!r} is no socket path: it must begin with /")
    if ".." in text.split("/"):
        raise ValueError(f"{text!r} must not hold .., lest one socket have several paths")
    _check_socket(text, _LONGEST_PATH)
    return _SLASHES.sub("/", text)


def abstract_name(text: str) -> str:
    """Return the name of an abstract socket, as it is."""
    if not text:
        raise ValueError("abns@ must be followed by a name")
    _check_socket(text, _LONGEST_ABSTRACT)
    return text


def _check_socket(text: str, longest: int) -> None:
    if len(text.encode()) > longest:
        raise ValueError(f"{text!r} is too long: HAProxy takes {longest} bytes")
    if "$" in text or has_control(text):
        raise ValueError(f"{text!r} must not hold $ or control characters")
