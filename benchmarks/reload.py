"""Put to serving with a reload, beside the bare reload of the same files by the same HAProxy.

Two changes that HAProxy takes by a reload only: a frontend that is switched between two backends, and a
member that comes to a backend whose algorithm takes no dynamic servers. Measured is the time to the
first answer, on a new connection, of the new target.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aqueduct.demo.connection import fetch
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, ApplyOutcome
from aqueduct.v1.backend_pb2 import PutBackendRequest
from aqueduct.v1.frontend_pb2 import PutFrontendRequest
from benchmarks.bare import answered_by
from benchmarks.children import web_services
from benchmarks.configuration import backend, frontend, local
from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report
from benchmarks.usage import Meter

_NAMES = ("one", "two")
_MOST_OVERHEAD_MS, _MOST_OVERHEAD_SHARE = 30.0, 0.2
_NOTES = (
    "Milliseconds to the first answer from the new target; medians of {rounds} rounds. "
    "`of it apply` is the reconciler's part: rendering, files, reload and its proof; the rest is validation, "
    "HAProxy's check and the commit. `overhead` is `put` less `bare`; the goal is at most 30 ms + 20 % of "
    "`bare`. CPU is that of all rounds."
)


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at each size."""
    rows = [
        row for binary in scale.binaries for size in scale.sizes for row in await _rows(binary, size, scale)
    ]
    return Report("reload", "Put to serving, with a reload", rows, _NOTES.format(rounds=scale.rounds))


async def _rows(binary: Path, size: int, scale: Scale) -> list[dict[str, Cell]]:
    async with web_services(*_NAMES) as ports:
        backends = [backend(name, [local(port)]) for name, port in zip(_NAMES, ports, strict=True)]
        backends.append(backend("static", balance="static-rr"))
        async with staged(binary, size, backends, {"web": _NAMES[-1], "static": "static"}) as stage:
            changes: Sequence[_Kind] = (_Frontend(stage), _Member(stage, ports[0]))
            return [await _row(size, change, scale.rounds) for change in changes]


async def _row(size: int, kind: "_Kind", rounds: int) -> dict[str, Cell]:
    await _round(kind, 0)  # warms up
    meter = Meter.started(kind.stage.aqueduct)
    measured = [await _round(kind, number) for number in range(1, rounds + 1)]
    cost = meter.cells()
    put = statistics.median(each.put for each in measured)
    bare = statistics.median(each.bare for each in measured)
    goal = bare + _MOST_OVERHEAD_MS + bare * _MOST_OVERHEAD_SHARE
    return {
        "HAProxy": kind.stage.version,
        "backends": size,
        "change": kind.what,
        "put ms": put,
        "of it apply ms": statistics.median(each.apply for each in measured),
        "bare ms": bare,
        "overhead ms": put - bare,
        **cost,
        "goal ms": goal,
        "reached": put <= goal,
    }


@dataclass(frozen=True, slots=True)
class _Round:
    """Milliseconds of one round."""

    put: float
    apply: float
    """That part of `put` which the reconciler took."""
    bare: float


class _Kind(Protocol):
    """A change that takes a reload."""

    stage: Stage
    what: str
    web: str
    """Key of the frontend that shows it."""

    def target(self, number: int) -> str:
        """Return who answers after the change `number`."""

    async def put(self, number: int) -> ApplyOutcome:
        """Make it."""

    async def undo(self) -> None:
        """Make room for the next, on both sides."""


class _Frontend:
    what = "frontend"
    web = "web"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def target(self, number: int) -> str:
        return _NAMES[number % 2]

    async def put(self, number: int) -> ApplyOutcome:
        request = PutFrontendRequest(
            frontend=frontend(self.web, self.stage.ports[self.web], self.target(number))
        )
        return (await self.stage.aqueduct.frontends.PutFrontend(request)).apply

    async def undo(self) -> None:
        """Do nothing: the next leads back."""


class _Member:
    what = "member, static-rr"
    web = "static"

    def __init__(self, stage: Stage, port: int) -> None:
        self.stage, self._port = stage, port

    def target(self, _number: int) -> str:
        return _NAMES[0]

    async def put(self, _number: int) -> ApplyOutcome:
        return await self._put(self._port)

    async def undo(self) -> None:
        await self._put()
        await self.stage.settled("static", 0)
        await self.stage.copy_config()
        await self.stage.bare.reload_and_see()
        await self.stage.rested()
        for port in (self.stage.ports[self.web], self.stage.bare_port(self.web)):
            assert (await fetch(port)).status == 503

    async def _put(self, *ports: int) -> ApplyOutcome:
        request = PutBackendRequest(
            backend=backend("static", [local(port) for port in ports], balance="static-rr")
        )
        return (await self.stage.aqueduct.backends.PutBackend(request)).apply


async def _round(kind: _Kind, number: int) -> _Round:
    stage, name = kind.stage, kind.target(number).encode()
    await stage.rested()
    began = time.perf_counter()
    outcome = await kind.put(number)
    await answered_by(name, stage.ports[kind.web])
    put = time.perf_counter() - began
    assert outcome.kind == APPLY_KIND_RELOAD, outcome
    await stage.copy_config()
    await stage.rested()
    began = time.perf_counter()
    await stage.bare.reload()
    await answered_by(name, stage.bare_port(kind.web))
    bare = time.perf_counter() - began
    await kind.undo()
    return _Round(put * 1e3, outcome.duration.ToNanoseconds() / 1e6, bare * 1e3)
