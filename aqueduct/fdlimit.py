"""The file descriptors that this process may have: as many as it may ask for, and HAProxy's limit fits them.

A stream takes one, and 1,024 are what most systems give to who does not ask. HAProxy needs about two
descriptors a connection, and refuses to start where they exceed the hard limit, which its own configuration
check does not see.
"""

from dataclasses import replace
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

import structlog

from aqueduct.settings import ProxySettings

log = structlog.get_logger()

RESERVED = 1_024
"""Descriptors for listeners, health checks, sockets and logs."""
_LEAST = 64
_MOST = 65_536
"""Descriptors that are asked for at the most: some hard limits are a billion."""


def raise_limit() -> None:
    """Have this process, and those that it starts, have as many descriptors as they may, up to _MOST."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wanted = _MOST if hard == RLIM_INFINITY else min(hard, _MOST)
    if soft != RLIM_INFINITY and soft < wanted:
        setrlimit(RLIMIT_NOFILE, (wanted, hard))


def fitting(proxy: ProxySettings) -> ProxySettings:
    """Return `proxy` with a `global_maxconn` that the hard limit of open files allows."""
    _, hard = getrlimit(RLIMIT_NOFILE)
    allowed = proxy.global_maxconn if hard == RLIM_INFINITY else max(_LEAST, (hard - RESERVED) // 2)
    if allowed >= proxy.global_maxconn:
        return proxy
    log.warning("maxconn lowered to fit the limit of open files", limit=hard, maxconn=allowed)
    return replace(proxy, global_maxconn=allowed)
