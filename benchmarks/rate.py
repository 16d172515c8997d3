"""Sustained changes per second, with one caller and with sixteen, and fifty frontends changed at once.

The callers run in a process of their own. Raw is, for members, the same number of connections to the Runtime
API of a bare HAProxy; for frontends, one bare reload after another. Reloads are counted by HAProxy's master.
"""

import math
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callers import Account, Calls
from benchmarks.configuration import callers_backend, callers_key, filler
from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report
from benchmarks.usage import Meter

_CALLERS = (1, 16)
_AT_ONCE = 50
_MOST_RELOADS = 3
_LEAST_RATE = {1: 200, 16: 1_000}
"""Member changes per second."""
_FRONTEND_CHANGES = 4
"""Of each caller; an even number leaves them as they were."""
_LEAST_CHANGES = 400
"""Of all callers together."""
_RAW_CHANGES = 4_800
_RAW_CONNECTIONS = 8
"""At most: HAProxy's socket takes 10, and lets others wait (`stats maxconn`)."""
_RAW_RELOADS = 3
_NOTES = (
    "`median`, `p99` and `slowest` are the callers' milliseconds of a change; `callers' CPU` is that of "
    "their process, which shares the processors. `raw/s` is the same rate by bare sockets (members; at most "
    "8, since HAProxy takes no more than 10), or by bare reloads one after the other (frontends, where "
    "callers share reloads). Of the fifty at once, that of {rounds} rounds is shown which took the most "
    "reloads. Goals: 200 changes of members per second with one caller, 1,000 with 16, without a reload; at "
    "most 3 reloads for 50 frontends."
)


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at each size."""
    rows = [
        row for binary in scale.binaries for size in scale.sizes for row in await _rows(binary, size, scale)
    ]
    return Report("rate", "Sustained changes", rows, _NOTES.format(rounds=_rounds(scale)))


def _rounds(scale: Scale) -> int:
    return min(3, scale.rounds)


async def _rows(binary: Path, size: int, scale: Scale) -> list[dict[str, Cell]]:
    backends = [callers_backend(caller) for caller in range(max(_CALLERS))]
    frontends = {callers_key(caller): filler(1).key for caller in range(_AT_ONCE)}
    async with staged(binary, size, backends, frontends) as stage:
        bench = _Bench(stage, size)
        changes = scale.changes_at(size)
        rows = [await bench.members(callers, changes * callers // max(_CALLERS)) for callers in _CALLERS]
        rows += [await bench.frontends(callers) for callers in _CALLERS]
        rows.append(await bench.at_once(_rounds(scale)))
        return rows


def _even(changes: int, callers: int) -> int:
    """Return how many changes are made, so that each caller leaves its backend as it was."""
    return math.ceil(max(changes, _LEAST_CHANGES) / (2 * callers)) * 2 * callers


class _Bench:
    """The measurements of one stage."""

    def __init__(self, stage: Stage, size: int) -> None:
        self._stage = stage
        self._head: dict[str, Cell] = {"HAProxy": stage.version, "backends": size}
        self._ports = list(stage.ports.values())

    async def members(self, callers: int, changes: int) -> dict[str, Cell]:
        """Add members and remove them."""
        stage, least = self._stage, _LEAST_RATE[callers]
        made = await self._made(Calls("member", stage.aqueduct.target, callers, _even(changes, callers)))
        path = str(stage.bare.worker_socket)
        raw = await Calls("runtime", path, min(callers, _RAW_CONNECTIONS), _RAW_CHANGES).made()
        assert not raw.failed, raw
        for caller in range(callers):
            await stage.settled(callers_key(caller), 1)
        is_reached = made.account.rate >= least and not made.reloads and not made.account.failed
        goal: dict[str, Cell] = {"goal": f"{least:,}/s, 0 reloads", "reached": is_reached}
        return self._head | {"change": "member"} | made.cells(callers, raw.rate) | goal

    async def frontends(self, callers: int) -> dict[str, Cell]:
        """Lead frontends elsewhere, again and again."""
        made = await self._made(self._frontends(callers, callers * _FRONTEND_CHANGES))
        cells = made.cells(callers, await self._bare_reloads())
        return self._head | {"change": "frontend"} | cells | {"goal": "", "reached": ""}

    async def at_once(self, rounds: int) -> dict[str, Cell]:
        """Change fifty frontends at once, a few times; tell of the one that took the most reloads."""
        all_made = [await self._made(self._frontends(_AT_ONCE, _AT_ONCE, number)) for number in range(rounds)]
        made = max(all_made, key=lambda each: each.reloads)
        cells = made.cells(_AT_ONCE, await self._bare_reloads())
        is_reached = made.reloads <= _MOST_RELOADS and not any(each.account.failed for each in all_made)
        goal: dict[str, Cell] = {"goal": f"{_MOST_RELOADS} reloads", "reached": is_reached}
        return self._head | {"change": "frontend, at once"} | cells | goal

    def _frontends(self, callers: int, changes: int, first: int = 0) -> Calls:
        return Calls("frontend", self._stage.aqueduct.target, callers, changes, first, self._ports)

    async def _made(self, calls: Calls) -> "_Made":
        reloads, meter = await self._stage.reloads(), Meter.started(self._stage.aqueduct)
        account = await calls.made()
        if account.failed:
            print(f"{account.failed} changes were refused: {account.words}", file=sys.stderr)
        return _Made(account, await self._stage.reloads() - reloads, meter.cells())

    async def _bare_reloads(self) -> float:
        """Return how many bare reloads there are in a second, one after the other."""
        await self._stage.copy_config()
        await self._stage.rested()
        began = time.perf_counter()
        for _ in range(_RAW_RELOADS):
            await self._stage.bare.reload_and_see()
        return _RAW_RELOADS / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Made:
    """Changes that were made, and what they took."""

    account: Account
    reloads: int
    cost: Mapping[str, Cell]

    def cells(self, callers: int, raw_rate: float) -> dict[str, Cell]:
        """Return the columns that tell it."""
        account = self.account
        return {
            "callers": callers,
            "changes": account.changes,
            "changes/s": account.rate,
            "raw/s": raw_rate,
            "median ms": account.median_ms,
            "p99 ms": account.p99_ms,
            "slowest ms": account.slowest_ms,
            "failed": account.failed,
            "reloads": self.reloads,
            **self.cost,
            "callers' CPU ms": round(account.cpu_seconds * 1e3),
        }
