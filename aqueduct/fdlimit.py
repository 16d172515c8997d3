"""The file descriptors that this process and HAProxy may have.

HAProxy needs about two descriptors a connection, and refuses to start where they exceed the hard
limit, which its own configuration check does not see. It sets its own soft limit by that, whatever ours is.
"""

from dataclasses import replace
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

import structlog

from aqueduct.settings import ProxySettings

log = structlog.get_logger()

SOFT = 65_536
"""Descriptors that are enough for us. Programs that close all they could have take minutes for a billion."""
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


def raise_own() -> None:
    """Raise the soft limit of this process to the hard one, to SOFT at the most.

    Many systems begin with 1,024, for programs that use `select`.
    """
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wanted = SOFT if hard == RLIM_INFINITY else min(SOFT, hard)
    if soft != RLIM_INFINITY and soft < wanted:
        setrlimit(RLIMIT_NOFILE, (wanted, hard))
