"""An HTTP server in the event loop of everything else, which ends without cutting what it answers."""

import asyncio
from typing import Any, Final

from aiohttp import web

from aqueduct.web.connections import Answering, Connections, Words, max_connections
from aqueduct.web.faults import answer_by_1_1, fault_in
from aqueduct.web.listening import listen, port_of

_LAST_TURN: Final = 0.1
"""Seconds that a request has to end in, when the grace is over."""


class HttpServer:
    """Has `answer` answer every request over HTTP/1.1, without TLS, and `words` tell what is none.

    `share` is that of this process's files which its connections may take. `cancel`: a request whose client
    leaves is answered no further.
    """

    def __init__(self, answer: Answering, words: Words, share: float, *, cancel: bool = False) -> None:
        self._answer = answer
        self._words = words
        self._cancel = cancel
        self._share = share
        self._under_way: dict[asyncio.Task[Any], web.RequestHandler] = {}
        self._is_stopping = False
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port`, 0 for any that is free; return the port.

        ConfigurationError where that address cannot be had.
        """
        self._is_stopping = False
        most = max_connections(self._share)
        self.connections = Connections(self._serve, self._words, most, cancel=self._cancel)
        self._listener = await listen(self.connections, host, port)
        return port_of(self._listener)

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
        fault = fault_in(request)
        if fault is None:
            response = await self._answer(request)
        else:
            answer_by_1_1(request)
            response = self._words.unreadable(fault)
        if fault is not None or self._is_stopping or "Connection" in response.headers:
            response.force_close()
        return response

    def _note(self, connection: web.RequestHandler) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # aiohttp answers in tasks
        self._under_way[task] = connection
        task.add_done_callback(lambda task: self._under_way.pop(task, None))
