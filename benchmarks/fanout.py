"""What it costs to tell many subscribers statistics, and how late they come.

100 backends of four members, with traffic through all of them, so that everything changes each second; then
10,000 backends of which few are watched, and which nothing goes through.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, WAIT_FOR_SERVING
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest
from benchmarks.children import web_services
from benchmarks.configuration import backend, fillers, frontend, local
from benchmarks.stage import Scale, free_ports
from benchmarks.subscribers import Account, Subscribers
from benchmarks.table import Cell, Report
from benchmarks.traffic import TrafficProcess
from benchmarks.usage import Meter, megabytes

_BACKENDS = 100
_MEMBERS = 4
_MANY = 10_000
_FEW = 10
_STALLED = 200
_RATE = 400
"""Requests per second: about one for each member."""
_SECONDS = 15.0
"""How long each row is measured."""
_SETTLE = 2.0
_CHANNELS = 20
_MOST_CORES, _MOST_LAG, _MOST_KILOBYTES = 1.0, 250.0, 50.0
_NOTES = (
    f"An interval of 1 s, all groups; {_BACKENDS} backends of {_MEMBERS} members with {_RATE} requests/s "
    f"through them, or {_MANY:,} of which {_FEW} or all are watched, without traffic; each row for "
    "{seconds:g} s. `lag` is from when HAProxy was asked to the arrival at a subscriber. Subscribers are a "
    f"process of its own, on the same processors, and share {_CHANNELS} channels. `stalled` are {_STALLED} "
    "more that read nothing after the first. CPU is percent of one processor. `KB each` is what Aqueduct's "
    f"resident memory grew by, for each subscriber. Goals: {_MOST_CORES:g} processor, {_MOST_LAG:g} ms at "
    f"the 99th percentile, {_MOST_KILOBYTES:g} KB at 1,000."
)


async def run(scale: Scale) -> Report:
    """Measure each HAProxy with few subscribers and with many."""
    seconds = min(_SECONDS, scale.idle)
    rows = [row for binary in scale.binaries for row in await _rows(binary, scale, seconds)]
    return Report("fanout", "Statistics for many subscribers", rows, _NOTES.format(seconds=seconds))


async def _rows(binary: Path, scale: Scale, seconds: float) -> list[dict[str, Cell]]:
    async with _busy(binary) as aqueduct:
        rows = [await _measured(aqueduct, _BACKENDS, count, seconds) for count in (0, 1, 100, 1_000)]
        async with Subscribers(aqueduct.target, _STALLED, _CHANNELS, "--stalled") as stalled:
            await stalled.line()
            rows.append(await _measured(aqueduct, _BACKENDS, 100, seconds, stalled=_STALLED))
    if max(scale.sizes) >= _MANY:
        async with _idle(binary) as aqueduct:
            keys = [f"filler-{number}" for number in range(_FEW)]
            rows.append(await _measured(aqueduct, _MANY, 0, seconds))
            rows.append(await _measured(aqueduct, _MANY, 100, seconds, keys))
            rows.append(await _measured(aqueduct, _MANY, 1, seconds))
    return rows


async def _measured(
    aqueduct: Aqueduct,
    backends: int,
    count: int,
    seconds: float,
    keys: Collection[str] = (),
    *,
    stalled: int = 0,
) -> dict[str, Cell]:
    await asyncio.sleep(_SETTLE)
    before = megabytes([aqueduct.pid])
    account = Account(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if count:
        async with Subscribers(aqueduct.target, count, _CHANNELS, *keys) as subscribers:
            await subscribers.line()
            meter, began = Meter.started(aqueduct), time.perf_counter()
            await asyncio.sleep(seconds)
            used, grown = meter.cpu(), megabytes([aqueduct.pid]) - before
            elapsed = time.perf_counter() - began
            account = await subscribers.end()
    else:
        meter, began = Meter.started(aqueduct), time.perf_counter()
        await asyncio.sleep(seconds)
        used, grown, elapsed = meter.cpu(), 0.0, time.perf_counter() - began
    kilobytes = grown * 1e3 / max(count, 1)
    cores = used[0] / elapsed
    info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    return {
        "HAProxy": info.version.partition("-")[0],
        "backends": backends,
        "subscribers": count,
        "of keys": len(keys) or "all",
        "stalled": stalled,
        "messages/s": account.messages / elapsed,
        "MB/s": account.megabytes / elapsed,
        "lag median ms": account.median_ms,
        "lag p99 ms": account.p99_ms,
        "slowest ms": account.slowest_ms,
        "Aqueduct CPU %": cores * 100,
        "HAProxy CPU %": used[1] / elapsed * 100,
        "subscribers' CPU %": account.cpu_seconds / elapsed * 100,
        "Aqueduct RSS MB": round(megabytes([aqueduct.pid])),
        "KB each": kilobytes,
        "reached": cores < _MOST_CORES
        and account.p99_ms < _MOST_LAG
        and (count < 1_000 or kilobytes < _MOST_KILOBYTES),
    }


@asynccontextmanager
async def _busy(binary: Path) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct with traffic through all members of all backends."""
    async with AsyncExitStack() as stack:
        ports = await stack.enter_async_context(web_services(*(f"web-{n}" for n in range(_MEMBERS))))
        aqueduct = await stack.enter_async_context(_started(binary))
        members = [local(port) for port in ports]
        changes = [Change(put_backend=backend(f"watched-{n}", members)) for n in range(_BACKENDS)]
        port = free_ports(1)[0]
        entry = frontend("entry", port, "watched-0")
        entry.natives.append(f"use_backend watched-%[rand({_BACKENDS})]")
        await aqueduct.config.Apply(
            ApplyRequest(changes=[*changes, Change(put_frontend=entry)], wait_for=WAIT_FOR_SERVING)
        )
        await stack.enter_async_context(TrafficProcess(port, _RATE, 8))
        yield aqueduct


@asynccontextmanager
async def _idle(binary: Path) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct with many backends that nothing goes through."""
    async with _started(binary) as aqueduct:
        for batch in fillers(_MANY):
            await aqueduct.config.Apply(ApplyRequest(changes=batch, wait_for=WAIT_FOR_COMMIT))
        entry = frontend("entry", free_ports(1)[0], "filler-0")
        await aqueduct.config.Apply(
            ApplyRequest(changes=[Change(put_frontend=entry)], wait_for=WAIT_FOR_SERVING)
        )
        yield aqueduct


@asynccontextmanager
async def _started(binary: Path) -> AsyncIterator[Aqueduct]:
    with tempfile.TemporaryDirectory(prefix="aqueduct-bench-") as scratch:
        grpc_port, port = free_ports(2)
        async with Aqueduct(Path(scratch) / "data", binary, grpc_port=grpc_port, port=port) as aqueduct:
            yield aqueduct
