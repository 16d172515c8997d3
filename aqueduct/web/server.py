"""An HTTP server in the event loop of everything else, which ends without cutting what it answers."""

import asyncio
from typing import Any, Final

from aiohttp import web

from aqueduct.errors import ConfigurationError
from aqueduct.rpc.listen import check_free, target
from aqueduct.web.connections import Answering, Connections, Words, max_connections

_BACKLOG: Final = 1_024
_LAST_TURN: Final = 0.1
"""Seconds that a request has to end in, when the grace is over."""


class HttpServer:
    """Has `answer` answer every request over HTTP/1.1, without TLS, and `words` tell what is none.

    `cancel`: a request whose client leaves is answered no further. `decompress`: bodies are.
    """

    def __init__(
        self, answer: Answering, words: Words, *, cancel: bool = False, decompress: bool = False
    ) -> None:
        self._answer = answer
        self._words = words
        self._cancel = cancel
        self._decompress = decompress
        self._under_way: dict[asyncio.Task[Any], web.RequestHandler] = {}
        self._is_stopping = False
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`, 0 for any that is free; return the port.

        ConfigurationError where that address cannot be had.
        """
        await check_free(host, port)
        self._is_stopping = False
        self.connections = Connections(
            self._serve, self._words, max_connections(), cancel=self._cancel, decompress=self._decompress
        )
        loop = asyncio.get_running_loop()
        try:
            listener = await loop.create_server(self.connections, host.strip("[]"), port, backlog=_BACKLOG)
        except OSError as error:  # taken just now
            reason = error.strerror or error
            raise ConfigurationError(f"cannot listen on {target(host, port)}: {reason}") from error
        self._listener = listener
        return int(listener.sockets[0].getsockname()[1])

    async def stop(self, grace: float) -> None:
        """Take no more connections; what is under way has `grace` seconds to finish, then it is cancelled."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._is_stopping = True
        listener.close()
        await asyncio.sleep(0)  # what was accepted just now is noticed
        busy = set(self._under_way.values())
        for connection in self.connections.connections:
            if connection not in busy:
                connection.force_close()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)
        await self.connections.shutdown(_LAST_TURN)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.connections.heard(request.protocol)
        self._note(request.protocol)
        response = await self._answer(request)
        if self._is_stopping or "Connection" in response.headers:
            response.force_close()
        return response

    def _note(self, connection: web.RequestHandler) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # aiohttp answers in tasks
        self._under_way[task] = connection
        task.add_done_callback(lambda task: self._under_way.pop(task, None))
