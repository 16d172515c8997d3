"""What the demo does, step by step, and what it says."""

import asyncio
import signal
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aqueduct.demo.connection import Faulty, fetch
from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct, web_service
from aqueduct.demo.traffic import Traffic
from aqueduct.v1.apply_pb2 import ApplyKind, ApplyOutcome
from aqueduct.v1.backend_pb2 import Backend, BackendType, Member, PutBackendRequest
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest

_OLD, _NEW = "1.0.0", "2.0.0"
_CONNECTIONS = 16
_PAUSE = 0.005
"""Seconds between an answer and a connection's next request: traffic, not a benchmark."""
_INTERRUPTED = 130
_SHOWN_FAILURES = 5

Say = Callable[[str], object]


async def run(*, haproxy_bin: Path | None, seconds: float, say: Say) -> int:
    """Run the demo with `seconds` of traffic, in three equal parts; return the exit code.

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

        demo = _Steps(aqueduct, say)
        for name, (port, _) in services.items():
            await demo.put_backend(name, port)
        await demo.route_to(_OLD)
        say(f"{_CONNECTIONS} connections send requests to {demo.url}, half of them keep-alive")
        async with Traffic(demo.port, connections=_CONNECTIONS, pause=_PAUSE) as traffic:
            await asyncio.sleep(seconds / 3)
            await demo.route_to(_NEW)
            await asyncio.sleep(seconds / 3)
            await demo.route_to(_OLD)
            await asyncio.sleep(seconds / 3)
    say(table(traffic))
    return 1 if traffic.failures or demo.misrouted else 0


class _Steps:
    """The steps, each told in a line."""

    def __init__(self, aqueduct: Aqueduct, say: Say) -> None:
        self._aqueduct, self._say = aqueduct, say
        self.port = free_port()
        self.misrouted = False
        """Whether a step's answer came before HAProxy served by it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def put_backend(self, version: str, port: int) -> None:
        backend = Backend(
            key=f"web-{version}",
            type=BackendType.BACKEND_TYPE_STATIC,
            members=[Member(host="127.0.0.1", port=port)],
        )
        response = await self._aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
        self._say(_step(f"PutBackend {backend.key}", response.revision, response.apply))

    async def route_to(self, version: str) -> None:
        """Put the frontend, and ask right after the answer who serves."""
        frontend = Frontend(key="web", bind=f"127.0.0.1:{self.port}", backend=f"web-{version}")
        response = await self._aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
        self._say(_step(f"PutFrontend web -> {frontend.backend}", response.revision, response.apply))
        answered = await self._who_serves()
        self._say(f"    a new connection is answered by {answered}")
        self.misrouted |= answered != version

    async def _who_serves(self) -> str:
        try:
            return (await fetch(self.port)).body.decode()
        except Faulty as fault:
            return f"nobody: {fault}"


def _step(what: str, revision: int, outcome: ApplyOutcome) -> str:
    kind = ApplyKind.Name(outcome.kind).removeprefix("APPLY_KIND_").lower()
    milliseconds = outcome.duration.ToNanoseconds() / 1e6
    reason = f"  ({outcome.reason})" if outcome.reason else ""
    return f"  {what:<29}  revision {revision:<3} {kind:<8}{milliseconds:6.1f} ms{reason}"


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
