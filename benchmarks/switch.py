"""A dynamic backend is switched from a version of ten members to another, under even keep-alive traffic.

Measured are the failed requests, the time from the call to its answer, and the time until no old member
answers any more. Raw is the same by a bare socket: add ten servers, have them ready, drain the old ones;
nobody waits for a check there, and nobody removes what was drained until the round is over.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.duration_pb2 import Duration

from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    CHECK_NONE,
    CHECK_UNSPECIFIED,
    Backend,
    Check,
    SetBackendVersionRequest,
)
from aqueduct.v1.registry_pb2 import RegisterRequest, Registration
from benchmarks.bare import Ask, remove, runtime
from benchmarks.children import web_services
from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report
from benchmarks.traffic import Account, TrafficProcess
from benchmarks.usage import Meter

_MEMBERS = 10
_RATE, _CONNECTIONS = 2_000, 32
"""Requests per second, and the connections that they come on."""
_AFTER = 0.3
"""Seconds of traffic after a switch."""
_CHECKS = {"none": CHECK_NONE, "TCP, 2 s": CHECK_UNSPECIFIED}
_SERVICE, _VERSIONS = "web", ("v1", "v2")
_TTL = 86_400
"""Seconds: nobody renews a registration here."""
_NOTES = (
    "Medians of {rounds} rounds; `failed` is the sum of all their requests. `call` is until the call's "
    "answer, `old until` until the last answer of an old member, both from the call; `raw until` is the "
    "latter for `add server`, `set server state ready` and `state drain` by a bare socket, where nothing is "
    "checked. `slowest` is the slowest request of all. Goal: no failed request, and no reload."
)


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at each size."""
    rows = [
        row for binary in scale.binaries for size in scale.sizes for row in await _rows(binary, size, scale)
    ]
    title = f"Version switch of {_MEMBERS} members under {_RATE:,} requests/s"
    return Report("switch", title, rows, _NOTES.format(rounds=scale.rounds))


async def _rows(binary: Path, size: int, scale: Scale) -> list[dict[str, Cell]]:
    names = [f"{version}-{number}" for version in _VERSIONS for number in range(_MEMBERS)]
    async with AsyncExitStack() as stack:
        ports = await stack.enter_async_context(web_services(*names))
        versions = dict(zip(_VERSIONS, (ports[:_MEMBERS], ports[_MEMBERS:]), strict=True))
        switches = [_Switch(what, check, versions) for what, check in _CHECKS.items()]
        backends = [switch.backend() for switch in switches]
        keys = {switch.key: switch.key for switch in switches}
        stage = await stack.enter_async_context(staged(binary, size, backends, keys))
        await _register(stage, versions)
        return [await _row(stage, size, switch, scale.rounds) for switch in switches]


@dataclass(frozen=True, slots=True)
class _Switch:
    """One kind of switch: here by SetBackendVersion, between registrations."""

    what: str
    check: Check
    versions: Mapping[str, Sequence[int]]
    """The ports of each version's members."""

    @property
    def key(self) -> str:
        """Key of the backend."""
        return f"web-{self.check}"

    def backend(self) -> Backend:
        """Return the backend as it is at first."""
        return Backend(
            key=self.key, type=BACKEND_TYPE_DYNAMIC, name=_SERVICE, version=_VERSIONS[0], check=self.check
        )

    async def to(self, stage: Stage, version: str) -> None:
        """Switch to a version; return when it serves."""
        request = SetBackendVersionRequest(key=self.key, version=version)
        await stage.aqueduct.backends.SetBackendVersion(request)

    def servers(self, version: str) -> list[tuple[str, int]]:
        """Return the servers of a version at the bare HAProxy, and their ports."""
        return [(f"{self.key}/{version}-{port}", port) for port in self.versions[version]]


async def _register(stage: Stage, versions: Mapping[str, Sequence[int]]) -> None:
    for version, ports in versions.items():
        for port in ports:
            registration = Registration(
                name=_SERVICE, version=version, host="127.0.0.1", port=port, ttl=Duration(seconds=_TTL)
            )
            await stage.aqueduct.registry.Register(RegisterRequest(registration=registration))


@dataclass(frozen=True, slots=True)
class _Round:
    """Milliseconds of one round, and its requests."""

    call: float
    old_until: float
    account: Account


async def _row(stage: Stage, size: int, switch: _Switch, rounds: int) -> dict[str, Cell]:
    await stage.settled(switch.key, _MEMBERS)
    reloads, meter = await stage.reloads(), Meter.started(stage.aqueduct)
    measured = [await _round(stage, switch, number) for number in range(rounds)]
    cost = meter.cells()
    reloads = await stage.reloads() - reloads
    raw = [await _raw(stage, switch, number) for number in range(rounds)]
    accounts = [each.account for each in measured]
    failed = sum(account.failed for account in accounts)
    return {
        "HAProxy": stage.version,
        "backends": size,
        "check": switch.what,
        "requests": sum(account.requests for account in accounts),
        "requests/s": round(statistics.median(account.requests / account.seconds for account in accounts)),
        "failed": failed,
        "slowest ms": max(account.slowest_ms for account in accounts),
        "call ms": statistics.median(each.call for each in measured),
        "old until ms": statistics.median(each.old_until for each in measured),
        "raw until ms": statistics.median(each.old_until for each in raw),
        "raw failed": sum(each.account.failed for each in raw),
        "reloads": reloads,
        **cost,
        "reached": not failed and not reloads,
    }


async def _round(stage: Stage, switch: _Switch, number: int) -> _Round:
    async def change(version: str) -> None:
        await switch.to(stage, version)

    measured = await _under_traffic(stage.ports[switch.key], number, change)
    await stage.settled(switch.key, _MEMBERS)
    return measured


async def _raw(stage: Stage, switch: _Switch, number: int) -> _Round:
    old, new = _turn(number)
    with runtime(stage.bare.worker_socket) as ask:
        if not number:
            _add(ask, switch.servers(old))

        async def change(version: str) -> None:
            _add(ask, switch.servers(version))
            for server, _ in switch.servers(old):
                ask(f"set server {server} state drain")

        measured = await _under_traffic(stage.bare_port(switch.key), number, change)
    with runtime(stage.bare.worker_socket) as ask:
        for server, _ in switch.servers(old):
            remove(ask, server)
        assert f"{new}-" in ask(f"show servers state {switch.key}")
    return measured


def _add(ask: Ask, servers: Sequence[tuple[str, int]]) -> None:
    for server, port in servers:
        ask(f"add server {server} 127.0.0.1:{port}")
        ask(f"set server {server} state ready")


def _turn(number: int) -> tuple[str, str]:
    """Return the old and the new version of a round."""
    return _VERSIONS[number % 2], _VERSIONS[(number + 1) % 2]


async def _under_traffic(port: int, number: int, change: Callable[[str], Awaitable[None]]) -> _Round:
    old, new = _turn(number)
    async with TrafficProcess(port, _RATE, _CONNECTIONS) as traffic:
        began = time.monotonic()
        await change(new)
        called = time.monotonic()
        await asyncio.sleep(_AFTER)
        account = await traffic.end()
    assert account.last_of(new) > called, account
    return _Round((called - began) * 1e3, max(0.0, account.last_of(old) - began) * 1e3, account)
