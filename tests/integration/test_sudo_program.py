"""The program that sudo runs ends with the one who asked, and takes no other's processes for HAProxy's."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from aqueduct.haproxy import check, kernel
from aqueduct.haproxy.sudo import Sudo
from aqueduct.ports.haproxy import HAProxyFailed
from tests.sudoer import permitted


@pytest.fixture
def sudo(tmp_path: Path) -> Sudo:
    permitted()
    return Sudo(tmp_path)


@pytest.fixture
def executable(sudo: Sudo) -> Path:
    """Return what can be told how long to run, in the place of HAProxy."""
    return sudo.take_copy(Path(shutil.which("sleep") or ""))


def running(executable: Path) -> list[int]:
    return [found.pid for found in kernel.find(executable.parent)]


@pytest.fixture
async def asked(sudo: Sudo, executable: Path, tmp_path: Path) -> AsyncIterator[asyncio.Task[check.Output]]:
    """Run it for long, as a check."""
    task = asyncio.create_task(sudo.run(executable, "1000", directory=tmp_path))
    while not running(executable):
        await asyncio.sleep(0.005)
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError, HAProxyFailed):
        await task
    assert running(executable) == []


async def test_a_check_that_is_cancelled_is_ended(
    asked: asyncio.Task[check.Output], executable: Path
) -> None:
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert running(executable) == []


async def test_a_check_that_takes_too_long(
    sudo: Sudo, executable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "TIMEOUT", 0.05)
    with pytest.raises(HAProxyFailed, match=r"took more than 0\.05 s"):
        await sudo.run(executable, "1000", directory=tmp_path)
    assert running(executable) == []


async def test_a_check_is_no_worker(asked: asyncio.Task[check.Output], sudo: Sudo, executable: Path) -> None:
    (pid,) = running(executable)
    assert await asyncio.to_thread(sudo.claim) is None
    assert running(executable) == [pid]
    assert not asked.done()


async def test_what_ends_at_once_is_held_and_what_runs_is_claimed(
    sudo: Sudo, executable: Path, tmp_path: Path
) -> None:
    short = await asyncio.to_thread(sudo.spawn, executable, ["0"], tmp_path / "log")
    assert kernel.exits_within(short.descriptor, 10)
    os.close(short.descriptor)
    long = await asyncio.to_thread(sudo.spawn, executable, ["1000"], tmp_path / "log")
    found = await asyncio.to_thread(sudo.claim)
    assert found is not None
    assert found[:2] == long[:2]
    await asyncio.to_thread(sudo.signal, long.pid, long.descriptor, signal.SIGTERM)
    assert kernel.exits_within(found.descriptor, 10)
    assert await asyncio.to_thread(sudo.claim) is None
    for held in (found, long):
        os.close(held.descriptor)


async def test_a_copy_that_is_missing_is_no_verdict(sudo: Sudo, executable: Path, tmp_path: Path) -> None:
    await asyncio.to_thread(executable.unlink)
    with pytest.raises(check.NotRunnable, match="No such file"):
        await sudo.run(executable, "0", directory=tmp_path)
