"""A member comes: from the call to the first answer by it, beside the Runtime API by a bare socket.

A frontend leads to a backend without any member, so that the first answer of status 200 comes from the
new one. It is asked on a kept connection, in a tight loop, as soon as the call has returned: what is
refused then is counted, since the call promises that the member serves.

With a check, raw is the same commands (HAProxy by itself has a new server serve unproven) and the check
done by hand once.
"""

import socket
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from aqueduct.v1.apply_pb2 import APPLY_KIND_RUNTIME
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_STATIC,
    CHECK_NONE,
    HEALTH_METHOD_GET,
    Backend,
    Health,
    PutBackendRequest,
)
from benchmarks.bare import remove, runtime
from benchmarks.children import web_services
from benchmarks.configuration import local
from benchmarks.keepalive import KeepAlive
from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report, percentile
from benchmarks.usage import Meter

_ROUNDS = 3
"""So many times the rounds of a reload: these are short."""
_GOAL_MS, _GOAL_RATIO, _GOAL_PROOF_MS = 5.0, 2.0, 200.0
_NOTES = (
    "Milliseconds from the call to the first answer by the new member; medians of {rounds} rounds, each with "
    "a removal that is not measured (but in the CPU). `call` is until the call's answer; `refused` counts "
    "requests that got none from the member though the call had returned; `raw` is `add server` and `set "
    "server state ready` by a socket to a bare HAProxy until the same, plus, where there is a check, one "
    "check done by hand. Goals: without a check 5 ms at the smallest size and twice what that took at the "
    "others; with one 200 ms and what the check takes, whatever its interval; no reload."
)


@dataclass(frozen=True, slots=True)
class _Variant:
    """How the member is checked."""

    what: str
    backend: Backend


_VARIANTS = (
    _Variant("none", Backend(key="none", check=CHECK_NONE)),
    _Variant("TCP, 2 s", Backend(key="tcp")),
    _Variant("HTTP, 60 s", Backend(key="http", health=Health(method=HEALTH_METHOD_GET, interval=60_000))),
)


@dataclass(frozen=True, slots=True)
class _Round:
    """Milliseconds of one round."""

    call: float
    serving: float
    raw: float
    check: float
    refused: int


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at each size."""
    rows: list[dict[str, Cell]] = []
    for binary in scale.binaries:
        first: float | None = None
        for size in scale.sizes:
            of_size = await _rows(binary, size, scale.rounds * _ROUNDS)
            first = first or float(of_size[0]["serving ms"])
            rows += (_judged(row, size == scale.sizes[0], first) for row in of_size)
    return Report("add", "Member add to serving, live", rows, _NOTES.format(rounds=scale.rounds * _ROUNDS))


def _judged(row: dict[str, Cell], is_first: bool, first: float) -> dict[str, Cell]:
    """Add the goal, and whether it is reached."""
    if row["check"] != _VARIANTS[0].what:
        goal = _GOAL_PROOF_MS + float(row.pop("check ms"))
    else:
        row.pop("check ms")
        goal = _GOAL_MS if is_first else _GOAL_RATIO * first
    is_reached = float(row["serving ms"]) <= goal and not row["refused"] and not row["reloads"]
    return {**row, "goal ms": goal, "reached": is_reached}


async def _rows(binary: Path, size: int, rounds: int) -> list[dict[str, Cell]]:
    backends = [variant.backend for variant in _VARIANTS]
    for backend in backends:
        backend.type = BACKEND_TYPE_STATIC
    keys = {backend.key: backend.key for backend in backends}
    async with web_services("new") as (port,), staged(binary, size, backends, keys) as stage:
        return [await _row(stage, size, variant, port, rounds) for variant in _VARIANTS]


async def _row(stage: Stage, size: int, variant: _Variant, port: int, rounds: int) -> dict[str, Cell]:
    await _round(stage, variant, port)  # warms up
    reloads, meter = await stage.reloads(), Meter.started(stage.aqueduct)
    measured = [await _round(stage, variant, port) for _ in range(rounds)]
    serving = [each.serving for each in measured]
    call, raw, check = (
        statistics.median(values)
        for values in zip(*((each.call, each.raw, each.check) for each in measured), strict=True)
    )
    raw += check
    return {
        "HAProxy": stage.version,
        "backends": size,
        "check": variant.what,
        "call ms": call,
        "serving ms": statistics.median(serving),
        "p95 ms": percentile(serving, 95),
        "raw ms": raw,
        "times raw": statistics.median(serving) / raw,
        "refused": sum(each.refused for each in measured),
        "reloads": await stage.reloads() - reloads,
        **meter.cells(),
        "check ms": check,
    }


async def _round(stage: Stage, variant: _Variant, port: int) -> _Round:
    key = variant.backend.key
    with KeepAlive(stage.ports[key]) as client, KeepAlive(stage.bare_port(key)) as bare_client:
        assert client.status() == bare_client.status() == 503
        began = time.perf_counter()
        await _put(stage, variant, [port])
        called = time.perf_counter() - began
        refused = client.refused_until_served()
        served = time.perf_counter() - began
        raw = _raw(stage, key, port, bare_client)
        check = _check(variant.backend, port)
        await _put(stage, variant, [])
        await stage.settled(key, 0)
    return _Round(called * 1e3, served * 1e3, raw * 1e3, check * 1e3, refused)


async def _put(stage: Stage, variant: _Variant, ports: Sequence[int]) -> None:
    backend = Backend()
    backend.CopyFrom(variant.backend)
    backend.members.extend(map(local, ports))
    response = await stage.aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    assert response.apply.kind == APPLY_KIND_RUNTIME, response.apply


def _raw(stage: Stage, key: str, port: int, client: KeepAlive) -> float:
    with runtime(stage.bare.worker_socket) as ask:
        began = time.perf_counter()
        ask(f"add server {key}/new 127.0.0.1:{port}")
        ask(f"set server {key}/new state ready")
        client.refused_until_served()
        elapsed = time.perf_counter() - began
        remove(ask, f"{key}/new")
    return elapsed


def _check(backend: Backend, port: int) -> float:
    """Return the seconds that the check of a backend takes by hand."""
    if backend.check == CHECK_NONE:
        return 0.0
    began = time.perf_counter()
    with closing(socket.create_connection(("127.0.0.1", port))) as peer:
        if backend.HasField("health"):
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while peer.recv(1 << 16):
                pass
    return time.perf_counter() - began
