"""One Aqueduct for all tests of a file, where they only talk to it, on one HAProxy."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from aqueduct.demo.processes import Aqueduct
from tests.haproxies import binaries
from tests.integration.command import Cli


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct until the file's tests are over. They need the file's event loop (`loop_scope`)."""
    directory = tmp_path_factory.mktemp("aq")
    async with Aqueduct(directory / "data", binaries()[0]) as process:
        yield process
        assert await process.end() == 0, process.log.read_text()
        assert process.haproxy_pids() == []


@pytest.fixture
def cli(shared: Aqueduct, tmp_path: Path) -> Cli:
    """Return the program, in a directory of its own, talking to the shared Aqueduct."""
    return Cli(shared.target, tmp_path)
