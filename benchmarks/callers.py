"""`python -m benchmarks.callers KIND TARGET CALLERS CHANGES FIRST [PORT...]`: changes by several at once.

Each caller changes what is its own, one change after the other. Kinds:

    member     PutBackend at the gRPC address TARGET: a member is added, then removed, and so on
    weight     PutBackend: a member gets another weight, then its own again
    commit     the same, answered at the commit
    read       GetBackend at TARGET
    frontend   PutFrontend at TARGET: led to another backend each time; needs a port for each caller
    rest-...   weight, commit and read over HTTP at TARGET, each caller on a connection of its own;
               rest-list: GET /backends
    runtime    what `member` does, by commands to the Runtime API at the path TARGET

Tells what came of the CHANGES of all of them together, of which each caller's begin with the number FIRST.
"""

import asyncio
import json
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass

import grpc.aio

from aqueduct.model.documents import to_document
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, WAIT_FOR_SERVING, WaitFor
from aqueduct.v1.backend_pb2 import Backend, GetBackendRequest, PutBackendRequest
from aqueduct.v1.backend_pb2_grpc import BackendServiceStub
from aqueduct.v1.frontend_pb2 import PutFrontendRequest
from aqueduct.v1.frontend_pb2_grpc import FrontendServiceStub
from benchmarks.bare import PROMPT
from benchmarks.children import told
from benchmarks.configuration import (
    callers_backend,
    callers_frontend,
    callers_key,
    callers_member,
    callers_weight,
)
from benchmarks.table import percentile

Change = Callable[[int, int], Awaitable[None]]
"""Makes a caller's change of a number. Refused where that was refused."""


class Refused(Exception):
    """A change was refused; the message says in which words."""


@dataclass(frozen=True, slots=True)
class Account:
    """What came of the changes."""

    changes: int
    failed: int
    words: list[str]
    """Of the first refusals."""
    seconds: float
    median_ms: float
    p99_ms: float
    slowest_ms: float
    cpu_seconds: float
    """Of the callers."""

    @property
    def rate(self) -> float:
        """Changes per second."""
        return self.changes / self.seconds


@dataclass(frozen=True, slots=True)
class Calls:
    """What callers do."""

    kind: str
    target: str
    callers: int
    changes: int
    """Of all callers together."""
    first: int = 0
    """Number of the first change of each."""
    ports: Sequence[int] = ()

    async def made(self) -> Account:
        """Have them made by a process of its own."""
        arguments = (self.kind, self.target, self.callers, self.changes, self.first, *self.ports)
        return Account(**await told("callers", *arguments))


async def _channel(stack: AsyncExitStack, target: str) -> grpc.aio.Channel:
    channel = await stack.enter_async_context(grpc.aio.insecure_channel(target))
    await channel.channel_ready()
    return channel


def _puts(
    made: Callable[[int, int], Backend], wait_for: WaitFor = WAIT_FOR_SERVING
) -> "Callable[[AsyncExitStack, str, Sequence[int]], Awaitable[Change]]":
    async def opened(stack: AsyncExitStack, target: str, _ports: Sequence[int]) -> Change:
        backends = BackendServiceStub(await _channel(stack, target))

        async def change(caller: int, number: int) -> None:
            request = PutBackendRequest(backend=made(caller, number), wait_for=wait_for)
            try:
                await backends.PutBackend(request)
            except grpc.aio.AioRpcError as error:
                raise Refused(error.details()) from error

        return change

    return opened


async def _reads(stack: AsyncExitStack, target: str, _ports: Sequence[int]) -> Change:
    backends = BackendServiceStub(await _channel(stack, target))

    async def read(caller: int, _number: int) -> None:
        await backends.GetBackend(GetBackendRequest(key=callers_key(caller)))

    return read


