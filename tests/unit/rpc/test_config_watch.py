"""ConfigWatch over a real channel: what a client sees, also one that reads slowly."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc.aio
import pytest
from google.rpc.error_details_pb2 import ErrorInfo

from aqueduct.clock import SystemClock
from aqueduct.model.resources import put
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.config import Config
from aqueduct.rpc.interceptor import CallInterceptor
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.recent import Recent
from aqueduct.service.streams import Streams
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.config_pb2 import ConfigWatchRequest, ConfigWatchResponse
from aqueduct.v1.config_pb2_grpc import ConfigServiceStub, add_ConfigServiceServicer_to_server
from tests.folding import Folded, state_of
from tests.refusals import refused

from .doubles import InstantAdmission, configuration, history

if TYPE_CHECKING:
    from aqueduct.v1.config_pb2_grpc import ConfigServiceAsyncStub

HELD = 8
"""Revisions that are held in memory."""


@dataclass(frozen=True, slots=True)
class Api:
    store: LmdbStore
    streams: Streams
    interceptor: CallInterceptor
    channel: grpc.aio.Channel

    @property
    def stub(self) -> "ConfigServiceAsyncStub":
        return ConfigServiceStub(self.channel)

    def watch(self, after: int | None = None, *resources: str) -> Any:
        return self.stub.ConfigWatch(ConfigWatchRequest(after_revision=after, resources=resources))

    async def put(self, key: str, port: int = 0, size: int = 0) -> None:
        natives = ["x" * size] if size else []
        await self.store.commit([put(Backend(key=key, host=f"h{port}", natives=natives))])

    async def folded(self, call: Any, until: int, known: Folded) -> Folded:
        while known.revision is None or known.revision < until:
            known.take(await call.read())
        return known


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    store = await LmdbStore.open(tmp_path)
    admission, streams = InstantAdmission(store), Streams()
    watch = ConfigWatch(store, streams, SystemClock(), recent=Recent(0, HELD))
    servicer = Config(configuration(store, admission), history(store, admission), watch)
    interceptor = CallInterceptor(Calls())
    server = grpc.aio.server(interceptors=[interceptor])
    add_ConfigServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Api(store, streams, interceptor, channel)
    await server.stop(0)
    while streams.open:
        await asyncio.sleep(0.001)  # nobody tells that a stream has ended
    await store.close()


async def test_all_clients_are_told_all_and_it_is_serialised_once(api: Api) -> None:
    calls = [api.watch() for _ in range(20)]
    knowing = [await api.folded(call, 0, Folded()) for call in calls]
    for port in range(5):
        await api.put("a", port)
        for call, known in zip(calls, knowing, strict=True):
            known.take(await call.read())
            assert known.state == state_of(api.store.snapshot())
    (shared,) = api.interceptor._shared.values()
    assert len(shared._known) == 1 + 5


async def test_a_selection_is_told_from_a_revision_on(api: Api) -> None:
    for port in range(3):
        await api.put("a", port)
        await api.put("b", port)
    call = api.watch(1, "backends/a")
    known = await api.folded(call, 5, Folded(1))
    assert known.changes == [3, 5]
    assert known.state.keys() == {"backends/a"}


async def test_what_is_out_of_range_is_told_by_where_to_go_on(api: Api) -> None:
    for port in range(HELD + 5):
        await api.put("a", port)
    await api.store.compact(2)
    compacted, future = await refused(api.watch(3).read()), await refused(api.watch(99).read())
    for refusal, reason, metadata in (
        (compacted, "COMPACTED", {"oldest_revision": "11"}),
        (future, "FUTURE_REVISION", {"current_revision": "13"}),
    ):
        info = refusal.details[ErrorInfo]
        assert isinstance(info, ErrorInfo)
        assert refusal.code is grpc.StatusCode.OUT_OF_RANGE
        assert (info.reason, dict(info.metadata)) == (reason, metadata)
        assert "begin with a snapshot" in refusal.message


async def test_one_who_reads_nothing_is_ended_and_resumes_where_he_is_told(api: Api) -> None:
    call = api.watch()
    known = await api.folded(call, 0, Folded())
    await api.put("a", size=500_000)
    known.take(await call.read())
    last = 0
    while last < 60:  # more than what the connection takes, by far
        last += 1
        await api.put(f"b{last % 3}", last, size=500_000)
    refusal = await refused(api.folded(call, api.store.snapshot().revision, known))
    info = refusal.details[ErrorInfo]
    assert isinstance(info, ErrorInfo)
    assert (refusal.code, info.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SLOW_WATCHER")
    assert info.metadata["resume_revision"] == str(known.revision)
    assert known.revision is not None
    assert known.revision < api.store.snapshot().revision
    known.lost()
    await api.folded(api.watch(known.revision), api.store.snapshot().revision, known)
    assert known.state == state_of(api.store.snapshot())
    assert known.changes == list(range(1, api.store.snapshot().revision + 1))


async def test_those_who_leave_leave_nothing(api: Api) -> None:
    calls = [api.watch() for _ in range(10)]
    for call in calls:
        await call.read()
    assert api.streams.open == 10
    for call in calls:
        call.cancel()
    while api.streams.open:
        await asyncio.sleep(0)


async def test_the_end_of_aqueduct_is_told(api: Api) -> None:
    call = api.watch()
    assert isinstance(await call.read(), ConfigWatchResponse)
    api.streams.shut_down()
    assert (await refused(call.read())).reason == "SHUTTING_DOWN"
