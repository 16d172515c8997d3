"""How long Aqueduct takes until it takes calls: beside a HAProxy that serves already, and with none.

Adopting is measured after a SIGKILL of Aqueduct, and must leave the worker as it is. Starting is measured to
the first answer through HAProxy. Raw is the start of the bare HAProxy to its first answer; for Aqueduct
itself the floor is what Python takes to import it.
"""

import asyncio
import math
import signal
import statistics
import sys
import time
from pathlib import Path

from benchmarks.bare import answered_by
from benchmarks.children import web_services
from benchmarks.configuration import backend, local
from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report
from benchmarks.usage import cpu_seconds, megabytes

_NAME = "web"
_NOTES = (
    "Milliseconds, medians of {rounds} rounds. `adopt` is from the start of a new Aqueduct, beside the "
    "HAProxy that its killed predecessor left, until it takes calls; `reloads` counts what that did to "
    "HAProxy. `start` is with both down, until HAProxy answers; `bare` is the same by HAProxy alone. "
    "`import` is what Python takes of either before Aqueduct begins. CPU and RSS are Aqueduct's, of one "
    "adoption. The goal is that an adoption leaves HAProxy as it is."
)
_SHARE = 3
"""The rounds of the others are so many times those of this one: each takes seconds."""


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at each size."""
    rounds = math.ceil(scale.rounds / _SHARE)
    rows = [await _row(binary, size, rounds) for binary in scale.binaries for size in scale.sizes]
    return Report("start", "Adoption and start", rows, _NOTES.format(rounds=rounds))


async def _row(binary: Path, size: int, rounds: int) -> dict[str, Cell]:
    async with web_services(_NAME) as (port,):
        backends = [backend(_NAME, [local(port)])]
        async with staged(binary, size, backends, {_NAME: _NAME}) as stage:
            reloads, worker = await stage.reloads(), await stage.worker()
            adopted = [await _adopt_ms(stage) for _ in range(rounds)]
            cpu, resident = cpu_seconds([stage.aqueduct.pid]), megabytes([stage.aqueduct.pid])
            reloads = await stage.reloads() - reloads
            is_left = await stage.worker() == worker and not reloads
            started = [await _start_ms(stage) for _ in range(rounds)]
            bare = [await _start_bare_ms(stage) for _ in range(rounds)]
            imports = [await _import_ms() for _ in range(rounds)]
        return {
            "HAProxy": stage.version,
            "backends": size,
            "adopt ms": statistics.median(adopted),
            "start ms": statistics.median(started),
            "bare ms": statistics.median(bare),
            "import ms": statistics.median(imports),
            "reloads": reloads,
            "Aqueduct CPU ms": round(cpu * 1e3),
            "Aqueduct RSS MB": round(resident),
            "reached": is_left,
        }


async def _adopt_ms(stage: Stage) -> float:
    await stage.aqueduct.end(signal.SIGKILL)
    began = time.perf_counter()
    await stage.aqueduct.start()
    return (time.perf_counter() - began) * 1e3


async def _start_ms(stage: Stage) -> float:
    await stage.aqueduct.end()
    assert not stage.aqueduct.haproxy_pids()
    began = time.perf_counter()
    await stage.aqueduct.start()
    await answered_by(_NAME.encode(), stage.ports[_NAME])
    return (time.perf_counter() - began) * 1e3


async def _start_bare_ms(stage: Stage) -> float:
    await stage.bare.stop()
    began = time.perf_counter()
    await stage.bare.start()
    await answered_by(_NAME.encode(), stage.bare_port(_NAME))
    return (time.perf_counter() - began) * 1e3


async def _import_ms() -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import aqueduct.app")
    assert await process.wait() == 0
    return (time.perf_counter() - began) * 1e3
