"""The real Thalassa, and the real Redis: installed by install.sh and by the system, run on free ports.

Processes are killed by process id when their context is left.
"""

import asyncio
import json
import os
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from aqueduct.demo.ports import free_port
from aqueduct.discovery.thalassa.api import Api, Unreachable
from aqueduct.ports.discovery import Service

HERE = Path(__file__).parent
SERVICE = "myapp"


def directory() -> Path:
    """Return where install.sh installs to."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 # as the script does
    return Path(os.environ.get("AQUEDUCT_TEST_THALASSA") or f"{cache}/aqueduct-tests/thalassa")


def require_client() -> None:
    """Skip the test where there is no real client."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js")
    if not (directory() / "installed").exists():
        pytest.skip("there is no real Thalassa: tests/thalassa/install.sh installs it")


def require_server() -> None:
    """Skip the test where there is no real server."""
    require_client()
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a registry listens."""

    api: int = field(default_factory=free_port)
    axon: int = field(default_factory=free_port)

    def options(self) -> list[str]:
        """Return the options of Aqueduct."""
        return [f"--thalassa-port={self.axon}", f"--thalassa-api-port={self.api}"]


@asynccontextmanager
async def process(*command: str | Path, cwd: Path | None = None) -> AsyncIterator[Process]:
    """Run a process."""
    environment = os.environ | {"NODE_PATH": str(directory() / "node_modules")}
    started = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, cwd=cwd, env=environment, start_new_session=True
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            started.kill()
        await started.wait()


async def line_of(started: Process) -> str:
    """Return the next line that a process writes. The test's time limit bounds it."""
    if started.stdout is None:
        raise ValueError("no pipe")
    line = await started.stdout.readline()
    if not line:
        raise EOFError(f"it has ended, with {await started.wait()}")
    return line.decode().strip()


@asynccontextmanager
async def service(ports: Ports, version: str, ttl: int) -> AsyncIterator[tuple[int, Process]]:
    """Run a web service that registers by the real client; yield its port once it is registered."""
    where = (str(ports.api), str(ports.axon), SERVICE, version, str(ttl))
    async with process("node", "--no-deprecation", HERE / "service.js", *where) as started:
        yield int(await line_of(started)), started


class Subscriber:
    """The real client, which tells what it is told."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        command = (
            "node",
            "--no-deprecation",
            HERE / "subscriber.js",
            str(self._ports.api),
            str(self._ports.axon),
            SERVICE,
        )
        self._process = await self._stack.enter_async_context(process(*command))
        assert await self.told() == ["connected"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def told(self) -> list[Any]:
        """Return what it is told next."""
        found: list[Any] = json.loads(await line_of(self._process))
        return found

    async def call(self, command: str) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())
        await self._process.stdin.drain()


@asynccontextmanager
async def redis(where: Path) -> AsyncIterator[int]:
    """Run a Redis that keeps nothing; yield its port."""
    port = free_port()
    options = ("--bind", "127.0.0.1", "--save", "", "--daemonize", "no", "--dir", str(where))
    async with process("redis-server", "--port", str(port), *options) as started:
        while "eady to accept connections" not in await line_of(started):
            pass
        yield port


@dataclass
class Server:
    """The real registry. It may be killed, and started again."""

    redis_port: int
    ports: Ports = field(default_factory=Ports)

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it; return when it answers."""
        command: Sequence[str | Path] = (
            *("node", "--no-deprecation", directory() / "node_modules/thalassa/bin/server.js"),
            *("--port", str(self.ports.axon), "--apiport", str(self.ports.api)),
            *("--redisPort", str(self.redis_port)),
        )
        await self._stack.enter_async_context(process(*command))
        api = Api("127.0.0.1", self.ports.api)
        while True:
            try:
                await api.registrations(Service(SERVICE, "1.0.0"))
            except Unreachable:
                await asyncio.sleep(0.02)
            else:
                return

    async def kill(self) -> None:
        """Kill it."""
        await self._stack.aclose()
