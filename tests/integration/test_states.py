"""Member states that HAProxy pushes: each change once, whatever reloads come in between."""

import asyncio
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from aqueduct.app import Aqueduct
from aqueduct.service.states import MemberStates, StateChange
from aqueduct.settings import ProxySettings, Settings
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    BACKEND_TYPE_STATIC,
    AdminState,
    Backend,
    Health,
    Member,
    PutBackendRequest,
    SetMemberStateRequest,
)
from aqueduct.v1.haproxy_pb2 import ReloadRequest
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_MAINT,
    OPERATIONAL_STATE_UP,
    OperationalState,
)

MANY = 2_000
UP, DOWN = OPERATIONAL_STATE_UP, OPERATIONAL_STATE_DOWN
DRAIN, MAINT = OPERATIONAL_STATE_DRAIN, OPERATIONAL_STATE_MAINT
ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"


class Heard:
    """Remembers what was told, and wakes whoever waits for more."""

    def __init__(self, states: MemberStates) -> None:
        self.changes: list[StateChange] = []
        self._more = asyncio.Event()
        states.on_change(self._note)

    def _note(self, changes: object) -> None:
        assert isinstance(changes, list)
        self.changes += changes
        self._more.set()

    async def until(self, count: int) -> None:
        """Wait until so many changes were told; the test's time limit bounds it."""
        while len(self.changes) < count:
            self._more.clear()
            await self._more.wait()

    def of(self, server: str) -> list[OperationalState]:
        return [change.after.state for change in self.changes if change.server == server]


class Services:
    """Web services at all addresses of 127/8, which end all at once, with every connection to them."""

    def __init__(self) -> None:
        self.port = 0
        self._open: set[socket.socket] = set()
        self._loop = asyncio.get_running_loop()

    def begin(self) -> None:
        self._listening = socket.create_server(("0.0.0.0", self.port), backlog=4_096)
        self._listening.settimeout(0)
        self.port = self._listening.getsockname()[1]
        self._loop.add_reader(self._listening, self._accept)

    def end(self) -> None:
        if self._listening.fileno() >= 0:
            self._loop.remove_reader(self._listening)
            self._listening.close()
        for connection in list(self._open):
            self._close(connection)

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while True:
                connection, _ = self._listening.accept()
                self._open.add(connection)
                self._loop.add_reader(connection, self._answer, connection)

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if connection.recv(4_096):
                connection.send(ANSWER)
        self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        self._loop.remove_reader(connection)
        connection.close()
        self._open.discard(connection)


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    made = Services()
    made.begin()
    yield made
    made.end()


@asynccontextmanager
async def running(directory: Path, binary: Path) -> AsyncIterator[tuple[Aqueduct, MemberStates]]:
    # Without a log of one's own: states are pushed all the same.
    settings = Settings(directory / "data", port=0, grpc_port=0, haproxy_bin=binary, proxy=ProxySettings(()))
    async with Aqueduct(settings) as aqueduct:
        yield aqueduct, aqueduct._control.states


def backend(port: int, count: int, interval: int = 100) -> Backend:
    members = [Member(host=f"127.1.{n // 250}.{n % 250 + 1}", port=port) for n in range(count)]
    quick = ["default-server fall 1 rise 1"]
    health = Health(uri="/", interval=interval)
    return Backend(key="m", type=BACKEND_TYPE_STATIC, members=members, health=health, natives=quick)


@pytest.mark.parametrize("reloads", [0, 2])
async def test_many_that_die_at_once_are_told_once_each(
    tmp_path: Path, haproxy_binary: Path, services: Services, reloads: int
) -> None:
    async with running(tmp_path, haproxy_binary) as (aqueduct, states):
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend(services.port, MANY, 1_000)))
        heard = Heard(states)
        while list(states.not_up()):  # some have not passed their first check
            await heard.until(len(heard.changes) + 1)
        heard.changes.clear()
        services.end()
        for reload in range(reloads):
            await heard.until(MANY * (reload + 1) // (reloads + 1))
            await aqueduct.haproxy.Reload(ReloadRequest())
        await heard.until(MANY)
        await states.compare()
        assert Counter(change.server for change in heard.changes).most_common(1)[0][1] == 1
        assert len(heard.changes) == MANY
        assert {change.after.state for change in heard.changes} == {DOWN}
        assert all(change.told and change.told.reason for change in heard.changes)  # nobody had to ask


async def test_states_in_order(tmp_path: Path, haproxy_binary: Path, services: Services) -> None:
    async with running(tmp_path, haproxy_binary) as (aqueduct, states):
        heard = Heard(states)
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend(services.port, 1)))
        server = f"m_127.1.0.1:{services.port}"

        async def put(state: AdminState) -> None:
            request = SetMemberStateRequest(key="m", member=server.removeprefix("m_"), state=state)
            await aqueduct.backends.SetMemberState(request)

        steps = [UP, DRAIN, MAINT, UP, DOWN, UP, DOWN, UP]  # up first, once its check has passed
        await heard.until(1)
        for count, state in enumerate((ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY), 2):
            await put(state)
            await heard.until(count)
        for count in (5, 7):
            services.end()
            await heard.until(count)
            services.begin()
            await heard.until(count + 1)
        assert heard.of(server) == steps


async def test_the_file_starts_a_haproxy_without_aqueduct_and_without_a_warning(
    tmp_path: Path, haproxy_binary: Path, services: Services
) -> None:
    async with running(tmp_path, haproxy_binary) as (aqueduct, _):
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend(services.port, 1)))
    directory = tmp_path / "data" / "haproxy"
    assert "format rfc5424 local7 notice" in (directory / "haproxy.cfg").read_text()
    process = await asyncio.create_subprocess_exec(
        haproxy_binary, "-db", "-f", "haproxy.cfg", cwd=directory, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    services.end()
    said = b""
    while b"no server available" not in said:  # so it has logged, to nobody
        said += await process.stderr.readline()
    process.terminate()
    said += await process.stderr.read()
    await process.wait()
    assert b"failed in logger" not in said
    assert b"config :" not in said
