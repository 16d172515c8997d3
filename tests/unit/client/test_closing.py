"""What becomes of calls and watches whose client is closed: they fail as Cancelled, and nothing goes on."""
# ruff: noqa: N802 # the methods are the API's

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from aqueduct.client import AsyncClient, Cancelled, Client
from aqueduct.v1.backend_pb2 import GetBackendResponse
from aqueduct.v1.backend_pb2_grpc import BackendServiceServicer, add_BackendServiceServicer_to_server
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from aqueduct.v1.config_pb2_grpc import ConfigServiceServicer, add_ConfigServiceServicer_to_server
from aqueduct.v1.history_pb2 import Configuration


class Backends(BackendServiceServicer):
    """Answers no call while its client is there."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def GetBackend(self, _: Any, context: grpc.ServicerContext) -> GetBackendResponse:
        self.asked.set()
        _until_gone(context)
        return GetBackendResponse()


class Config(ConfigServiceServicer):
    """Tells a snapshot, and then nothing."""

    def ConfigWatch(self, _: Any, context: grpc.ServicerContext) -> Iterator[ConfigWatchResponse]:
        yield ConfigWatchResponse(revision=1, snapshot=Configuration())
        _until_gone(context)


def _until_gone(context: grpc.ServicerContext) -> None:
    gone = threading.Event()
    if context.add_callback(gone.set):
        gone.wait()


@pytest.fixture
def backends() -> Backends:
    return Backends()  # type: ignore[abstract] # the others are not called


@pytest.fixture
def target(backends: Backends) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(2))
    add_BackendServiceServicer_to_server(backends, server)
    add_ConfigServiceServicer_to_server(Config(), server)  # type: ignore[abstract] # likewise
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


async def test_an_asynchronous_call(target: str, backends: Backends) -> None:
    client = AsyncClient(target)
    call = asyncio.create_task(client.get_backend("a"))
    await asyncio.to_thread(backends.asked.wait)
    await client.close()
    with pytest.raises(Cancelled, match="the client is closed"):
        await call
    with pytest.raises(Cancelled, match="the client is closed"):
        await client.get_backend("a")


async def test_the_task_of_an_asynchronous_call(target: str, backends: Backends) -> None:
    async with AsyncClient(target) as client:
        call = asyncio.create_task(client.get_backend("a"))
        await asyncio.to_thread(backends.asked.wait)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_an_asynchronous_watch(target: str) -> None:
    client = AsyncClient(target)
    events = client.watch_config()
    assert (await anext(events)).revision == 1
    following = asyncio.ensure_future(anext(events))
    await client.close()
    with pytest.raises(Cancelled, match="the client is closed"):
        await following


def test_a_blocking_call(target: str, backends: Backends) -> None:
    client = Client(target)

    def close() -> None:
        backends.asked.wait()
        client.close()

    closing = threading.Thread(target=close)
    closing.start()
    with pytest.raises(Cancelled):
        client.get_backend("a")
    closing.join()
    with pytest.raises(Cancelled, match="the client is closed"):
        client.get_backend("a")


def test_a_blocking_watch(target: str) -> None:
    client = Client(target)
    watch = client.watch_config()
    assert next(watch).revision == 1
    client.close()
    with pytest.raises(Cancelled, match="the client is closed"):
        next(watch)
    with pytest.raises(Cancelled, match="the client is closed"):
        next(client.watch_config())
