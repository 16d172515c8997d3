"""The client for TypeScript: its own tests, conformance and the README's example among them; and the soak."""

import asyncio
from pathlib import Path

import pytest

from tests.clients import in_browser, toolchain
from tests.clients.soaking import soak
from tests.clients.toolchain import CLIENTS
from tests.ui import browsing

pytestmark = [toolchain.needed("Node", "node", "--version", least=(20,)), toolchain.TIME]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    command = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
    asyncio.run(toolchain.run("typescript", *command))


async def test_typescript() -> None:
    await toolchain.run("typescript", "npm", "test")


async def test_in_a_browser(tmp_path: Path) -> None:
    browsing.chromium()
    await toolchain.run("typescript", "npm", "run", "build")
    await in_browser.try_client(tmp_path / "data")


async def test_soak() -> None:
    await toolchain.run("typescript", "npm", "run", "build")
    await soak(CLIENTS / "typescript", "node", "dist/test/fold.js")
