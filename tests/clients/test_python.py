"""The Python clients make every scenario of clients/conformance."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from aqueduct.client import AsyncClient, Client, NotFound, Tls, Unauthenticated, Unavailable
from tests.clients import toolchain
from tests.clients.driving import AsyncDriver, BlockingDriver, Document
from tests.clients.running import Scenario
from tests.clients.served import SCENARIOS, Served
from tests.clients.soaking import soak

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Served]:
    async with Served() as served:
        yield served


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
async def test_asyncio(served: Served, scenario: Document) -> None:
    async with AsyncClient(served.target) as client:
        await Scenario(AsyncDriver(client), served).run(scenario["steps"])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
async def test_blocking(served: Served, scenario: Document) -> None:
    with Client(served.target) as client:
        await Scenario(BlockingDriver(client), served).run(scenario["steps"])


def _read(paths: Document, *names: str) -> list[bytes]:
    return [Path(paths[name]).read_bytes() for name in names]


async def test_tls(served: Served) -> None:
    server = await served.tell("tls")
    roots, certificate, key = _read(server, "roots", "certificate", "key")
    token = server["token"]

    async def ask(tls: Tls, token: str) -> None:
        # Not made again, so that it fails at once; the server itself says NOT_FOUND.
        async with AsyncClient(server["target"], tls=tls, token=token) as client:
            await client.delete_backend("nothing")

    with pytest.raises(NotFound):
        await ask(Tls(roots, certificate, key), token)
    with pytest.raises(Unauthenticated):
        await ask(Tls(roots, certificate, key), "guessed")
    with pytest.raises(Unavailable):
        await ask(Tls(roots), token)
    with pytest.raises(Unavailable):
        await ask(Tls(certificate=certificate, key=key), token)


@toolchain.TIME
@pytest.mark.parametrize("way", ["async", "blocking"])
async def test_soak(way: str) -> None:
    await soak(toolchain.CLIENTS.parent, sys.executable, "-m", "tests.clients.fold", way)
