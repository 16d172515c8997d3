"""HAProxy as root, by way of a real sudo, and Aqueduct as a user who has no other right."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest

from aqueduct.demo.processes import ProcessFailed
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD, APPLY_KIND_RUNTIME
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_STATIC,
    Backend,
    Member,
    PutBackendRequest,
    PutBackendResponse,
)
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING
from tests.integration.asking import master_pid, status_of
from tests.integration.numbered import Numbered
from tests.load import Load, fetch
from tests.refusals import refused
from tests.sudoer import Sudoer, UsersAqueduct, privileged_port, sudoer
from tests.web import Web


@pytest.fixture(scope="module")
def user() -> Iterator[Sudoer]:
    with sudoer() as made:
        yield made


@asynccontextmanager
async def running(
    user: Sudoer, binary: Path | None, *options: str, name: str
) -> AsyncIterator[UsersAqueduct]:
    data_dir = user.directory / name
    async with UsersAqueduct(data_dir, binary, ["--sudo", *options], prefix=user.prefix) as aqueduct:
        yield aqueduct
        if aqueduct.running:
            assert await aqueduct.end() == 0, aqueduct.log.read_text()


@pytest.fixture
async def aqueduct(
    user: Sudoer, haproxy_binary: Path, request: pytest.FixtureRequest
) -> AsyncIterator[UsersAqueduct]:
    """Run an Aqueduct as the user, with the right that he needs; its HAProxy outlives a SIGTERM."""
    name = f"d{abs(hash(request.node.name))}"
    user.allow(user.directory / name)
    async with running(user, haproxy_binary, "--on-exit=auto", name=name) as made:
        yield made
    user.forbid()


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


async def put_members(aqueduct: UsersAqueduct, *ports: int) -> PutBackendResponse:
    members = [Member(host="127.0.0.1", port=port) for port in ports]
    backend = Backend(key="live", type=BACKEND_TYPE_STATIC, members=members)
    return await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))


def bound(port: int, *natives: str) -> PutFrontendRequest:
    return PutFrontendRequest(
        frontend=Frontend(key="low", bind=f"127.0.0.1:{port}", backend="live", natives=natives)
    )


async def test_haproxy_has_the_rights_of_root_and_aqueduct_has_its_sockets(
    aqueduct: UsersAqueduct, web: Web, tmp_path: Path
) -> None:
    secret = tmp_path / "503.http"
    secret.write_text("HTTP/1.0 503 No\r\nContent-Length: 0\r\n\r\n")
    secret.chmod(0o400)
    port = privileged_port()
    await put_members(aqueduct, web.port)
    await aqueduct.frontends.PutFrontend(bound(port, f"errorfile 503 {secret}"))
    assert (await fetch(port)).body == b"web"
    assert owner(aqueduct.pid) != 0
    assert {owner(pid) for pid in await aqueduct.serving_pids()} == {0}
    directory = aqueduct.data_dir / "haproxy"
    for name in ("master.sock", "worker.sock"):
        seen = (directory / name).stat()
        assert (seen.st_uid, seen.st_mode & 0o777) == (owner(aqueduct.pid), 0o600)
    (copy,) = (directory / "bin").glob("*/haproxy")
    assert {copy.stat().st_uid, copy.parent.stat().st_uid, copy.parent.parent.stat().st_uid} == {0}
    with socket.create_server(("127.0.0.1", privileged_port())) as other:
        taken = other.getsockname()[1]
        refusal = await refused(aqueduct.frontends.PutFrontend(bound(taken)))
    assert refusal.code == grpc.StatusCode.FAILED_PRECONDITION
    assert f"127.0.0.1:{taken} is in use by another program" in refusal.message
    async with Web("other") as other, Load(port, connections=8, keep_alive=True) as load:
        assert (await put_members(aqueduct, web.port, other.port)).apply.kind == APPLY_KIND_RUNTIME
        await load.further(50)
        numbered = Numbered.on(aqueduct)
        for number in range(5):
            assert (await numbered.put(number)).apply.kind == APPLY_KIND_RELOAD
            assert await numbered.served() == number
    assert load.failures == []
    assert set(load.answers) >= {"web", "other"}


async def test_it_outlives_aqueduct_is_mended_and_ends_with_ctrl_c(aqueduct: UsersAqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    before = await aqueduct.serving_pids()
    assert await aqueduct.end(signal.SIGTERM) == 0
    assert aqueduct.haproxy_pids() == before
    await aqueduct.start()
    assert aqueduct.haproxy_pids() == before
    assert (await status_of(aqueduct)).last_apply.kind == APPLY_KIND_NOTHING
    master = await master_pid(aqueduct)
    os.kill(master, signal.SIGKILL)
    while set(before) & set(aqueduct.haproxy_pids()) or not aqueduct.haproxy_pids():
        await asyncio.sleep(0.005)
    await status_of(aqueduct, lambda status: status.haproxy_state == HA_PROXY_STATE_RUNNING)
    assert await numbered.served() == 1
    assert await master_pid(aqueduct) != master
    assert await aqueduct.end(signal.SIGINT) == 0
    assert aqueduct.haproxy_pids() == []


async def test_a_right_that_is_taken_back_holds_up_nothing(
    aqueduct: UsersAqueduct, user: Sudoer, web: Web
) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    await put_members(aqueduct)
    user.forbid()
    refusal = await refused(numbered.put(2))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "HAPROXY_SUDO")
    assert "sudo refuses (sudo: a password is required): /etc/sudoers must say" in refusal.message
    assert await numbered.served() == await numbered.stored() == 1
    assert (await put_members(aqueduct, web.port)).apply.kind == APPLY_KIND_RUNTIME
    user.allow(aqueduct.data_dir, ["!use_pty"])
    await numbered.put(2)
    assert await numbered.served() == 2


async def test_no_right_is_told_at_the_start(user: Sudoer) -> None:
    with pytest.raises(ProcessFailed) as failed:
        async with running(user, None, name="none"):
            pass
    ended, *lines = str(failed.value).splitlines()
    assert ended == "aqueduct serve ended with 1:"
    (line,) = lines
    assert "aqueduct: --sudo: sudo refuses (sudo: a password is required): " in line
    assert line.endswith(f"root {user.directory}/none/haproxy *")
    assert f"{user.name} ALL=(root) NOPASSWD: " in line


async def test_the_haproxy_of_another_user_is_refused(user: Sudoer) -> None:
    data_dir = user.directory / "other"
    user.allow(data_dir)
    keep = ["--on-exit=keep"]
    async with UsersAqueduct(data_dir, None, keep, prefix=user.prefix) as aqueduct:
        served = await aqueduct.serving_pids()
        await aqueduct.end()
        aqueduct.options = ["--sudo", *keep]
        with pytest.raises(ProcessFailed, match=f"runs as {user.name}, not as root: end it before --sudo"):
            await aqueduct.start()
        assert aqueduct.haproxy_pids() == served
        aqueduct.end_haproxy()
        await aqueduct.start()
        assert {owner(pid) for pid in await aqueduct.serving_pids()} == {0}
