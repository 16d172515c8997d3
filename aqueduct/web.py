"""An HTTP server in the event loop of everything else, which ends without cutting what it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from aqueduct.errors import ConfigurationError

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_IDLE: Final = 75.0
"""Seconds that a connection may do nothing between two requests."""


class HttpServer:
    """Has `handler` answer every request. Where it raises that is logged, and answered with 500."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._requests: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`, 0 for any that is free; return the port.

        ConfigurationError where that address cannot be had.
        """
        self._requests = web.Server(self._handler, access_log=None, keepalive_timeout=_IDLE)
        try:
            self._listener = await asyncio.get_running_loop().create_server(self._requests, host, port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigurationError(f"cannot listen on {host}, port {port}: {reason}") from error
        bound: int = self._listener.sockets[0].getsockname()[1]
        return bound

    async def stop(self, grace: float) -> None:
        """Take no more requests; those under way have `grace` seconds to finish, then they are cancelled."""
        listener, self._listener = self._listener, None
        if listener is None or self._requests is None:
            return
        listener.close()
        await asyncio.sleep(0)  # what was accepted just now is noticed
        self._requests.pre_shutdown()
        await self._requests.shutdown(grace)
        await listener.wait_closed()
