"""Real processes: web services, and an Aqueduct with its HAProxy.

Each runs in a session of its own, so that Ctrl-C in a terminal reaches only the one who started
them, and is ended by process id when its context is left. Nothing waits by the clock, but for the
patience with a process that does not end when it is told to.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import grpc.aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from aqueduct.demo.ports import free_port
from aqueduct.haproxy import kernel
from aqueduct.v1.activity_pb2_grpc import ActivityServiceStub
from aqueduct.v1.backend_pb2_grpc import BackendServiceStub
from aqueduct.v1.config_pb2_grpc import ConfigServiceStub
from aqueduct.v1.frontend_pb2_grpc import FrontendServiceStub
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceStub
from aqueduct.v1.registry_pb2_grpc import RegistryServiceStub
from aqueduct.v1.stats_pb2_grpc import StatsServiceStub

_SERVING = 2
"""Processes of an HAProxy at rest."""
_PAUSE = 0.01
_PATIENCE = 20.0
"""Seconds until a process that was told to end is killed."""
_CHANNEL = (
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 200),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
)
"""A channel that notices within milliseconds that a server is up, and shares no state with others."""


class ProcessFailed(Exception):
    """A process did not do what it was started for; the message holds what it said last."""


@asynccontextmanager
async def web_service(name: str) -> AsyncIterator[tuple[int, int]]:
    """Run a web service that answers `name`; yield its port and process id."""
    module = "aqueduct.demo.webservice"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, name, stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        yield int(await _standard_output(process).readline()), process.pid
    finally:
        await _end(process, signal.SIGTERM)


def _standard_output(process: Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise ValueError("no pipe")
    return process.stdout


@dataclass
class Aqueduct:
    """`aqueduct serve` as a process of its own, on free ports of loopback.

    Start it again after it ended with `start`: it keeps its ports and its data directory.
    """

    data_dir: Path
    haproxy_bin: Path | None = None
    options: Sequence[str] = ()
    """Further options; by default HAProxy is stopped with it."""
    grpc_port: int = field(default_factory=free_port)
    port: int = field(default_factory=free_port)
    output: int | None = None
    """Descriptor that stdout and stderr go to, instead of `log`."""

    async def __aenter__(self) -> Self:
        self.channel = grpc.aio.insecure_channel(self.target, options=_CHANNEL)
        self.frontends = FrontendServiceStub(self.channel)
        self.backends = BackendServiceStub(self.channel)
        self.config = ConfigServiceStub(self.channel)
        self.haproxy = HAProxyServiceStub(self.channel)
        self.registry = RegistryServiceStub(self.channel)
        self.stats = StatsServiceStub(self.channel)
        self.activity = ActivityServiceStub(self.channel)
        try:
            await self.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()
        try:
            await self.end()
        finally:
            self.end_haproxy()

    @property
    def target(self) -> str:
        """Where gRPC listens."""
        return f"127.0.0.1:{self.grpc_port}"

    @property
    def log(self) -> Path:
        """What the program writes to stdout and stderr."""
        return self.data_dir.with_name(f"{self.data_dir.name}.log")

    @property
    def pid(self) -> int:
        """Process id of Aqueduct itself."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether Aqueduct itself has not ended."""
        return self._process.returncode is None

    async def start(self) -> None:
        """Start it and wait until its health is SERVING. ProcessFailed where it ends before."""
        with self.log.open("ab") as log:
            output = log.fileno() if self.output is None else self.output
            self._process = await asyncio.create_subprocess_exec(
                *self._command(), stdin=DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        serving = asyncio.create_task(self._serving())
        ended = asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                raise ProcessFailed(f"aqueduct serve ended with {ended.result()}:\n{self._last_words()}")
            await serving
        finally:
            serving.cancel()
            ended.cancel()
            await asyncio.wait({serving, ended})

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal `how`, wait until Aqueduct has ended, and return its exit code."""
        return await _end(self._process, how)

    async def wait(self) -> int:
        """Wait until Aqueduct has ended; return its exit code."""
        return await self._process.wait()

    def haproxy_pids(self) -> list[int]:
        """Return the process ids of HAProxy, master and workers: they run from the data directory."""
        return sorted(_running_from(self.data_dir))

    async def serving_pids(self) -> list[int]:
        """Return the master and the worker that serves, once those of earlier reloads have ended.

        They end some milliseconds after the change that reloaded has answered: they are read before.
        """
        while len(pids := self.haproxy_pids()) > _SERVING:  # noqa: ASYNC110 # nobody tells of an end
            await asyncio.sleep(_PAUSE)
        return pids

    def end_haproxy(self) -> None:
        """Kill what HAProxy processes there are; return when they are gone, and their sockets with them."""
        for pid in self.haproxy_pids():
            with suppress(ProcessLookupError):
                _kill(os.pidfd_open(pid))

    def _command(self) -> list[str]:
        where = [f"--grpc-port={self.grpc_port}", f"--port={self.port}", f"--data-dir={self.data_dir}"]
        binary = [f"--haproxy-bin={self.haproxy_bin}"] if self.haproxy_bin else []
        return [sys.executable, "-m", "aqueduct", "serve", "--on-exit=stop", *where, *binary, *self.options]

    async def _serving(self) -> None:
        while not await self._comes_to_serve():
            pass  # lost: the connection was that of the process before; the next one is waited for

    async def _comes_to_serve(self) -> bool:
        watch = self.channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )(HealthCheckRequest(), wait_for_ready=True)
        with suppress(grpc.aio.AioRpcError):
            async for response in watch:
                if response.status == HealthCheckResponse.SERVING:
                    watch.cancel()
                    return True
        return False

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


async def _end(process: Process, how: signal.Signals) -> int:
    with suppress(ProcessLookupError):
        process.send_signal(how)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await process.wait()
    except TimeoutError:
        process.kill()
        return await process.wait()


def _kill(descriptor: int) -> None:
    """Kill the process of a pidfd, and wait for it: a leader is a zombie while its threads hold sockets."""
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        kernel.exits_within(descriptor, _PATIENCE)
    finally:
        os.close(descriptor)


def _running_from(directory: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/exe"):
        with suppress(OSError):  # ended meanwhile, or somebody else's
            if entry.readlink().is_relative_to(directory.resolve()):
                found.append(int(entry.parent.name))
    return found
