"""What a configuration costs that nobody changes: memory, and CPU while nothing happens.

Raw is the bare HAProxy with the same configuration. Aqueduct compares all that runs with what should every
30 s: a shorter stretch does not tell what that costs.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report
from benchmarks.usage import Meter, cpu_seconds, megabytes

_SETTLE = 3.0
"""Seconds in which HAProxy's file is written and old workers end."""
_MOST_MEGABYTES = 500
_MOST_IDLE_PERCENT = 1.0
_NOTES = (
    "`load` is from the first call, of many backends each, until all of it serves. `peak` is the most that "
    "Aqueduct had resident until then. `idle` is percent of one processor over {idle:g} s in which nothing "
    "happens. HAProxy's processes are its master and its worker. Goals: under 500 MB resident and 1 % idle, "
    "of Aqueduct."
)


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at all sizes at once: what is at rest does not disturb."""
    rows = [row for binary in scale.binaries for row in await _rows(binary, scale)]
    return Report("footprint", "A configuration at rest", rows, _NOTES.format(idle=scale.idle))


async def _rows(binary: Path, scale: Scale) -> list[dict[str, Cell]]:
    async with AsyncExitStack() as stack:
        stages = {
            size: await stack.enter_async_context(staged(binary, size, frontends={"web": "filler-0"}))
            for size in scale.sizes
        }
        await asyncio.sleep(_SETTLE)
        idle = await asyncio.gather(*(_idle_percent(stage, scale.idle) for stage in stages.values()))
        return [
            await _row(stage, size, percent)
            for (size, stage), percent in zip(stages.items(), idle, strict=True)
        ]


async def _row(stage: Stage, size: int, idle: Mapping[str, float]) -> dict[str, Cell]:
    resident = megabytes([stage.aqueduct.pid])
    return {
        "HAProxy": stage.version,
        "backends": size,
        "load s": stage.load_seconds,
        "Aqueduct RSS MB": round(resident),
        "peak MB": round(_peak(stage.aqueduct.pid)),
        "HAProxy RSS MB": round(megabytes(stage.aqueduct.haproxy_pids())),
        "bare RSS MB": round(megabytes(await stage.bare.pids())),
        **idle,
        "goal": f"{_MOST_MEGABYTES} MB, {_MOST_IDLE_PERCENT:g} %",
        "reached": resident < _MOST_MEGABYTES and idle["Aqueduct idle %"] < _MOST_IDLE_PERCENT,
    }


async def _idle_percent(stage: Stage, seconds: float) -> dict[str, float]:
    pids = await stage.bare.pids()
    meter, bare, began = Meter.started(stage.aqueduct), cpu_seconds(pids), time.perf_counter()
    await asyncio.sleep(seconds)
    aqueduct, haproxy = meter.cpu()
    percent = 100 / (time.perf_counter() - began)
    return {
        "Aqueduct idle %": aqueduct * percent,
        "HAProxy idle %": haproxy * percent,
        "bare idle %": (cpu_seconds(pids) - bare) * percent,
    }


def _peak(pid: int) -> float:
    """Return the most MB that a process ever had resident."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1_024 / 1e6