class _Rest:
    """One request after the other on a connection, by no more than that takes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, verb: str, path: str, body: bytes = b"") -> None:
        """Make a request, and read its answer. Refused where it is no 200."""
        head = f"{verb} {path} HTTP/1.1\r\nHost: aqueduct\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = answer.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        content = await self._reader.readexactly(int(length))
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise Refused(content.decode())


def _rest(verb: str, path: str) -> "Callable[[AsyncExitStack, str, Sequence[int]], Awaitable[Change]]":
    async def opened(stack: AsyncExitStack, target: str, _ports: Sequence[int]) -> Change:
        connections: dict[int, _Rest] = {}
        host, _, port = target.rpartition(":")

        async def change(caller: int, number: int) -> None:
            if caller not in connections:
                reader, writer = await asyncio.open_connection(host, int(port), limit=2**26)
                stack.callback(writer.close)
                connections[caller] = _Rest(reader, writer)
            backend = callers_weight(caller, number)
            body = json.dumps(to_document(backend)).encode() if verb == "PUT" else b""
            await connections[caller].ask(verb, path.format(key=backend.key), body)

        return change

    return opened


async def _frontends(stack: AsyncExitStack, target: str, ports: Sequence[int]) -> Change:
    frontends = FrontendServiceStub(await _channel(stack, target))

    async def change(caller: int, number: int) -> None:
        frontend = callers_frontend(caller, ports[caller], number)
        try:
            await frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
        except grpc.aio.AioRpcError as error:
            raise Refused(error.details()) from error

    return change


async def _runtime(stack: AsyncExitStack, target: str, _ports: Sequence[int]) -> Change:
    connections: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def ask(caller: int, *commands: str) -> str:
        reader, writer = connections[caller]
        writer.write("; ".join(commands).encode() + b"\n")
        answers = [await reader.readuntil(PROMPT) for _ in commands]
        return b"".join(answers).decode()

    async def change(caller: int, number: int) -> None:
        if caller not in connections:
            connections[caller] = await asyncio.open_unix_connection(target)
            stack.callback(connections[caller][1].close)
            await ask(caller, "prompt")
        server = f"{callers_key(caller)}/{number // 2}"
        if number % 2 == 0:
            member = callers_member(caller, number // 2)
            add = f"add server {server} {member.host}:{member.port}"
            answer, word = await ask(caller, add, f"set server {server} state ready"), "registered"
        else:
            maint = f"set server {server} state maint"
            answer, word = await ask(caller, maint, f"del server {server}"), "deleted"
        if word not in answer:
            raise Refused(answer)

    return change


_KINDS = {
    "member": _puts(callers_backend),
    "weight": _puts(callers_weight),
    "commit": _puts(callers_weight, WAIT_FOR_COMMIT),
    "read": _reads,
    "frontend": _frontends,
    "runtime": _runtime,
    "rest-weight": _rest("PUT", "/backends/{key}"),
    "rest-commit": _rest("PUT", "/backends/{key}?wait_for=commit"),
    "rest-read": _rest("GET", "/backends/{key}"),
    "rest-list": _rest("GET", "/backends"),
}


async def _make(calls: Calls) -> Account:
    took: list[float] = []
    words: list[str] = []

    async def caller(number: int) -> None:
        for of_caller in range(calls.first, calls.first + calls.changes // calls.callers):
            began = time.perf_counter()
            try:
                await change(number, of_caller)
            except Refused as refused:
                words.append(str(refused))
            took.append(time.perf_counter() - began)

    async with AsyncExitStack() as stack:
        change = await _KINDS[calls.kind](stack, calls.target, calls.ports)
        before = resource.getrusage(resource.RUSAGE_SELF)
        began = time.perf_counter()
        await asyncio.gather(*map(caller, range(calls.callers)))
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    median, p99 = statistics.median(took) * 1e3, percentile(took, 99) * 1e3
    return Account(len(took), len(words), words[:3], seconds, median, p99, max(took) * 1e3, cpu)


if __name__ == "__main__":
    _kind, _target, *_numbers = sys.argv[1:]
    _callers, _changes, _first, *_ports = map(int, _numbers)
    print(json.dumps(asdict(asyncio.run(_make(Calls(_kind, _target, _callers, _changes, _first, _ports))))))
