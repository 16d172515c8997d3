"""What other programs are given of HAProxy: a socket, its process id, a copy of its configuration."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct, ProcessFailed
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from tests.integration.asking import master_pid, status_of
from tests.integration.numbered import Numbered


def socket_of(outside: Path) -> Path:
    """Return a path in a directory that is as long as can be."""
    room = 107 - len(f".{Path('/proc/sys/kernel/pid_max').read_text().strip()}.tmp")
    return outside / ("s" * (room - len(bytes(outside)) - 1))


async def ask(path: Path, command: str) -> str:
    """Return the answer of HAProxy's Runtime API on a socket."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(f"{command}\n".encode())
        return (await reader.read()).decode()
    finally:
        writer.close()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.005)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture
async def seen(outside: Path, haproxy_binary: Path) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct whose HAProxy other programs see; it outlives a SIGTERM."""
    options = [
        "--on-exit=auto",
        f"--haproxy-socket-path={socket_of(outside)}",
        f"--haproxy-pid-path={outside}/hap.pid",
        f"--haproxy-cfg-path={outside}/hap.cfg",
    ]
    async with Aqueduct(outside / "data", haproxy_binary, options) as aqueduct:
        yield aqueduct


def is_copied(aqueduct: Aqueduct) -> bool:
    copy = aqueduct.data_dir.with_name("hap.cfg")
    return copy.exists() and copy.read_text() == (aqueduct.data_dir / "haproxy/haproxy.cfg").read_text()


def check(binary: Path, file: Path) -> tuple[int, str]:
    """Have HAProxy read a file, far from its directory."""
    ran = subprocess.run([binary, "-c", "-f", file], cwd="/", capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


async def test_the_process_id_is_told_while_there_is_one(seen: Aqueduct, outside: Path) -> None:
    file = outside / "hap.pid"
    first = await master_pid(seen)
    assert file.read_text() == f"{first}\n"
    os.kill(first, signal.SIGKILL)
    await until(lambda: file.exists() and file.read_text() != f"{first}\n")
    second = await master_pid(seen)
    assert file.read_text() == f"{second}\n"
    assert await seen.end(signal.SIGTERM) == 0
    assert file.read_text() == f"{second}\n"
    file.write_text("4194304\n")
    await seen.start()
    assert file.read_text() == f"{second}\n"
    assert (await status_of(seen)).last_apply.kind == APPLY_KIND_NOTHING
    assert await seen.end(signal.SIGINT) == 0
    assert not file.exists()


async def test_the_socket_and_the_copy_follow_reloads(
    seen: Aqueduct, outside: Path, haproxy_binary: Path, free_port: int
) -> None:
    path, copy = socket_of(outside), outside / "hap.cfg"
    await until(lambda: is_copied(seen))
    assert (path.stat().st_mode & 0o777, copy.stat().st_mode & 0o777) == (0o660, 0o600)
    before = await ask(path, "show info")
    copy.chmod(0o640)
    os.chown(copy, -1, 4711)
    (seen.data_dir / "haproxy" / "503.http").write_text("HTTP/1.0 503 No\r\nContent-Length: 0\r\n\r\n")
    natives = ["errorfile 503 503.http"]
    web = Frontend(key="web", bind=f"127.0.0.1:{free_port}", backend="none", natives=natives)
    await seen.frontends.PutFrontend(PutFrontendRequest(frontend=web))
    after = await ask(path, "show info")
    assert [line for line in before.splitlines() if line.startswith("Pid: ")] != [
        line for line in after.splitlines() if line.startswith("Pid: ")
    ]
    assert await ask(path, "disable frontend web") == "\n"  # level admin
    await until(lambda: is_copied(seen))
    assert "errorfile 503 503.http" in copy.read_text()
    status, said = check(haproxy_binary, copy)
    assert status == 0
    assert not {"WARNING", "NOTICE", "ALERT"} & set(said.replace("[", "]").split("]")), said
    assert (copy.stat().st_mode & 0o777, copy.stat().st_gid) == (0o640, 4711)

    copy.unlink()
    copy.mkdir()  # what cannot be written any more holds up nothing
    numbered = Numbered.on(seen)
    await numbered.put(1)
    assert await numbered.served() == 1
    await until(lambda: "--haproxy-cfg-path" in seen.log.read_text())
    copy.rmdir()
    await numbered.put(2)
    await until(lambda: is_copied(seen))


async def test_an_adopted_haproxy_is_reloaded_where_they_differ(
    seen: Aqueduct, outside: Path, haproxy_binary: Path
) -> None:
    numbered = Numbered.on(seen)
    await numbered.put(1)
    master = await master_pid(seen)
    await seen.end(signal.SIGTERM)
    seen.data_dir = seen.data_dir.rename(outside / "moved")
    other = [f"--haproxy-socket-path={outside}/other.sock", "--on-exit=auto"]
    for options in (seen.options, other):
        seen.options = options
        await seen.start()
        last = (await status_of(seen)).last_apply
        assert last.kind == APPLY_KIND_RELOAD
        assert "global" in last.reason
        assert await numbered.served() == 1
        assert await master_pid(seen) == master
        await seen.end(signal.SIGTERM)
    assert "Pid: " in await ask(outside / "other.sock", "show info")
    with pytest.raises(ConnectionRefusedError):
        await ask(socket_of(outside), "show info")
    copy = outside / "hap.cfg"
    assert f"{outside}/data" not in copy.read_text()
    assert check(haproxy_binary, copy)[0] == 0


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(bytes(path))
    listener.listen()
    return listener


async def test_a_socket_that_another_has_is_told_at_the_start(outside: Path) -> None:
    with _listening(outside / "taken"):
        options = [f"--haproxy-socket-path={outside}/taken"]
        with pytest.raises(ProcessFailed, match=r"--haproxy-socket-path: .*is in use by another program"):
            async with Aqueduct(outside / "data", None, options):
                pass
