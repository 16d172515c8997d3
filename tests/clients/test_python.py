"""The Python clients make every scenario of clients/conformance."""

import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from aqueduct.client import AsyncClient, Client
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


@toolchain.TIME
@pytest.mark.parametrize("way", ["async", "blocking"])
async def test_soak(way: str) -> None:
    await soak(toolchain.CLIENTS.parent, sys.executable, "-m", "tests.clients.fold", way)
