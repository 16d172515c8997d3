"""Traffic without pause through one port, and an account of every answer and every failure."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Self

from aqueduct.demo.connection import HOST, Answer, Connection, Faulty

_OK = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed. `at` is in seconds since the traffic began."""

    at: float
    what: str


class Traffic:
    """Requests while entered, on several connections at a time, each sending the next after an answer.

    On leaving, requests under way are finished first. A connection that the server announced to
    close, or closed while it was idle, is opened anew; anything else but an answer of status 200
    within `patience` seconds is a failure, after which the connection is opened anew as well.
    """

    def __init__(
        self,
        port: int,
        *,
        connections: int = 16,
        keep_alive: bool | None = None,
        path: str = "/",
        pause: float = 0.0,
        patience: float = 10.0,
    ) -> None:
        """Prepare traffic to `port` on loopback.

        `keep_alive` None: every second connection is kept, the others close after each answer.
        `pause` seconds pass between an answer and the next request of a connection.
        """
        self._port, self._path, self._pause, self._patience = port, path, pause, patience
        self._keeping = [keep_alive if keep_alive is not None else n % 2 == 0 for n in range(connections)]
        self.answers: Counter[str] = Counter()
        """How many answers of status 200 had which body."""
        self.failures: list[Failure] = []
        self.slowest = 0.0
        """Seconds that the slowest request took."""
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def requests(self) -> int:
        """How many requests were made, those that failed included."""
        return self.answers.total() + len(self.failures)

    async def further(self, requests: int) -> None:
        """Wait until so many more requests have been made, on whichever connections."""
        made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self.requests + requests, made))
        await made

    async def __aenter__(self) -> Self:
        self._ending = asyncio.Event()
        self._began = time.monotonic()
        self._clients = [asyncio.create_task(self._client(keep)) for keep in self._keeping]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ending.set()
        if kind is not None:
            for client in self._clients:
                client.cancel()
        ends = await asyncio.gather(*self._clients, return_exceptions=True)
        if kind is None:
            for end in ends:
                if end is not None:
                    raise end

    async def _client(self, keep: bool) -> None:
        connection: Connection | None = None
        try:
            while not self._ending.is_set():
                connection = await self._request(connection, keep=keep)
                await asyncio.sleep(self._pause)
        finally:
            if connection is not None:
                connection.close()

    async def _request(self, connection: Connection | None, *, keep: bool) -> Connection | None:
        """Make one request; return the connection if it can be used again."""
        if connection is not None and connection.closed_idle:
            connection.close()
            connection = None
        began = time.monotonic()
        answer: Answer | None = None
        try:
            async with asyncio.timeout(self._patience):
                connection = connection or await Connection.open(HOST, self._port)
                answer = await connection.get(f"{HOST}:{self._port}", self._path, keep=keep)
        except TimeoutError:
            self._failed(f"no answer within {self._patience} s")
        except Faulty as fault:
            self._failed(str(fault))
        finally:
            reusable = answer is not None and keep and not answer.closing
            if connection is not None and not reusable:
                connection.close()
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer is not None:
            self._answered(answer)
        self._tell()
        return connection if reusable else None

    def _answered(self, answer: Answer) -> None:
        if answer.status == _OK:
            self.answers[answer.body.decode(errors="replace")] += 1
        else:
            self._failed(f"status {answer.status}")

    def _failed(self, what: str) -> None:
        self.failures.append(Failure(time.monotonic() - self._began, what))

    def _tell(self) -> None:
        for waiting in [waiting for waiting in self._waiting if waiting[0] <= self.requests]:
            self._waiting.remove(waiting)
            if not waiting[1].done():
                waiting[1].set_result(None)
