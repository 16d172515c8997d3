"""One worker of HAProxy whose counters are read, and the connection to it.

The connection is the worker's own, so that long answers hold up nothing else. HAProxy lets no worker end that
has one: whoever has no use for it drops it. A connection on which something failed is dropped.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import aclosing, contextmanager
from typing import NamedTuple

from aqueduct.haproxy.dumping import Dumping, fields_of
from aqueduct.model.stats.lines import LineKind
from aqueduct.plan.stat_rows import Row
from aqueduct.plan.told import Answer, LastAnswer, Told

_INFO = "show info"
_PROXIES, _FRONTENDS, _BACKENDS = 7, 1, 2
"""What `show stat` is to tell of: not of listeners."""
_ALL = "-1"
_SLICE = 200
"""Rows that are read before others have their turn: 2 ms where all of them have to be parsed."""
_MOST_AT_ONCE = 50
"""Proxies that are asked for in one write."""
_NAME = re.compile(r"[A-Za-z0-9_.:-]+")
_NUMBERED = re.compile(r"^(?P<number>\d+) (?P<name>\S+) ", re.MULTILINE)

Take = Callable[[list[Row]], None]


class Look(NamedTuple):
    """What a worker says of itself."""

    is_stopping: bool
    """Whether it serves no more: it finishes its sessions."""
    sessions: int
    """Connections of clients; those to the Runtime API are not counted."""
    connections: str
    """All so far: where it stays the same, there was none."""


class CountedWorker:
    """One worker. Calls at the same time wait for each other; OSError where it does not answer."""

    def __init__(self, connection: Dumping, told: Told) -> None:
        self.identity = connection.identity
        self.pid = connection.worker or 0
        self.told = told
        self.sessions: int | None = None
        """Those that it still finished when it was last looked at; None before it stopped to serve."""
        self.cost = 0.0
        """Seconds that it took last to read it all."""
        self._connection: Dumping | None = connection
        self._lock = asyncio.Lock()
        self._knows_frontends = self._knows_all = False

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection that can be used, or that is used now."""
        return self._connection is not None and (self.is_busy or self._connection.is_fresh())

    @property
    def is_busy(self) -> bool:
        """Whether it is being asked."""
        return self._lock.locked()

    def attach(self, connection: Dumping) -> None:
        """Go on with another connection to it."""
        self.drop()
        self._connection = connection

    def drop(self) -> None:
        """Let go of it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    async def look(self) -> Look:
        """Ask what it says of itself."""
        async with self._lock:
            with self._speaking() as connection:
                return await _look(connection)

    async def read_all(self, take: Take) -> tuple[Answer, bool]:
        """Have `take` take all rows as they come; return the answer, and whether it is of other lines."""
        async with self._lock:
            with self._speaking() as connection:
                began = time.monotonic()
                answer = Answer(self.told, is_whole=True)
                is_other = await self._dump(connection, _PROXIES, take, answer)
                self.cost = time.monotonic() - began
        self._knows_frontends = self._knows_all = True
        return answer, is_other

    async def read_last(self) -> Look:
        """Read once more what it has counted; return what it says of itself then."""
        async with self._lock:
            with self._speaking() as connection:
                await self._dump(connection, _PROXIES, lambda _: None, LastAnswer(self.told))
                return await _look(connection)

    async def read_some(self, proxies: Collection[str], take: Take) -> Answer:
        """Have `take` take the rows of some proxies, those that it has."""
        async with self._lock:
            with self._speaking() as connection:
                await self._learn(connection, [name for name in proxies if _NAME.fullmatch(name)])
                answer = Answer(self.told, is_whole=False)
                numbers = {
                    known[name] for known in self.told.numbers.values() for name in proxies if name in known
                }
                commands = [f"show stat +{number} {_PROXIES} -1" for number in sorted(numbers, key=int)]
                for first in range(0, len(commands), _MOST_AT_ONCE):
                    for told in await connection.told(*commands[first : first + _MOST_AT_ONCE]):
                        take(answer.read(_lines(told), int(time.time())))
        return answer

    async def _learn(self, connection: Dumping, names: Collection[str]) -> None:
        """Have the numbers of proxies known, which hold for the life of a worker.

        By name alone `show stat` finds a frontend or a backend, where both have it. Frontends are few, and
        listed; a backend is found by its servers. Only where it has none, or is not there, all are listed.
        """
        backends = self.told.numbers[LineKind.BACKEND]
        if not self._knows_frontends:
            await self._dump(connection, _FRONTENDS, lambda _: None, Answer(self.told, is_whole=False))
            self._knows_frontends = True
        unknown = [name for name in names if name not in backends]
        if self._knows_all or not unknown:
            return
        for told in await connection.told(*(f"show servers state {name}" for name in unknown)):
            found = _NUMBERED.search(told)
            if found is not None:
                backends[found["name"]] = found["number"]
        if not all(name in backends for name in unknown):
            await self._dump(connection, _BACKENDS, lambda _: None, Answer(self.told, is_whole=False))
            self._knows_all = True

    async def _dump(self, connection: Dumping, of: int, take: Take, answer: Answer) -> bool:
        async with aclosing(connection.dump(f"show stat {_ALL} {of} -1")) as parts:
            async for texts in parts:
                now = int(time.time())
                for first in range(0, len(texts), _SLICE):
                    if first:
                        await asyncio.sleep(0)
                    take(answer.read(texts[first : first + _SLICE], now))
        return answer.end()

    @contextmanager
    def _speaking(self) -> Iterator[Dumping]:
        connection = self._connection
        if connection is None:
            raise ConnectionResetError("the connection was closed")
        try:
            yield connection
        except BaseException:
            connection.abort()
            raise


async def _look(connection: Dumping) -> Look:
    (info,) = await connection.told(_INFO)
    fields = fields_of(info)
    try:
        return Look(fields["Stopping"] != "0", int(fields["CurrConns"]), fields["CumConns"])
    except KeyError as error:
        raise ValueError(f"HAProxy's worker does not tell {error}") from error


def _lines(told: str) -> list[bytes]:
    return [line.encode(errors="surrogateescape") for line in told.split("\n") if line]
