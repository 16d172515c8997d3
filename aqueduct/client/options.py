"""How a client reaches a server: what gRPC is told of the channel, TLS, the token, deadlines."""

import ipaddress
from dataclasses import dataclass
from typing import Any, Final

import grpc

from aqueduct.client.methods import Method

CHANNEL: Final = (
    ("grpc.enable_http_proxy", 0),  # HTTP_PROXY is meant for the web
    ("grpc.max_receive_message_length", -1),  # large configurations are the caller's to read
    ("grpc.keepalive_time_ms", 20_000),  # notices a server that is gone without a word
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Tls:
    """What TLS goes by, as PEM. `roots` absent: the system's; `certificate` and `key`: the client's own."""

    roots: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = None


def credentials(tls: Tls | bool) -> grpc.ChannelCredentials | None:  # as the clients take it
    """Return TLS as gRPC takes it; None for none."""
    if tls is False:
        return None
    given = Tls() if tls is True else tls
    return grpc.ssl_channel_credentials(given.roots, given.key, given.certificate)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that a call may take, retries included, where the call itself says nothing."""

    read: float = 10.0
    """For calls that change nothing."""
    write: float = 90.0
    """For the others: a switch of members may wait for 60 s."""

    def of(self, method: Method[Any, Any]) -> float:
        """Return what a method has."""
        return self.read if method.reads else self.write


def metadata(target: str, token: str | None, *, is_secure: bool) -> Metadata:
    """Return what goes with each call. ValueError for a token that would leave the machine in the clear."""
    if token is None:
        return ()
    if not is_secure and not _is_local(target):
        raise ValueError(f"a token is not sent to {target} without TLS")
    return (("authorization", f"Bearer {token}"),)


def _is_local(target: str) -> bool:
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    host = target.rpartition("/")[2].rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
