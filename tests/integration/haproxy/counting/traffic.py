"""A program that makes requests, answers them, and counts both by itself.

    python -m tests.integration.haproxy.counting.traffic PORT REQUESTS KEPT ONCE

It first writes the ports of its members. Then, at a line of its input, it makes one request, and says so; at
another all others, REQUESTS in all: on KEPT connections that stay, and on ONCE at a time for a request each.
It writes how many are done as they are, and at the end what it counted, as JSON.
"""

import asyncio
import json
import sys
from collections import Counter

MEMBERS = ("a1", "a2", "b1")
PATHS = {"/a": "a", "/b": "b"}
STEP = 100
_BODY = b"ok"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + _BODY
_HEAD_END = b"\r\n\r\n"
_LAST = b"connection: close"


class Member(asyncio.Protocol):
    """Answers each request, and counts it."""

    def __init__(self, name: str, counts: Counter[str]) -> None:
        self._name, self._counts, self._received = name, counts, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment] # that of a stream

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(_HEAD_END)
        self._counts[self._name] += len(requests)
        self._transport.write(_ANSWER * len(requests))


class Clients:
    """All clients: what is left to ask for, and what came of it."""

    def __init__(self, port: int, requests: int) -> None:
        self.port, self.left, self.requests = port, requests, 0
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []

    def next(self, *, once: bool) -> bytes:
        """Return the next request; empty where there is none left."""
        if not self.left:
            return b""
        self.left -= 1
        path = "/b" if self.left % 3 == 0 else "/a"
        self.counts[path] += 1
        connection = "Connection: close\r\n" if once else ""
        return f"GET {path} HTTP/1.1\r\nHost: x\r\n{connection}\r\n".encode()

    def answered(self) -> None:
        """Note an answer."""
        self.requests += 1
        if self.requests % STEP == 0:
            print(self.requests, flush=True)  # noqa: T201 - read by the test

    async def first(self) -> None:
        """Make one request."""
        left, self.left = self.left, 1
        await self.run(once=True)
        self.left = left - 1
        print(self.requests, flush=True)  # noqa: T201 - as above

    async def run(self, *, once: bool) -> None:
        """Ask until nothing is left."""
        loop = asyncio.get_running_loop()
        while request := self.next(once=once):  # HAProxy counts a connection without one as a wrong request
            client = _Client(self, request, once=once)
            await loop.create_connection(lambda client=client: client, "127.0.0.1", self.port)  # type: ignore[misc]
            await client.over


class _Client(asyncio.Protocol):
    def __init__(self, clients: Clients, first: bytes, *, once: bool) -> None:
        self._clients, self._first, self._once, self._received = clients, first, once, b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment] # that of a stream
        self._clients.counts["connections"] += 1
        self._ask(self._first)

    def _ask(self, request: bytes) -> None:
        self._is_asking = bool(request)
        if request:
            self._transport.write(request)
        else:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(_HEAD_END)
        if not end or len(body) < len(_BODY):
            return
        if not head.startswith(b"HTTP/1.1 200 ") or body != _BODY:
            self._clients.failures.append(self._received.decode())
        self._received, self._is_asking = b"", False
        self._clients.answered()
        if self._once or _LAST in head.lower():
            self._transport.close()
        else:
            self._ask(self._clients.next(once=self._once))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_asking:
            self._clients.failures.append(f"no answer: {exc}")
        self.over.set_result(None)


async def main(port: str, requests: str, kept: str, once: str) -> None:
    loop = asyncio.get_running_loop()
    members: Counter[str] = Counter()
    servers = [
        await loop.create_server(lambda name=name: Member(name, members), "127.0.0.1", 0)  # type: ignore[misc]
        for name in MEMBERS
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)  # noqa: T201 - as above
    clients = Clients(int(port), int(requests))
    await loop.run_in_executor(None, sys.stdin.readline)
    await clients.first()
    await loop.run_in_executor(None, sys.stdin.readline)
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(kept) + int(once)):
            tasks.create_task(clients.run(once=number >= int(kept)))
    counted = {"members": members, "clients": clients.counts, "failures": clients.failures[:10]}
    print(json.dumps(counted), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
