"""What the demo does, step by step, and what it says."""

import asyncio
import signal
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aqueduct.demo.processes import Aqueduct, web_service
from aqueduct.demo.steps import Steps
from aqueduct.demo.traffic import Traffic
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest

_OLD, _NEW = "1.0.0", "2.0.0"
_CONNECTIONS = 16
_PAUSE = 0.005
"""Seconds between an answer and a connection's next request: traffic, not a benchmark."""
_INTERRUPTED = 130
_SHOWN_FAILURES = 5

Say = Callable[[str], object]


async def run(*, haproxy_bin: Path | None, seconds: float, say: Say) -> int:
    """Run the demo with `seconds` of traffic, amid which it switches twice; return the exit code.

    0 where no request failed, 1 where any did, 130 when interrupted by SIGINT or SIGTERM. Every
    process has ended then. ProcessFailed and grpc.aio.AioRpcError where it comes to nothing.
    """
    demo = asyncio.create_task(_demo(haproxy_bin, seconds, say))
    interrupts: list[signal.Signals] = []

    def interrupt(how: signal.Signals) -> None:
        if not interrupts:  # the second would interrupt the ending of the processes
            demo.cancel()
        interrupts.append(how)

    loop = asyncio.get_running_loop()
    for how in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(how, interrupt, how)
    try:
        return await demo
    except asyncio.CancelledError:
        if not interrupts:
            raise
        return _INTERRUPTED


async def _demo(haproxy_bin: Path | None, seconds: float, say: Say) -> int:
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aqueduct-demo-")))
        services = {name: await stack.enter_async_context(web_service(name)) for name in (_OLD, _NEW)}
        for name, (port, pid) in services.items():
            say(f"web service {name} listens on 127.0.0.1:{port} (process {pid})")
        aqueduct = await stack.enter_async_context(Aqueduct(scratch / "data", haproxy_bin))
        info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
        say(f"aqueduct serves gRPC on {aqueduct.target} (process {aqueduct.pid})")
        say(f"HAProxy {info.version} runs (process {info.master_pid})")

        demo = Steps(aqueduct, say)
        for name, (port, _) in services.items():
            await demo.register(name, port)
        await demo.serve(_OLD)
        say(f"{_CONNECTIONS} connections send requests to {demo.url}, half of them keep-alive")
        async with Traffic(demo.port, connections=_CONNECTIONS, pause=_PAUSE) as traffic:
            for version in (_NEW, _OLD):
                await asyncio.sleep(seconds / 6)
                await demo.switch(version, slow=seconds / 6)
                await asyncio.sleep(seconds / 6)
    say(table(traffic))
    return 1 if traffic.failures or demo.misrouted else 0


def table(traffic: Traffic) -> str:
    """Return how many requests each version served, and what failed."""
    rows = [*sorted(traffic.answers.items()), ("failed", len(traffic.failures))]
    failures = [
        f"  after {failure.at:.3f} s: {failure.what}" for failure in traffic.failures[:_SHOWN_FAILURES]
    ]
    return "\n".join(
        [
            "",
            f"{'version':<10}{'requests':>10}",
            *(f"{name:<10}{count:>10,}" for name, count in rows),
            *failures,
            f"slowest answer: {traffic.slowest * 1e3:.0f} ms",
        ]
    )
