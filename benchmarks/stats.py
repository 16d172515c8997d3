"""One reading of HAProxy's statistics, beside what HAProxy itself takes to tell them."""

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from statistics import median
from typing import Self

from aqueduct.demo.ports import free_port
from aqueduct.haproxy.adapter import MasterWorker
from benchmarks.bare import WORKER_SOCKET, Ask, runtime
from benchmarks.configuration import SERVERS
from benchmarks.stage import Scale
from benchmarks.table import Cell, Report

_DUMP = b"show stat\n"
_CHUNK = 262_144
_FEW = 10
"""Backends that are read by name."""
_CHANGED = 10
"""One of how many servers has changed."""
_GOAL = 1.5
_NOTES = (
    "`bare` is `show stat` by a socket that throws the answer away. `first` is the first reading of "
    "all, where each row is parsed; `same` one where nothing has changed, which the goal is for; "
    "`changed` one where every tenth server has; `reload` the first behind a reload, while the old "
    "worker is read for the last time. `few` is one of ten backends by name, and `bare few` HAProxy's "
    "own. `pause` is the longest time, of the processor, in which the event loop did nothing else, over "
    "readings where every tenth server has changed, Python's garbage collection included."
)


async def run(scale: Scale) -> Report:
    """Measure at each size."""
    rows: list[Mapping[str, Cell]] = []
    for binary in scale.binaries:
        for size in scale.sizes:
            async with _serving(binary, size) as (haproxy, directory):
                rows.append(await _measured(haproxy, directory, size, scale.rounds))
    return Report("stats", "A reading of HAProxy's statistics", rows, _NOTES)


async def _measured(haproxy: MasterWorker, directory: Path, size: int, rounds: int) -> dict[str, Cell]:
    read = haproxy.statistics.read
    names = [f"filler-{number * size // _FEW}" for number in range(_FEW)]
    with runtime(directory / WORKER_SOCKET) as ask:
        first = await _took(read)
        bare, same, changed = list[float](), list[float](), list[float]()
        pauses = _Pauses()
        for number in range(rounds):
            bare.append(_dumped(directory / WORKER_SOCKET))
            same.append(await _took(read))
            _change(ask, size, number % 2 + 1)
            changed.append(await _took(read))
            _change(ask, size, number % 2)
            async with pauses:
                await read()
        few = [await _took(lambda: read(names)) for _ in range(rounds + 1)][1:]
        bare_few = [_asked(ask, [f"show stat {name} 6 -1" for name in names]) for _ in range(rounds)]
    await haproxy.reload(_body(size))
    reload = await _took(read)
    return {
        "HAProxy": haproxy.capabilities.version,
        "backends": size,
        "bare ms": _ms(median(bare)),
        "same ms": _ms(median(same)),
        "times bare": round(median(same) / median(bare), 2),
        "changed ms": _ms(median(changed)),
        "first ms": _ms(first),
        "reload ms": _ms(reload),
        "pause ms": _ms(pauses.longest),
        "few ms": _ms(median(few)),
        "bare few ms": _ms(median(bare_few)),
        "goal": f"{_GOAL} times bare, or 1 ms",
        "reached": median(same) <= max(1e-3, _GOAL * median(bare)),
    }


@asynccontextmanager
async def _serving(binary: Path, size: int) -> AsyncIterator[tuple[MasterWorker, Path]]:
    """Run an HAProxy with `size` backends; yield its directory, too."""
    with tempfile.TemporaryDirectory(prefix="aqueduct-bench-") as scratch:
        haproxy = await MasterWorker.open(Path(scratch) / "haproxy", binary)
        try:
            await haproxy.start(_body(size))
            yield haproxy, Path(scratch) / "haproxy"
        finally:
            await haproxy.stop()
            await haproxy.close()


def _body(size: int) -> str:
    """Return a configuration whose servers nobody connects to."""
    head = (
        "defaults\n    mode http\n    timeout connect 1s\n    timeout client 9s\n    timeout server 9s\n"
        f"frontend web\n    bind 127.0.0.1:{free_port()}\n"
    )
    backends = (
        f"backend filler-{number}\n"
        + "".join(
            f"    server s{port} 127.{number // 250 % 250 + 1}.{number % 250}.1:{port + 1}\n"
            for port in range(SERVERS)
        )
        for number in range(size)
    )
    return head + "".join(backends)


def _change(ask: Ask, size: int, weight: int) -> None:
    """Give one server of some backends another weight."""
    for number in range(0, size * SERVERS, _CHANGED):
        ask(f"set server filler-{number // SERVERS}/s{number % SERVERS} weight {weight}")


async def _took(read: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await read()
    return time.perf_counter() - began


def _dumped(path: Path) -> float:
    """Return what it takes HAProxy to tell it all to one who does nothing with it."""
    with closing(socket.socket(socket.AF_UNIX)) as peer:
        peer.connect(str(path))
        began = time.perf_counter()
        peer.sendall(_DUMP)
        while peer.recv(_CHUNK):
            pass
        return time.perf_counter() - began


def _asked(ask: Ask, commands: Sequence[str]) -> float:
    began = time.perf_counter()
    for command in commands:
        ask(command)
    return time.perf_counter() - began


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 1)


class _Pauses:
    """The longest time, of the processor, in which nothing else had its turn, while entered."""

    longest = 0.0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _tick(self) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)
            self.longest = max(self.longest, time.thread_time() - began)
