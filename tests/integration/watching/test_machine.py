"""Random writes, compactions and restarts under fifty watchers that leave and resume as it comes.

Each watcher's folded state is that of the store at every revision that it knows whole, and it was told each
change once, in order, by the real store, some of them over real gRPC. AQUEDUCT_TEST_LONG=1 tries much more.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import grpc.aio
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from aqueduct.clock import SystemClock
from aqueduct.model import told
from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.config import Config
from aqueduct.rpc.interceptor import CallInterceptor
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.recent import Recent
from aqueduct.service.streams import Streams
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.backend_pb2 import Backend, Member, Membership
from aqueduct.v1.config_pb2 import Change, ConfigWatchRequest
from aqueduct.v1.config_pb2_grpc import ConfigServiceStub, add_ConfigServiceServicer_to_server
from aqueduct.v1.frontend_pb2 import Frontend
from tests.integration.watching.reference import Reference
from tests.integration.watching.watcher import Refused, Watcher
from tests.unit.rpc.doubles import InstantAdmission, configuration, history

T = TypeVar("T")

LONG = os.environ.get("AQUEDUCT_TEST_LONG") == "1"
WATCHERS = 50
OVER_GRPC = 10
"""So many of them."""
HELD = 6
"""Revisions that are held in memory: few, so that watchers fall behind."""
PART = 400
"""Bytes of a part: few, so that revisions come in parts."""
_KEYS = "abcd"
_NAMES = st.sampled_from([f"{kind}s/{key}" for kind in (Kind.FRONTEND, Kind.BACKEND) for key in _KEYS])
_SOME = st.sets(st.integers(0, WATCHERS - 1), min_size=1, max_size=12)


def _put(name: str, number: int) -> Change:
    kind, key = name.split("s/")
    text = ["x" * (number % 7 * 100)]
    if kind == "frontend":
        return put(Frontend(key=key, bind=f"127.0.0.1:{number + 1}", natives=text))
    return put(Backend(key=key, host=f"h{number}", natives=text))


class Watching(RuleBasedStateMachine):
    """A store, who watches it, and what was stored."""

    runner: ClassVar[asyncio.Runner]
    """Of one event loop for all: gRPC keeps to the first that it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="aq-"))
        self.reference = Reference()
        self.watchers = [Watcher(*names) for names in self._selections()]
        self.numbers = iter(range(10**9))
        self.run(self.start())

    @staticmethod
    def _selections() -> Iterator[Sequence[str]]:
        some = (["backends/"], ["frontends/a", "backends/b"], ["backends/none"])
        for number in range(WATCHERS):
            yield some[number // 5] if number % 5 == 0 and number // 5 < len(some) else ()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def start(self) -> None:
        self.store = await LmdbStore.open(self.directory / "store")
        self.streams = Streams()
        recent = Recent(self.store.snapshot().revision, HELD)
        self.watching = ConfigWatch(self.store, self.streams, SystemClock(), recent=recent, progress=0.005)
        admission = InstantAdmission(self.store)
        past = history(self.store, admission)
        self.server = grpc.aio.server(interceptors=[CallInterceptor(Calls())])
        servicer = Config(configuration(self.store, admission), past, self.watching)
        add_ConfigServiceServicer_to_server(servicer, self.server)
        port = self.server.add_insecure_port("127.0.0.1:0")
        await self.server.start()
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")

    async def stop(self) -> None:
        for watcher in self.watchers:
            await watcher.leave()
        self.streams.shut_down()
        await self.server.stop(0)
        await self.channel.close()
        await self.store.close()
        assert self.streams.open == 0

    async def commit(self, changes: Sequence[Change]) -> None:
        there = self.store.snapshot()
        wanted = [each for each in changes if not _deletes_nothing(each, there.frontends, there.backends)]
        committed = await self.store.commit(wanted)
        self.reference.committed(committed.revision, committed.changes)

    @rule(names=st.lists(_NAMES, min_size=1, max_size=4, unique=True), number=st.integers(0, 40))
    def put(self, names: list[str], number: int) -> None:
        self.run(self.commit([_put(name, number) for name in names]))

    @rule(names=st.lists(_NAMES, min_size=1, max_size=4, unique=True), to_put=_NAMES)
    def delete(self, names: list[str], to_put: str) -> None:
        changes = [delete(_ref(name)) for name in names if name != to_put]
        self.run(self.commit([*changes, _put(to_put, next(self.numbers))]))

    @rule(name=_NAMES, count=st.integers(1, 2 * HELD))
    def burst(self, name: str, count: int) -> None:
        """Commit several that are written together."""

        async def commit_all() -> None:
            changes = [[_put(name, next(self.numbers))] for _ in range(count)]
            for made in await asyncio.gather(*(self.store.commit(each) for each in changes)):
                self.reference.committed(made.revision, made.changes)

        self.run(commit_all())

    @rule(key=st.sampled_from(_KEYS))
    def change_memberships(self, key: str) -> None:
        membership = Membership(key=key, members=[Member(host=f"h{next(self.numbers)}")])
        self.run(self.commit([put(membership)]))

    @rule(keep=st.integers(1, 10))
    def compact(self, keep: int) -> None:
        self.run(self.store.compact(keep))

    @rule()
    def restart(self) -> None:
        async def restart() -> None:
            await self.stop()
            await self.start()

        self.run(restart())

    @rule(some=_SOME)
    def leave(self, some: set[int]) -> None:
        async def leave() -> None:
            for number in some:
                await self.watchers[number].leave()

        self.run(leave())

    @rule(some=_SOME, most=st.integers(1, 8))
    def read_a_little(self, some: set[int], most: int) -> None:
        self.run(self._all(some, most))

    @rule(some=_SOME)
    def catch_up(self, some: set[int]) -> None:
        self.run(self._all(some, None))

    async def _all(self, some: "set[int] | range", most: int | None) -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in some:
                tasks.create_task(self.read(self.watchers[number], number, most))

    async def read(self, watcher: Watcher, number: int, most: int | None) -> None:
        """Have a watcher read some responses, or all until it knows what is stored."""
        if not watcher.is_watching:
            watcher.begin(self.over_grpc if number < OVER_GRPC else self.within)
        while most is None or most > 0:
            try:
                is_whole = await watcher.read()
            except Refused as refused:
                await self.refused(watcher, refused)
                return await self.read(watcher, number, most)
            if is_whole:
                self.reference.check(watcher.known, watcher.selection)
                if watcher.known.revision == self.reference.head:
                    return None
            most = most if most is None else most - 1
        return None

    async def refused(self, watcher: Watcher, refused: Refused) -> None:
        if refused.reason == "SLOW_WATCHER":
            assert refused.metadata == {"resume_revision": watcher.known.revision}
            return
        assert refused.reason == "COMPACTED"
        floor = (await self.store.since(0, 1)).floor
        assert watcher.known.revision is not None
        assert watcher.known.revision < refused.metadata["oldest_revision"] == floor <= self.reference.head
        watcher.forget()

    def over_grpc(self, request: ConfigWatchRequest) -> Any:
        return ConfigServiceStub(self.channel).ConfigWatch(request)

    def within(self, request: ConfigWatchRequest) -> Any:
        after = request.after_revision if request.HasField("after_revision") else None
        return self.watching.watch(after, request.resources)

    def teardown(self) -> None:
        try:
            self.run(self._all(range(WATCHERS), None))
            assert {watcher.known.revision for watcher in self.watchers} == {self.reference.head}
        finally:
            self.run(self.stop())
            shutil.rmtree(self.directory)


def _ref(name: str) -> Ref:
    kind, key = name.split("s/")
    return Ref(Kind(kind), key)


def _deletes_nothing(change: Change, frontends: Any, backends: Any) -> bool:
    kind = change.WhichOneof("change")
    return (kind == "delete_frontend" and change.delete_frontend not in frontends) or (
        kind == "delete_backend" and change.delete_backend not in backends
    )


@pytest.mark.timeout(3_600 if LONG else 300)
def test_folded_watches_are_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "MAX_BYTES", PART)
    tried = settings(
        max_examples=300 if LONG else 30,
        stateful_step_count=60 if LONG else 40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    with asyncio.Runner() as runner:
        monkeypatch.setattr(Watching, "runner", runner, raising=False)
        run_state_machine_as_test(Watching, settings=tried)
