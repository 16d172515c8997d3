"""Signals at awkward moments: Aqueduct ends within its grace, and an HAProxy that serves is left to it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc.aio
import pytest

from aqueduct.demo.processes import Aqueduct, ProcessFailed
from aqueduct.settings import Settings
from tests.integration.numbered import Numbered

GRACE = Settings(data_dir=Path()).shutdown_grace
AT_ONCE = GRACE - 3
"""Seconds within which an end that waits for nobody is over, on a busy machine too."""


@contextlib.contextmanager
def hanging(pids: list[int]) -> Iterator[None]:
    """Stop processes, as if they hung."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.fixture
async def kept(haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct whose HAProxy outlives a SIGTERM, not a SIGINT."""
    data_dir = tmp_path_factory.mktemp("aq") / "data"
    async with Aqueduct(data_dir, haproxy_binary, ("--on-exit=auto",)) as aqueduct:
        yield aqueduct


async def _stopping(aqueduct: Aqueduct) -> None:
    """Return when it has seen the first signal."""
    while '"stopping"' not in aqueduct.log.read_text():
        await asyncio.sleep(0)


async def _locked(aqueduct: Aqueduct) -> None:
    """Return when the Aqueduct that starts has signed its directory's lock."""
    file = aqueduct.data_dir / "lock"
    while not (file.exists() and file.read_text() == f"{aqueduct.pid}\n"):
        await asyncio.sleep(0)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_start_that_waits_for_a_hanging_haproxy_is_cancelled(
    kept: Aqueduct, how: signal.Signals
) -> None:
    numbered = Numbered.on(kept)
    await numbered.put(1)
    serving = await kept.serving_pids()
    assert await kept.end(signal.SIGTERM) == 0
    former = kept.pid
    with hanging(serving):
        start = asyncio.create_task(kept.start())
        while kept.pid == former:
            await asyncio.sleep(0)
        await _locked(kept)
        async with asyncio.timeout(GRACE):
            assert await kept.end(how) == 0
        with pytest.raises(ProcessFailed, match="ended with 0"):
            await start
    assert kept.haproxy_pids() == serving
    assert await numbered.served() == 1


@pytest.mark.parametrize("second", [False, True])
async def test_a_put_that_hangs_does_not_hold_the_end_for_longer_than_the_grace(
    kept: Aqueduct, second: bool
) -> None:
    numbered = Numbered.on(kept)
    await numbered.put(1)
    serving = await kept.serving_pids()
    with hanging(serving):
        put = asyncio.create_task(_outcome(numbered))
        await _stored(numbered, 2)
        async with asyncio.timeout(AT_ONCE if second else GRACE + 5):
            os.kill(kept.pid, signal.SIGTERM)
            if second:
                await _stopping(kept)
                os.kill(kept.pid, signal.SIGTERM)
            assert await kept.wait() == 0
        await put
    assert kept.haproxy_pids() == serving
    await kept.start()
    assert await numbered.served() == await numbered.stored() == 2


async def _outcome(numbered: Numbered) -> None:
    with contextlib.suppress(grpc.aio.AioRpcError):
        await numbered.put(2)


async def _stored(numbered: Numbered, number: int) -> None:
    while await numbered.stored() != number:
        pass


async def test_a_second_ctrl_c_waits_for_no_haproxy(kept: Aqueduct) -> None:
    serving = await kept.serving_pids()
    with hanging(serving):
        async with asyncio.timeout(AT_ONCE):
            os.kill(kept.pid, signal.SIGINT)
            await _stopping(kept)
            os.kill(kept.pid, signal.SIGINT)
            assert await kept.wait() == 0
