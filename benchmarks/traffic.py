"""`python -m benchmarks.traffic PORT RATE CONNECTIONS`: keep-alive requests at an even rate.

Prints a line after the first answers, goes on until its standard input ends, and tells what came of it:

    {"requests": 4021, "failures": [], "slowest_ms": 3.1, "seconds": 2.01, "last": {"old-1": 1234.5, ...}}

`last` is when each one who answered did so last, by the system's monotonic clock, which all processes share.
A request that is late is sent at once, and never left out.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aqueduct.demo.connection import HOST, Connection, Faulty
from benchmarks.children import Child

_WARM_UP = 200
"""Requests until it is said to be there."""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Account:
    """What came of some traffic."""

    requests: int
    failures: list[str]
    """What went wrong with how many requests: the first few."""
    failed: int
    slowest_ms: float
    seconds: float
    last: Mapping[str, float]
    """When each one who answered did so last, by the system's monotonic clock."""

    def last_of(self, prefix: str) -> float:
        """Return when one whose name begins with `prefix` answered last."""
        return max(when for name, when in self.last.items() if name.startswith(prefix))


class TrafficProcess:
    """Traffic in a process of its own, while entered."""

    def __init__(self, port: int, rate: int, connections: int) -> None:
        self._child = Child("traffic", port, rate, connections)

    async def __aenter__(self) -> Self:
        await self._child.__aenter__()
        await self._child.line()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._child.__aexit__()

    async def end(self) -> Account:
        """End it, and return what came of it."""
        return Account(**await self._child.result())


@dataclass
class _Traffic:
    port: int
    period: float
    """Seconds from one request of a connection to the next."""
    requests: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    last: dict[str, float] = field(default_factory=dict)
    is_ending: bool = False
    warm: asyncio.Event = field(default_factory=asyncio.Event)

    async def connection(self, offset: float) -> None:
        """Send the requests of one connection until the end."""
        connection: Connection | None = None
        due = time.monotonic() + offset
        while not self.is_ending:
            await asyncio.sleep(due - time.monotonic())
            due += self.period
            connection = await self._request(connection)
        if connection is not None:
            connection.close()

    async def _request(self, connection: Connection | None) -> Connection | None:
        """Make one request; return the connection if it can be used again."""
        if connection is not None and connection.closed_idle:
            connection.close()
            connection = None
        began = time.monotonic()
        is_kept = False
        try:
            connection = connection or await Connection.open(HOST, self.port)
            answer = await connection.get(HOST, "/", keep=True)
        except Faulty as fault:
            self.failures.append(str(fault))
        else:
            is_kept = not answer.closing
            if answer.status == 200:
                self.last[answer.body.decode()] = time.monotonic()
            else:
                self.failures.append(f"status {answer.status}")
        self.requests += 1
        self.slowest = max(self.slowest, time.monotonic() - began)
        if self.requests == _WARM_UP:
            self.warm.set()
        if connection is not None and not is_kept:
            connection.close()
        return connection if is_kept else None

    def account(self, seconds: float) -> dict[str, Any]:
        """Return the fields of an Account."""
        return {
            "requests": self.requests,
            "failures": self.failures[:_SHOWN],
            "failed": len(self.failures),
            "slowest_ms": self.slowest * 1e3,
            "seconds": seconds,
            "last": self.last,
        }


async def _main(port: int, rate: int, connections: int) -> None:
    traffic = _Traffic(port, connections / rate)
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(connections):
            tasks.create_task(traffic.connection(number / rate))
        await traffic.warm.wait()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        traffic.is_ending = True
    print(json.dumps(traffic.account(time.monotonic() - began)), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(*map(int, sys.argv[1:])))
