"""A listener of this process's own event loop."""

import asyncio
from collections.abc import Callable
from typing import Final

from aqueduct.errors import ConfigurationError
from aqueduct.rpc.listen import check_free, target

_BACKLOG: Final = 1_024
"""Connections that may wait to be accepted."""
_AT_A_TIME: Final = 1
"""Connections that asyncio accepts in one turn. Where no file is left it complains, and tries it again a
second later, once for each of them (`BaseSelectorEventLoop._accept_connection`): more would fill the log.
"""


async def listen(made: Callable[[], asyncio.BaseProtocol], host: str, port: int) -> asyncio.Server:
    """Return what listens on `host` and `port`, 0 for any that is free, and gives connections what is `made`.

    ConfigurationError where that address cannot be had.
    """
    await check_free(host, port)
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(made, host.strip("[]"), port, backlog=_AT_A_TIME)
    except OSError as error:  # taken just now
        reason = error.strerror or error
        raise ConfigurationError(f"cannot listen on {target(host, port)}: {reason}") from error
    for each in server.sockets:
        with each.dup() as listener:
            listener.listen(_BACKLOG)
    return server


def port_of(server: asyncio.Server) -> int:
    """Return the port that it listens on."""
    return int(server.sockets[0].getsockname()[1])
