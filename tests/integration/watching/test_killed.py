"""An Aqueduct with its HAProxy that is killed again and again under writers, while fifty watchers follow it.

Whatever a watcher knows at a revision is what the history says of it; each acknowledged write is seen, none
is seen twice, and the order only grows. AQUEDUCT_TEST_LONG=1 kills more often, AQUEDUCT_TEST_SEED=N repeats
what is drawn.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.model.history import unwrapped
from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import (
    ApplyRequest,
    Change,
    ConfigWatchRequest,
    DiffRevisionsRequest,
    ExportRequest,
)
from aqueduct.v1.history_pb2 import Revision
from tests.folding import State, state_in
from tests.haproxies import binaries
from tests.integration.watching.reference import Reference
from tests.integration.watching.watcher import Refused, Watcher

LONG = os.environ.get("AQUEDUCT_TEST_LONG") == "1"
KILLS = 40 if LONG else 4
WRITES = 60
"""So many at the most are acknowledged from one kill to the next."""
WATCHERS = 50
WRITERS = 3
SEED = int(os.environ.get("AQUEDUCT_TEST_SEED", "0")) or random.randrange(1, 10**9)
_KEYS = 6
_GONE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


@pytest.fixture
async def aqueduct(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aqueduct]:
    directory = tmp_path_factory.mktemp("aq")
    async with Aqueduct(
        directory / "data", binaries()[0], ("--history-count=1000000", f"--max-streams={WATCHERS}")
    ) as process:
        yield process


@dataclass
class Writer:
    """Puts and deletes backends of its own, several at once, and notes what was acknowledged."""

    name: str
    aqueduct: Aqueduct
    draw: random.Random
    acknowledged: dict[int, str] = field(default_factory=dict)
    """What each revision was to be known by."""
    there: set[str] = field(default_factory=set)
    count: int = 0

    async def write_on(self) -> None:
        """Write until the server is gone."""
        while True:
            self.count += 1
            message = f"{self.name} {self.count}"
            request = ApplyRequest(
                changes=self._changes(), wait_for=WAIT_FOR_COMMIT, annotation=Annotation(message=message)
            )
            try:
                response = await self.aqueduct.config.Apply(request)
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.NOT_FOUND:  # made by a write that got no answer
                    self.there.clear()
                    continue
                assert error.code() in _GONE, error
                return
            self.acknowledged[response.revision] = message

    def _changes(self) -> list[Change]:
        keys = [f"{self.name}{number}" for number in self.draw.sample(range(_KEYS), self.draw.randint(1, 3))]
        gone = [key for key in keys[1:] if key in self.there]
        self.there = (self.there | set(keys)) - set(gone)
        return [
            delete(Ref(Kind.BACKEND, key))
            if key in gone
            else put(Backend(key=key, type=BACKEND_TYPE_STATIC, natives=[f"# {self.name} {self.count}"]))
            for key in keys
        ]


class Watching:
    """The watchers, and what each of them knew at each revision."""

    def __init__(self, aqueduct: Aqueduct, draw: random.Random) -> None:
        self._aqueduct = aqueduct
        self._draw = draw
        some = (("backends/",), ("backends/a0", "backends/b1"), ("frontends/",))
        self.watchers = [Watcher(*(some[number] if number < len(some) else ())) for number in range(WATCHERS)]
        self.seen: dict[int, dict[int, State]] = {number: {} for number in range(WATCHERS)}
        self.left = self.broken = 0

    async def follow(self, number: int) -> None:
        """Watch for ever, leaving and resuming at random."""
        watcher = self.watchers[number]
        while True:
            watcher.begin(self._open)
            with suppress(Refused):
                for _ in range(self._draw.randint(1, 60)):
                    if await watcher.read():
                        assert watcher.known.revision is not None
                        self.seen[number][watcher.known.revision] = watcher.known.state
                await watcher.leave()
                self.left += 1
                continue
            self.broken += 1

    def _open(self, request: ConfigWatchRequest) -> Any:
        return self._aqueduct.config.ConfigWatch(request, wait_for_ready=True)

    async def know(self, revision: int, following: "list[asyncio.Task[None]]") -> None:
        """Wait until all watchers of all know a revision."""
        whole = [watcher for watcher in self.watchers if watcher.selection.is_all]
        while any((watcher.known.revision or 0) < revision for watcher in whole):
            for task in following:
                if task.done():
                    task.result()
            await asyncio.sleep(0.01)


async def _kill_again_and_again(aqueduct: Aqueduct, writers: list[Writer], draw: random.Random) -> None:
    for _ in range(KILLS):
        writing = [asyncio.create_task(writer.write_on()) for writer in writers]
        before = sum(len(writer.acknowledged) for writer in writers)
        wanted = before + draw.randint(1, WRITES)
        while sum(len(writer.acknowledged) for writer in writers) < wanted:
            await asyncio.sleep(0)
            assert not any(task.done() for task in writing)
        await aqueduct.end(signal.SIGKILL)
        await asyncio.gather(*writing)
        await aqueduct.start()


async def _history(data_dir: Path) -> list[Revision]:
    store = await LmdbStore.open(data_dir / "store")
    found: list[Revision] = []
    while part := (await store.since(found[-1].revision if found else 0, 1_000)).revisions:
        found += part
    await store.close()
    return found


def _reference(history: list[Revision], head: int) -> Reference:
    """Return what was stored at each revision, by the history."""
    reference, state = Reference(), State()
    by_number = {revision.revision: revision for revision in history}
    for number in range(1, head + 1):
        changes = by_number[number].changes if number in by_number else ()
        for change in changes:
            became = unwrapped(change.after)
            state = {name: each for name, each in state.items() if name != change.resource}
            if became is not None:
                state[change.resource] = became
        reference.states[number] = state
        if changes:
            reference.changed[number] = frozenset(change.resource for change in changes)
    reference.head = head
    return reference


async def _check_by_calls(aqueduct: Aqueduct, seen: dict[int, State], draw: random.Random) -> int:
    """Compare some of what a watcher knew with what the API says of these revisions; return the newest."""
    for revision in draw.sample(sorted(seen), min(5, len(seen))):
        request = DiffRevisionsRequest(from_revision=0, to_revision=revision)
        diff = await aqueduct.config.DiffRevisions(request)
        found = {change.resource: unwrapped(change.after) for change in diff.changes}
        assert found == seen[revision]
    export = await aqueduct.config.Export(ExportRequest())
    assert state_in(export.configuration) == seen[max(seen)]
    return export.revision


@pytest.mark.timeout(120 + 30 * KILLS)
async def test_watchers_of_an_aqueduct_that_is_killed(aqueduct: Aqueduct) -> None:
    draw = random.Random(SEED)
    writers = [Writer(name, aqueduct, draw) for name in "abc"[:WRITERS]]
    watching = Watching(aqueduct, draw)
    following = [asyncio.create_task(watching.follow(number)) for number in range(WATCHERS)]
    await watching.know(0, following)
    while not all(watcher.known.revision is not None for watcher in watching.watchers):
        await asyncio.sleep(0.01)
    await _kill_again_and_again(aqueduct, writers, draw)
    last = max(max(writer.acknowledged) for writer in writers)
    await watching.know(last, following)
    for task in following:
        task.cancel()
    await asyncio.wait(following)
    head = await _check_by_calls(aqueduct, watching.seen[WATCHERS - 1], draw)
    assert await aqueduct.end() == 0

    history = await _history(aqueduct.data_dir)
    messages = {revision.revision: revision.annotation.message for revision in history}
    acknowledged = {number: message for writer in writers for number, message in writer.acknowledged.items()}
    assert acknowledged.items() <= messages.items(), f"seed {SEED}"
    reference = _reference(history, head)
    for watcher, seen in zip(watching.watchers, watching.seen.values(), strict=True):
        reference.check(watcher.known, watcher.selection)
        for revision, state in seen.items():
            stored = reference.states[revision].items()
            assert state == {name: each for name, each in stored if watcher.selection.holds(name)}
    assert watching.broken >= KILLS * WATCHERS // 2
