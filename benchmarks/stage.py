"""Both sides of a comparison, at the same time: Aqueduct with its HAProxy, and the same HAProxy bare.

Both run the same configuration but for the ports of the frontends. They are measured in turns, so that
what else the machine does hits both alike.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT, WAIT_FOR_SERVING
from aqueduct.v1.backend_pb2 import Backend, GetBackendRequest, ListBackendMembersRequest
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest, GetHAProxyInfoRequest, GetStatusRequest
from benchmarks.bare import BareHAProxy, processes_of
from benchmarks.configuration import fillers, frontend
from benchmarks.usage import Meter

_BIND = re.compile(r"(?<=bind 127\.0\.0\.1:)\d+")
_POLL = 0.005
"""Seconds between two looks at whether a switch is over."""
_PATIENCE = 60.0
"""Seconds that a switch may take."""
_IDLE = 0.1
"""Seconds of which a process at rest takes no more than a fifth."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    binaries: Sequence[Path]
    sizes: Sequence[int]
    """Numbers of backends in the store."""
    rounds: int
    changes: int
    """Changes of members at the smallest size; at the others half of that."""
    idle: float
    """Seconds in which nothing happens."""

    def changes_at(self, size: int) -> int:
        """Return how many changes of members are made at a size."""
        return self.changes if size == min(self.sizes) else self.changes // 2


@dataclass
class Stage:
    """Both sides, loaded."""

    aqueduct: Aqueduct
    bare: BareHAProxy
    directory: Path
    """The bare HAProxy's."""
    version: str
    """HAProxy's."""
    load_seconds: float
    """What it took Aqueduct to take in the configuration and serve it."""
    ports: Mapping[str, int]
    """Where Aqueduct's HAProxy listens, by the keys of the frontends."""
    bare_ports: Mapping[int, int] = field(default_factory=dict)
    """Where the bare HAProxy listens instead."""

    def bare_port(self, key: str) -> int:
        """Return where the bare HAProxy listens for a frontend."""
        return self.bare_ports[self.ports[key]]

    async def copy_config(self) -> None:
        """Give the bare HAProxy what Aqueduct's runs."""
        running = await self.aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())
        config = _BIND.sub(lambda port: str(self.bare_ports[int(port[0])]), running.config)
        await asyncio.to_thread(self.directory.joinpath("haproxy.cfg").write_text, config)

    async def reloads(self) -> int:
        """Return how often Aqueduct's HAProxy was reloaded, as its master counts."""
        return (await processes_of(self.aqueduct.data_dir / "haproxy")).reloads

    async def rested(self) -> None:
        """Return once nothing is left of an earlier reload, to go on amid what is measured.

        That is a worker, on either side, and Aqueduct's comparison of what runs.
        """
        async with asyncio.timeout(_PATIENCE):
            for directory in (self.aqueduct.data_dir / "haproxy", self.directory):
                while (await processes_of(directory)).old_workers:  # noqa: ASYNC110 # no event tells
                    await asyncio.sleep(_POLL)
            meter = Meter.started(self.aqueduct)
            await asyncio.sleep(_IDLE)
            while meter.cpu()[0] > _IDLE / 5:
                meter = Meter.started(self.aqueduct)
                await asyncio.sleep(_IDLE)

    async def worker(self) -> int:
        """Return the process that serves."""
        return (await self.aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info.worker_pid

    async def settled(self, key: str, members: int) -> None:
        """Return once a backend has that many members, no switch is under way, and HAProxy serves it so.

        TimeoutError where it does not come to that.
        """
        async with asyncio.timeout(_PATIENCE):
            while not (await self._has(key, members) and await self._is_served()):  # noqa: ASYNC110 # no event tells
                await asyncio.sleep(_POLL)

    async def _has(self, key: str, members: int) -> bool:
        backends = self.aqueduct.backends
        backend = (await backends.GetBackend(GetBackendRequest(key=key))).backend
        listed = await backends.ListBackendMembers(ListBackendMembersRequest(key=key))
        return not backend.HasField("transition") and len(listed.members) == members

    async def _is_served(self) -> bool:
        status = (await self.aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        return status.applied_revision >= status.stored_revision


@asynccontextmanager
async def staged(
    binary: Path, size: int, backends: Collection[Backend] = (), frontends: Mapping[str, str] | None = None
) -> AsyncIterator[Stage]:
    """Load both sides with `size` fillers, `backends`, and `frontends`, whose targets are given by key."""
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aqueduct-bench-")))
        directory = scratch / "bare"
        directory.mkdir()
        grpc_port, port = free_ports(2)
        aqueduct = await stack.enter_async_context(
            Aqueduct(scratch / "data", binary, grpc_port=grpc_port, port=port)
        )
        targets = frontends or {}
        ports = dict(zip(targets, free_ports(2 * len(targets)), strict=False))
        changes = [Change(put_backend=backend) for backend in backends]
        changes += [Change(put_frontend=frontend(key, ports[key], targets[key])) for key in targets]
        began = time.perf_counter()
        await _load(aqueduct, size, changes)
        elapsed = time.perf_counter() - began
        info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
        bare = BareHAProxy(binary, directory)
        stage = Stage(aqueduct, bare, directory, info.version.partition("-")[0], elapsed, ports)
        stage.bare_ports = dict(zip(ports.values(), free_ports(len(ports), ports.values()), strict=True))
        await _start_bare(stack, stage)
        yield stage


def free_ports(count: int, taken: Collection[int] = ()) -> list[int]:
    """Return different ports that nothing listens on, and that are none of `taken`."""
    ports: dict[int, None] = {}
    while len(ports) < count:
        port = free_port()
        if port not in taken:
            ports[port] = None
    return list(ports)


async def _load(aqueduct: Aqueduct, size: int, changes: Sequence[Change]) -> None:
    for batch in fillers(size):
        await aqueduct.config.Apply(ApplyRequest(changes=batch, wait_for=WAIT_FOR_COMMIT))
    await aqueduct.config.Apply(ApplyRequest(changes=changes, wait_for=WAIT_FOR_SERVING))


async def _start_bare(stack: AsyncExitStack, stage: Stage) -> None:
    await stage.copy_config()
    stage.directory.joinpath("server-state").write_text("1\n")
    await stack.enter_async_context(stage.bare)
    await stage.bare.keep_server_states()
