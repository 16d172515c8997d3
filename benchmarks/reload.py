"""Put to serving with a reload, beside the bare reload of the same files by the same HAProxy.

One frontend; N backends of four servers without a check at closed ports, which cost what real ones do
to load; and two web services that the frontend is switched between. Measured is the time to the first
answer from the new one. Both sides run at the same time and are measured in turns, so
that what else the machine does hits both alike.
"""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.demo.webservice import WebService
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, WAIT_FOR_COMMIT, WAIT_FOR_SERVING
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, CHECK_NONE, Backend, Member
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest, GetHAProxyInfoRequest
from benchmarks.bare import BareHAProxy, answered_by
from benchmarks.table import Cell, Report

_BATCH = 500
_SERVERS = 4
_MOST_OVERHEAD_MS, _MOST_OVERHEAD_SHARE = 30.0, 0.2
NOTES = (
    "Milliseconds to the first answer from the new target; medians of {rounds} rounds. "
    "`of it apply` is the reconciler's part: rendering, files, reload and its proof; the rest is validation, "
    "HAProxy's check and the commit. `overhead` is `put` less `bare`; the goal is at most 30 ms + 20 % of "
    "`bare`."
)


async def run(binaries: Sequence[Path], sizes: Sequence[int], rounds: int) -> Report:
    """Measure each binary at each size."""
    rows = [await _row(binary, size, rounds) for binary in binaries for size in sizes]
    return Report("reload", "Put to serving, with a reload", rows, NOTES.format(rounds=rounds))


async def _row(binary: Path, size: int, rounds: int) -> dict[str, Cell]:
    async with _stage(binary, size) as stage:
        measured = [await stage.round(number) for number in range(rounds + 1)][1:]  # the first warms up
        put = statistics.median(each.put for each in measured)
        bare = statistics.median(each.bare for each in measured)
        goal = bare + _MOST_OVERHEAD_MS + bare * _MOST_OVERHEAD_SHARE
        return {
            "HAProxy": stage.version,
            "backends": size,
            "put ms": put,
            "of it apply ms": statistics.median(each.apply for each in measured),
            "bare ms": bare,
            "overhead ms": put - bare,
            "goal ms": goal,
            "reached": put <= goal,
        }


@dataclass(frozen=True, slots=True)
class _Round:
    """Milliseconds of one round."""

    put: float
    apply: float
    """That part of `put` which the reconciler took."""
    bare: float


@dataclass
class _Stage:
    """Both sides, loaded with the same configuration but for the port of the frontend."""

    aqueduct: Aqueduct
    bare: BareHAProxy
    directory: Path
    """The bare HAProxy's."""
    port: int
    bare_port: int
    names: Sequence[str]
    version: str = ""

    async def round(self, number: int) -> _Round:
        """Switch both sides to the other web service, and measure."""
        name = self.names[number % len(self.names)]
        put, apply = await self._put(name)
        await self.copy_config()
        return _Round(put, apply, await self._reload(name))

    async def _put(self, name: str) -> tuple[float, float]:
        began = time.perf_counter()
        response = await self.aqueduct.frontends.PutFrontend(
            PutFrontendRequest(frontend=_frontend(self.port, name))
        )
        await answered_by(name.encode(), self.port)
        elapsed = time.perf_counter() - began
        assert response.apply.kind == APPLY_KIND_RELOAD, response.apply
        return elapsed * 1e3, response.apply.duration.ToNanoseconds() / 1e6

    async def _reload(self, name: str) -> float:
        began = time.perf_counter()
        await self.bare.reload()
        await answered_by(name.encode(), self.bare_port)
        return (time.perf_counter() - began) * 1e3

    async def copy_config(self) -> None:
        """Give the bare HAProxy what Aqueduct's runs."""
        self.directory.joinpath("haproxy.cfg").write_text(await self._config())

    async def _config(self) -> str:
        response = await self.aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())
        return response.config.replace(f":{self.port}", f":{self.bare_port}")


@asynccontextmanager
async def _stage(binary: Path, size: int) -> AsyncIterator[_Stage]:
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aqueduct-bench-")))
        bare_directory = scratch / "bare"
        bare_directory.mkdir()
        services = [await stack.enter_async_context(WebService(name)) for name in ("one", "two")]
        aqueduct = await stack.enter_async_context(Aqueduct(scratch / "data", binary))
        names = [service.name for service in services]
        port = free_port()
        await _load(aqueduct, size, services, port)
        bare = BareHAProxy(binary, bare_directory)
        stage = _Stage(aqueduct, bare, bare_directory, port, free_port(), names)
        info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
        stage.version = info.version.partition("-")[0]
        await _start_bare(stack, stage)
        yield stage


async def _start_bare(stack: AsyncExitStack, stage: _Stage) -> None:
    await stage.copy_config()
    stage.directory.joinpath("server-state").write_text("1\n")
    await stack.enter_async_context(stage.bare)
    await answered_by(stage.names[-1].encode(), stage.bare_port)
    await stage.bare.keep_server_states()


async def _load(aqueduct: Aqueduct, size: int, services: Sequence[WebService], port: int) -> None:
    for batch in _batches(size):
        await aqueduct.config.Apply(ApplyRequest(changes=batch, wait_for=WAIT_FOR_COMMIT))
    targets = [
        Change(put_backend=_backend(web.name, [Member(host="127.0.0.1", port=web.port)])) for web in services
    ]
    frontend = Change(put_frontend=_frontend(port, services[-1].name))
    await aqueduct.config.Apply(ApplyRequest(changes=[*targets, frontend], wait_for=WAIT_FOR_SERVING))


def _batches(size: int) -> Iterator[list[Change]]:
    for first in range(0, size, _BATCH):
        yield [Change(put_backend=_filler(n)) for n in range(first, min(first + _BATCH, size))]


def _filler(number: int) -> Backend:
    address = f"127.{number // 250 % 250 + 1}.{number % 250}.1"
    return _backend(f"filler-{number}", [Member(host=address, port=1 + n) for n in range(_SERVERS)])


def _backend(key: str, members: Sequence[Member]) -> Backend:
    return Backend(key=key, type=BACKEND_TYPE_STATIC, check=CHECK_NONE, members=members)


def _frontend(port: int, backend: str) -> Frontend:
    return Frontend(key="web", bind=f"127.0.0.1:{port}", backend=backend)
