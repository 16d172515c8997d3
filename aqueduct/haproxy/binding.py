"""Try listening addresses, before a reload that could not bind them stalls the ones that work.

An address is bound as HAProxy would and let go at once, without `listen`: no client can get here.
SO_REUSEADDR alone sees every listener, also one of another HAProxy, with which SO_REUSEPORT would share the
address in silence. Where that fails, whose the listeners are decides: those of our own HAProxy are
no obstacle. They may overlap (`*:80` is held, `127.0.0.1:80` is new), or be of an old worker that has
not yet closed what the last reload removed.

`::` is dual-stack or not as the system says (net.ipv6.bindv6only), like HAProxy's; the parameters of
a bind line (`v6only`, `interface`, `transparent`) are not known here.
"""

import errno
import os
import socket
import stat
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from aqueduct.haproxy.listeners import overlapping, sockets_of
from aqueduct.model.bind import Address, Family

IN_USE = "is in use by another program"

_UNPRIVILEGED_PORTS = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid
_ABSTRACT_NAME_BYTES = 108
"""HAProxy binds abstract names filled up to the size of the address."""


Processes = Callable[[], frozenset[int]]
"""Looks up the processes of our own HAProxy."""


def try_bind(addresses: Sequence[Address], own: Processes) -> dict[Address, str]:
    """Return those of `addresses` that cannot be had, each with the reason. Blocks: resolves names.

    `own` tells whose listeners are no obstacle; it is asked where there are any.
    """
    reasons = ((address, _try(address, own)) for address in addresses)
    return {address: reason for address, reason in reasons if reason is not None}


def _try(address: Address, own: Processes) -> str | None:
    match address.family:
        case Family.UNIX:
            return _try_path(address, own)
        case Family.ABSTRACT:
            return _try_abstract(address, own)
        case Family.OTHER:
            return None  # only HAProxy can tell
    resolved = _resolve(address)
    if resolved is None:
        return None  # HAProxy's check tells that in its own words
    ports = range(address.first_port, address.last_port + 1)
    reasons = (_try_port(address, resolved, port, own) for port in ports)
    return next((reason for reason in reasons if reason is not None), None)


@dataclass(frozen=True, slots=True)
class _Resolved:
    family: int
    host: str
    scope: int


def _resolve(address: Address) -> _Resolved | None:
    """Return the first address of a name, as HAProxy takes it; an IP address is its own."""
    flags = 0 if address.family is Family.NAME else socket.AI_NUMERICHOST
    try:
        family, *_, found = socket.getaddrinfo(address.host, None, type=socket.SOCK_STREAM, flags=flags)[0]
    except (OSError, UnicodeError):
        return None
    return _Resolved(family, str(found[0]), int(found[3]) if len(found) > 3 else 0)  # noqa: PLR2004 - IPv6


def _try_port(address: Address, resolved: _Resolved, port: int, own: Processes) -> str | None:
    error = _bind(resolved, port, shared=False)
    if error == errno.EADDRINUSE and _is_our_own(resolved, port, own):
        error = _bind(resolved, port, shared=True)
    return _reason(error, address, port) if error else None


def _bind(resolved: _Resolved, port: int, *, shared: bool) -> int:
    """Bind and let go; return the error number, 0 for none."""
    target: tuple[object, ...] = (resolved.host, port)
    if resolved.family == socket.AF_INET6:
        target = (resolved.host, port, 0, resolved.scope)
    try:
        with socket.socket(resolved.family, socket.SOCK_STREAM) as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            candidate.bind(target)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _is_our_own(resolved: _Resolved, port: int, own: Processes) -> bool:
    """Tell whether all who listen there are of our own HAProxy."""
    found = {listener.inode for listener in overlapping(ip_address(resolved.host.partition("%")[0]), port)}
    return bool(found) and found <= sockets_of(own())


def _reason(error: int, address: Address, port: int) -> str:
    host = f"[{address.host}]" if address.family is Family.IPV6 else address.host
    match error:
        case errno.EADDRINUSE:
            return f"address {host}:{port} {IN_USE}"
        case errno.EADDRNOTAVAIL:
            return f"{address.host} is not an address of this machine"
        case errno.EAFNOSUPPORT:
            return f"this machine has no {'IPv6' if address.family is Family.IPV6 else 'IPv4'}"
        case errno.EACCES | errno.EPERM if port < _first_unprivileged():
            return (
                f"permission denied for port {port}: ports below {_first_unprivileged()} "
                "need root or the capability CAP_NET_BIND_SERVICE"
            )
    return f"address {host}:{port}: {os.strerror(error)}"


def _first_unprivileged() -> int:
    try:
        return int(_UNPRIVILEGED_PORTS.read_text())
    except (OSError, ValueError):
        return 1024


def _try_path(address: Address, own: Processes) -> str | None:
    path = Path(address.host)
    if not path.parent.is_dir():
        return f"there is no directory {path.parent}"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"no permission to make a socket in {path.parent}"
    if path.exists() and not path.is_socket():
        return f"{path} exists and is no socket"
    if path.exists() and _is_kept(path):
        return f"{path} is another user's, in a directory where only its owner may replace it"
    return _taken(address, bytes(path), own)


def _is_kept(path: Path) -> bool:
    """Tell whether a file cannot be replaced for the sticky bit of its directory (inode(7), S_ISVTX)."""
    directory, file = path.parent.stat(), path.stat()
    return bool(directory.st_mode & stat.S_ISVTX) and os.geteuid() not in (0, directory.st_uid, file.st_uid)


def _try_abstract(address: Address, own: Processes) -> str | None:
    name = (b"\0" + os.fsencode(address.host)).ljust(_ABSTRACT_NAME_BYTES, b"\0")
    return _taken(address, name, own)


def _taken(address: Address, name: bytes, own: Processes) -> str | None:
    """Tell whether somebody else listens on a UNIX socket: the kernel names who, once connected.

    A connection is the only way to know: HAProxy binds another path and renames that, so the table
    of sockets does not have the path, and a bind would fail on a path that nobody listens on.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(0)
        try:
            client.connect(name)
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        except OSError as error:
            taken = error.errno in (errno.EAGAIN, errno.EPROTOTYPE, errno.EACCES)
            return f"{address} {IN_USE}" if taken else None
    pid, _, _ = _CREDENTIALS.unpack(credentials)
    return None if pid in own() else f"{address} {IN_USE}"
