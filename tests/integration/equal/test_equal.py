"""Random walks: after each step, what runs is what a fresh HAProxy runs that is started from the files.

- AQUEDUCT_TEST_LONG=1 has more kills come amid them.
- AQUEDUCT_TEST_SEED=N repeats the walk that a failure told, as far as its timing can be repeated.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from aqueduct.haproxy import kernel
from aqueduct.model.snapshot import Snapshot
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD, APPLY_KIND_RUNTIME, ApplyKind
from tests.integration.equal.drawing import Drawing, Step, written
from tests.integration.equal.places import Places, places
from tests.integration.equal.plane import Plane, plane
from tests.integration.equal.told import differences, fresh
from tests.integration.equal.wanted import of_members, wanted

PAIRS = 300
"""So many snapshots are gone through, each drawn from the one before."""
KILLS = 30 if os.environ.get("AQUEDUCT_TEST_LONG") == "1" else 10
SEED = int(os.environ.get("AQUEDUCT_TEST_SEED", "0")) or random.randrange(1, 10**9)
_PATIENCE = 20.0
"""Seconds that a step may take to come to rest."""


@pytest.fixture
async def somewhere(tmp_path: Path) -> AsyncIterator[Places]:
    """Yield places for members; what runs from the test's directory is killed afterwards."""
    async with places(tmp_path) as found:
        yield found
    for process in kernel.find(tmp_path):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def _disagreements(made: Plane, binary: Path) -> list[str]:
    """Return in what store, file and process differ."""
    running = await made.servers()
    begun_afresh = await fresh(binary, made.directory, made.directory.parent / "fresh")
    stored = made.store.snapshot()
    return [
        *made.disagreements(),
        *differences("what runs", running, "a fresh one", begun_afresh),
        *differences("what runs", of_members(stored, running), "the store", wanted(stored)),
    ]


def _kind(applied: Counter[ApplyKind]) -> ApplyKind:
    """Return the dearest means of a step."""
    dearest_first = (APPLY_KIND_RELOAD, APPLY_KIND_RUNTIME)
    return next((kind for kind in dearest_first if applied[kind]), APPLY_KIND_NOTHING)


async def _walked(made: Plane, seed: str, somewhere: Places) -> list[Step]:
    """Make steps, the next one while the one before is still under way."""
    steps = []
    for part in range(random.Random(seed).choice((1, 1, 1, 2, 3))):
        steps.append(Drawing(f"{seed}/{part}", somewhere).step(made.store.snapshot()))
        await made.take(steps[-1])
    return steps


async def _settled(made: Plane, binary: Path) -> list[str]:
    """Wait until all has come to rest; return what is wrong then."""
    resting = asyncio.create_task(_rested(made))
    await asyncio.wait([resting], timeout=_PATIENCE)
    if not resting.done():
        waits = made.waits()
        resting.cancel()
        switches = await made.switches()
        return [f"it did not come to rest: {made.control.status.status()}", *waits, *switches]
    await resting
    return await _disagreements(made, binary)


async def _rested(made: Plane) -> None:
    await made.rest()
    await made.control.verifier.verify()


def _report(seed: str, wrong: Sequence[str], before: Snapshot, steps: Sequence[Step], made: Plane) -> str:
    """Return all that is needed to repeat what went wrong."""
    by = [line for step in steps for line in ("--- by", str(step))]
    to = ["--- to", written(made.store.snapshot().served)]
    return "\n".join((f"seed {seed}:", *wrong, "--- from", written(before.served), *by, *to))


@pytest.mark.timeout(60 + PAIRS)
async def test_a_fresh_haproxy_has_the_servers_of_the_one_that_was_changed(
    haproxy_binary: Path, tmp_path: Path, somewhere: Places
) -> None:
    means: Counter[ApplyKind] = Counter()
    pairs = 0
    async with plane(tmp_path, haproxy_binary) as made:
        while pairs < PAIRS:
            seed, before = f"{SEED}/{pairs}", made.store.snapshot()
            made.applied.clear()
            steps = await _walked(made, seed, somewhere)
            wrong = await _settled(made, haproxy_binary)
            assert not wrong, _report(seed, wrong, before, steps, made)
            means[_kind(made.applied)] += 1
            pairs += len(steps)
    told = f"seed {SEED}: {means}"
    assert means[APPLY_KIND_RUNTIME] >= means.total() / 4, told
    assert means[APPLY_KIND_RELOAD] >= means.total() / 12, told
    assert means[APPLY_KIND_NOTHING] >= means.total() / 40, told


async def _killed(directory: Path, binary: Path, seed: str, somewhere: Places) -> int:
    """Have another process walk, and kill it at some moment; return the last revision it told of."""
    moment, log = random.Random(seed), directory / "walk.log"
    with log.open("wb") as file:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.equal.walking"),
            *map(str, (directory, binary, seed, somewhere)),
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
        )
    assert program.stdout is not None
    told = b""
    for _ in range(moment.randrange(1, 12)):
        told += await program.stdout.readline()
    for _ in range(moment.randrange(3_000)):
        await asyncio.sleep(0)
    assert program.returncode is None, log.read_text()
    program.kill()
    told += await program.stdout.read()
    await program.wait()
    return max(map(int, told.split()))


@pytest.mark.timeout(60 + 10 * KILLS)
async def test_after_a_kill_store_file_and_process_agree(
    haproxy_binary: Path, tmp_path: Path, somewhere: Places
) -> None:
    for number in range(KILLS):
        seed = f"{SEED}/{number}"
        revision = await _killed(tmp_path, haproxy_binary, seed, somewhere)
        async with plane(tmp_path, haproxy_binary) as made:
            assert made.control.reconciler.adopted
            before = made.store.snapshot()
            assert before.revision >= revision
            wrong = await _settled(made, haproxy_binary)
            assert not wrong, _report(seed, wrong, before, (), made)
