"""`python -m benchmarks.subscribers TARGET COUNT CHANNELS [--stalled] [KEY...]`: watch statistics.

Prints a line once all of them have been told all, goes on until its standard input ends, and tells what came
since. Those that are stalled read no more then. Only when HAProxy told it is decoded of what they are told.

    {"messages": 1000, "megabytes": 9.1, "median_ms": 20.1, "p99_ms": 51.0, "slowest_ms": 70.2, ...}
"""

import argparse
import asyncio
import json
import resource
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

import grpc.aio

from aqueduct.v1.stats_pb2 import StatsWatchRequest, StatsWatchResponse
from benchmarks.children import Child
from benchmarks.table import percentile

_METHOD = "/aqueduct.v1.StatsService/StatsWatch"
_OWN = ("grpc.use_local_subchannel_pool", 1)
_SMALL = ("grpc.http2.bdp_probe", 0)
"""Has a client take in no more than 64 KiB that nobody reads."""
_HEAD = 64
"""Bytes in which a response tells all but the statistics."""
_STATS = b"\x32"
"""How the field `stats` begins."""


@dataclass(frozen=True, slots=True)
class Account:
    """What subscribers were told."""

    messages: int
    megabytes: float
    median_ms: float
    """From HAProxy's telling to the arrival."""
    p99_ms: float
    slowest_ms: float
    cpu_seconds: float
    """Of the subscribers."""


class Subscribers(Child):
    """Subscribers in a process of their own, while entered."""

    def __init__(self, target: str, count: int, channels: int = 4, *arguments: str) -> None:
        super().__init__("subscribers", target, count, channels, *arguments)

    async def end(self) -> Account:
        """End them, and return what they were told."""
        return Account(**await self.result())


@dataclass
class _Told:
    lags: list[float] = field(default_factory=list)
    size: int = 0
    is_counted: bool = False

    def note(self, message: bytes) -> None:
        """Take a message."""
        if self.is_counted:
            self.lags.append(time.time() - _time(message))
            self.size += len(message)


def _time(message: bytes) -> float:
    head = message[:_HEAD].partition(_STATS)[0] if len(message) > _HEAD else message
    told = StatsWatchResponse.FromString(head).time
    return told.seconds + told.nanos / 1e9


async def _watch(
    stub: Any, request: StatsWatchRequest, told: _Told, first: asyncio.Event, stalled: bool
) -> None:
    watch = stub(request)
    async for message in watch:
        told.note(message)
        first.set()
        if stalled:
            await asyncio.Event().wait()


async def _main(options: argparse.Namespace) -> None:
    told, request = _Told(), StatsWatchRequest(keys=options.keys)
    async with AsyncExitStack() as stack:
        channel_options = [_OWN, _SMALL] if options.stalled else [_OWN]
        stubs: list[Any] = [
            (
                await stack.enter_async_context(grpc.aio.insecure_channel(options.target, channel_options))
            ).unary_stream(_METHOD, request_serializer=StatsWatchRequest.SerializeToString)
            for _ in range(options.channels)
        ]
        firsts = [asyncio.Event() for _ in range(options.count)]
        watches = [
            asyncio.create_task(_watch(stubs[number % len(stubs)], request, told, first, options.stalled))
            for number, first in enumerate(firsts)
        ]
        for first in firsts:
            await first.wait()
        print(flush=True)
        told.is_counted, before = True, _cpu()
        await asyncio.to_thread(sys.stdin.read)
        told.is_counted = False
        print(json.dumps(asdict(_account(told, _cpu() - before))), flush=True)
        for watch in watches:
            watch.cancel()
        await asyncio.wait(watches)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _account(told: _Told, cpu: float) -> Account:
    lags = told.lags or [0.0]
    median, p99, slowest = (percentile(lags, percent) * 1e3 for percent in (50, 99, 100))
    return Account(len(told.lags), told.size / 1e6, median, p99, slowest, cpu)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("count", type=int)
    parser.add_argument("channels", type=int)
    parser.add_argument("--stalled", action="store_true")
    parser.add_argument("keys", nargs="*")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(_main(_options()))
