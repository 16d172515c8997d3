"""Clients that are gone without a word, and clients that stop reading, over HTTP."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE

import pytest
from aiohttp import ClientSession

from aqueduct.gateway import sending
from aqueduct.web import connections
from tests.cut import line_to

from .conftest import Serving

_READ = """
import asyncio, sys, aiohttp

async def read():
    async with aiohttp.ClientSession() as client, client.ws_connect(sys.argv[1]) as socket:
        async for _ in socket:
            print(flush=True)

asyncio.run(read())
"""
"""A client as a process, which tells each message."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "GONE", 0.5)
    monkeypatch.setattr(sending, "ALIVE", 0.2)
    monkeypatch.setattr(sending, "PATIENCE", 0.01)


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/event-stream"])
async def test_a_line_that_is_cut_ends_a_stream_that_says_nothing(serving: Serving, accept: str) -> None:
    async with line_to(serving.port) as line, ClientSession() as client:
        url = f"http://127.0.0.1:{line.port}/samples:watch?count=-1"
        async with client.get(url, headers={"Accept": accept}) as response:
            await response.content.readline()
            line.cut()
            await serving.samples.left.wait()


async def test_a_line_that_is_cut_ends_a_socket(serving: Serving) -> None:
    async with line_to(serving.port) as line, ClientSession() as client:
        await client.ws_connect(f"http://127.0.0.1:{line.port}/samples:watch?count=-1")
        line.cut()
        await serving.samples.left.wait()


async def test_a_line_that_is_cut_ends_a_connection_without_a_request(serving: Serving) -> None:
    async with line_to(serving.port) as line, ClientSession() as client:
        async with client.get(f"http://127.0.0.1:{line.port}/samples/1") as response:
            await response.read()
        assert len(serving.server._http.connections.connections) == 1
        line.cut()
        while serving.server._http.connections.connections:
            await asyncio.sleep(0.01)  # the kernel asks whether it is there


async def test_a_process_that_is_stopped_answers_no_ping_of_its_socket(serving: Serving) -> None:
    url = f"http://127.0.0.1:{serving.port}/samples:watch?count=-1&size=1"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _READ, url, stdout=PIPE)
    try:
        while not serving.samples.asked:
            await asyncio.sleep(0.01)
        os.kill(process.pid, signal.SIGSTOP)
        await serving.samples.left.wait()
    finally:
        process.kill()
        await process.wait()


async def test_one_that_takes_nothing_is_left_and_has_held_little(serving: Serving) -> None:
    async with serving.client.get("/samples:watch?size=10000"):
        await serving.samples.left.wait()
    assert serving.samples.made * 10_000 < 8_000_000  # the client's kernel took the most of it
