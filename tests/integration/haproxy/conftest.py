"""A HAProxy directory, bodies to run in it, and clients of what it serves."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aqueduct.haproxy import process
from aqueduct.haproxy.adapter import MasterWorker
from tests.haproxies import binaries


@pytest.fixture(params=binaries(), ids=lambda path: path.parent.parent.name)
def binary(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "haproxy"
    kill_all(tmp_path)


def kill_all(below: Path) -> None:
    """Kill whatever a test left running from a copy below a directory."""
    for found in process.find(below):
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)




@pytest.fixture
async def haproxy(directory: Path, binary: Path) -> AsyncIterator[MasterWorker]:
    opened = await MasterWorker.open(directory, binary)
    yield opened
    await opened.stop()
    await opened.close()
