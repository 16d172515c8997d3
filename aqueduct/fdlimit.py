"""Fitting HAProxy's connection limit to the file descriptors that this process may have.

HAProxy needs about two descriptors a connection, and refuses to start where they exceed the hard
limit, which its own configuration check does not see.
"""

from dataclasses import replace
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit

import structlog

from aqueduct.settings import ProxySettings

log = structlog.get_logger()

RESERVED = 1_024
"""Descriptors for listeners, health checks, sockets and logs."""
_LEAST = 64


def fitting(proxy: ProxySettings) -> ProxySettings:
    """Return `proxy` with a `global_maxconn` that the hard limit of open files allows."""
    _, hard = getrlimit(RLIMIT_NOFILE)
    allowed = proxy.global_maxconn if hard == RLIM_INFINITY else max(_LEAST, (hard - RESERVED) // 2)
    if allowed >= proxy.global_maxconn:
        return proxy
    log.warning("maxconn lowered to fit the limit of open files", limit=hard, maxconn=allowed)
    return replace(proxy, global_maxconn=allowed)
