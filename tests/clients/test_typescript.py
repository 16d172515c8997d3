"""The client for TypeScript: its own tests, conformance and the README's example among them; and the soak."""

import asyncio

import pytest

from tests.clients import toolchain
from tests.clients.soaking import soak
from tests.clients.toolchain import CLIENTS

pytestmark = [toolchain.needed("Node", "node", "--version", least=(20,)), toolchain.TIME]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    asyncio.run(
        toolchain.run("typescript", "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
    )


async def test_typescript() -> None:
    await toolchain.run("typescript", "npm", "test")


async def test_soak() -> None:
    await toolchain.run("typescript", "npm", "run", "build")
    await soak(CLIENTS / "typescript", "node", "dist/test/fold.js")
