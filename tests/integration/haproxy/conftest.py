"""An HAProxy of its own for each test, and nothing of it left behind.

Tests run once on every HAProxy there is: see `haproxy_binary` in tests/conftest.py.
"""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aqueduct.haproxy import kernel
from aqueduct.haproxy.adapter import MasterWorker


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Return where an HAProxy of this test may live; what runs from there is killed afterwards."""
    yield tmp_path / "haproxy"
    for found in kernel.find(tmp_path):
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)


@pytest.fixture
async def haproxy(directory: Path, haproxy_binary: Path) -> AsyncIterator[MasterWorker]:
    """Return an HAProxy that is ready to start; it is stopped afterwards."""
    opened = await MasterWorker.open(directory, haproxy_binary)
    yield opened
    await opened.stop()
    await opened.close()
