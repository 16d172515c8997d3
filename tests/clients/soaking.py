"""A client that watches the configuration of an Aqueduct which is killed again and again, under writes.

The client is a small program (clients/conformance/README.md) that prints what it has folded. At the end that
is what the server has, and each revision was told once and in order. By default there are two kills;
AQUEDUCT_TEST_LONG=1 goes on for ten minutes, with a kill every 20 s.
"""

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

from google.protobuf.json_format import MessageToDict

from aqueduct.client import AsyncClient, CallError
from aqueduct.client.methods import method
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.config_pb2 import ExportRequest
from tests.clients.folding import named
from tests.clients.served import Served
from tests.clients.toolchain import environment

_LONG: Final = os.environ.get("AQUEDUCT_TEST_LONG") == "1"
KILLS: Final = 30 if _LONG else 2
EVERY: Final = 20.0 if _LONG else 1.0
"""Seconds from the server's start to the next kill."""
_WRITES: Final = 0.05
"""Seconds between writes: so that history, which the end is compared with, reaches back far enough."""
_PATIENCE: Final = 30.0
"""Seconds that the client has to catch up at the end."""


class Told:
    """What the program has printed."""

    def __init__(self) -> None:
        self.state: Any = None
        self.revisions: list[int] = []
        """Of changes since the last snapshot."""
        self.began = 0
        self.resets = 0
        self._has_ended = False
        self._news = asyncio.Condition()

    async def follow(self, lines: asyncio.StreamReader) -> None:
        """Read its lines to their end. AssertionError for one that does not follow."""
        try:
            while line := await lines.readline():
                self._take(json.loads(line))
                async with self._news:
                    self._news.notify_all()
        finally:
            self._has_ended = True
            async with self._news:
                self._news.notify_all()

    def _take(self, line: Mapping[str, Any]) -> None:
        revision = int(line["revision"])
        if line["kind"] == "snapshot":
            self.began, self.revisions = revision, []
            self.resets += bool(line["reset"])
        else:
            last = self.revisions[-1] if self.revisions else self.began
            assert revision > last, f"{revision} is told after {last}"
            self.revisions.append(revision)
        self.state = line["state"]

    async def comes_to(self, state: Any) -> None:
        """Wait until the program has folded `state`. AssertionError where it ends before."""
        async with self._news:
            await self._news.wait_for(lambda: self._has_ended or self.state == state)
        assert self.state == state


async def soak(directory: Path, *program: str) -> None:
    """Have `program`, in `directory`, watch a server that is killed again and again."""
    async with (
        Served() as served,
        AsyncClient(served.target) as client,
        _running(directory, [*program, served.target]) as told,
    ):
        await told.comes_to({})
        async with _writing(client):
            for _ in range(KILLS):
                await asyncio.sleep(EVERY)
                await served.tell("kill")
                await served.tell("start")
            await asyncio.sleep(EVERY)
        await _compare(client, told)


@asynccontextmanager
async def _writing(client: AsyncClient) -> AsyncIterator[None]:
    """Write meanwhile; the last write is over at the end: one that is cancelled may be stored later."""
    is_over = asyncio.Event()
    writing = asyncio.create_task(_write(client, is_over))
    try:
        yield
    finally:
        is_over.set()
        await writing


async def _write(client: AsyncClient, is_over: asyncio.Event) -> None:
    for number in count():
        if is_over.is_set():
            return
        key = f"b{number % 12}"
        backend = Backend(key=key, type=BACKEND_TYPE_STATIC, host=f"h{number}")
        with suppress(CallError):  # the server is gone just now, or the key is
            if number % 5:
                await client.put_backend(backend, wait_for=WAIT_FOR_COMMIT)
            else:
                await client.delete_backend(key, wait_for=WAIT_FOR_COMMIT)
        await asyncio.sleep(_WRITES)


async def _compare(client: AsyncClient, told: Told) -> None:
    stored = await client.call(method("ConfigService/Export"), ExportRequest())
    state = named(MessageToDict(stored.configuration))
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await told.comes_to(state)
    assert told.state == state
    history = sorted([each.revision async for each in client.list_revisions()])
    first = max(told.began, history[0] - 1)
    assert [each for each in told.revisions if each > first] == [each for each in history if each > first]
    assert told.resets == 0


@asynccontextmanager
async def _running(directory: Path, command: Sequence[str]) -> AsyncIterator[Told]:
    """Run a program until its standard input is closed; yield what it tells."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=directory, stdin=PIPE, stdout=PIPE, env=environment(), limit=1 << 24
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told = Told()
    following = asyncio.create_task(told.follow(process.stdout))
    try:
        yield told
    finally:
        process.stdin.close()
        done, _ = await asyncio.wait({following}, timeout=_PATIENCE)
        if not done:
            process.kill()
        await following
        assert await process.wait() == 0
