"""What a reload carries over, keeps alive and leaves behind."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aqueduct.errors import Exhausted, Unavailable
from aqueduct.haproxy import generations, kernel, master, process, verdict
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.master import MasterCLI
from aqueduct.ports.haproxy import HAProxyEnded, HAProxyFailed
from tests.integration.haproxy.support import body, free_port, get

ADMIN_STATE = 6
OPERATIONAL_STATE = 5


async def state_of(directory: Path, server: str) -> list[str]:
    """Return a server's row of `show servers state`."""
    answer = await MasterCLI(directory).command("@1 show servers state app")
    (row,) = (line.split() for line in answer.splitlines() if line.split()[3:4] == [server])
    return row


async def test_states_of_servers_are_carried_over(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    more = f"    server down 127.0.0.1:{free_port()} check inter 60s fastinter 20ms fall 1\n"
    await haproxy.start(body(port, "one", more))
    await MasterCLI(directory).command("@1 set server app/a state maint")
    while (await state_of(directory, "down"))[OPERATIONAL_STATE] != "0":
        await asyncio.sleep(0)  # until the first check has failed
    for answer in ("two", "three"):
        await haproxy.reload(body(port, answer, more))
        assert (await state_of(directory, "a"))[ADMIN_STATE] == "1"
        assert (await state_of(directory, "down"))[OPERATIONAL_STATE] == "0"
        assert (directory / "server-state").read_text() == "1\n"
    await haproxy.stop()
    await haproxy.start(body(port))
    assert (await state_of(directory, "a"))[ADMIN_STATE] == "0"


async def test_an_old_worker_keeps_its_connections_until_they_end(
    haproxy: MasterWorker, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")  # not the whole request
    await writer.drain()
    assert await get(port) == "one"
    old = (await haproxy.info()).worker_pid
    await haproxy.reload(body(port, "two"))
    await haproxy.reload(body(port, "three"))
    assert (await haproxy.info()).old_workers == 1
    assert numbers(directory) == [1, 3]
    writer.write(b"\r\n")
    answer = await reader.read()
    assert answer.endswith(b"one")
    writer.close()
    await reaped(directory, old)
    await haproxy.reload(body(port, "four"))
    assert (await haproxy.info()).old_workers == 0
    assert numbers(directory) == [4]


def numbers(directory: Path) -> list[int]:
    return sorted(int(path.stem) for path in (directory / "generations").glob("*.cfg"))


async def reaped(directory: Path, worker: int) -> None:
    """Wait until a worker has ended, and the master knows."""
    cli = MasterCLI(directory)
    while worker in (await cli.processes()).old_workers:
        await asyncio.sleep(0)


async def test_commands_pin_no_old_worker(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    worker = (await haproxy.info()).worker_pid
    await haproxy.reload(body(port, "two"))
    await reaped(directory, worker)
    assert (await haproxy.info()).old_workers == 0


async def test_numbers_are_never_given_twice(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    with pytest.raises(HAProxyFailed):
        await haproxy.reload("bogus\n")
    await haproxy.reload(body(port, "two"))
    assert numbers(directory) == [3]
    await haproxy.stop()
    await haproxy.start(body(port))
    assert numbers(directory)[-1] == 4


async def test_a_cancelled_reload_is_whole_or_not_at_all(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port, "0"))
    for number in range(1, 12):
        reload = asyncio.create_task(haproxy.reload(body(port, str(number))))
        for _ in range(number * 3):
            await asyncio.sleep(0)
        reload.cancel()
        await asyncio.wait([reload])
        with pytest.raises(HAProxyFailed, match="unknown keyword"):
            await haproxy.reload("bogus\n")
        assert (directory / "haproxy.cfg").read_text() == haproxy.config()
        assert body(port, await get(port)) in haproxy.config()
    await haproxy.reload(body(port, "last"))
    assert await get(port) == "last"


async def test_haproxy_dies_amid_a_reload(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port))
    pid = (await haproxy.info()).master_pid
    os.kill(pid, signal.SIGSTOP)  # so that it cannot answer before
    reload = asyncio.create_task(haproxy.reload(body(port, "two")))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(HAProxyEnded):
        await reload
    assert await haproxy.ended() == "was killed by SIGKILL"
    with pytest.raises(HAProxyEnded):
        await haproxy.reload(body(port, "three"))


async def test_a_bind_that_fails(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    config = haproxy.config()
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with server:
        taken = server.sockets[0].getsockname()[1]
        with pytest.raises(HAProxyFailed, match="Address already in use"):
            await haproxy.reload(body(port, "two", f"frontend more\n    bind 127.0.0.1:{taken}\n"))
    assert await get(port) == "one"
    assert haproxy.config() == config == (directory / "haproxy.cfg").read_text()


async def test_a_full_disk(haproxy: MasterWorker, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(directory / "haproxy.cfg.new"))

    with monkeypatch.context() as patch:
        patch.setattr(generations.Generations, "install", full)
        with pytest.raises(Exhausted, match="No space left on device"):
            await haproxy.reload(body(port, "two"))
    assert await get(port) == "one"
    assert (directory / "haproxy.cfg").read_text() == haproxy.config()
    await haproxy.reload(body(port, "three"))
    assert await get(port) == "three"


@contextmanager
def unusable(path: Path) -> Iterator[None]:
    """Have a directory in the place of a file, or a file in that of a directory."""
    aside = path.rename(path.with_name("aside"))
    if aside.is_dir():
        path.touch()
        yield
        path.unlink()
    else:
        path.mkdir()
        yield
        path.rmdir()
    aside.rename(path)


@pytest.mark.parametrize("name", ["haproxy.cfg", "server-state", "generations"])
async def test_files_that_cannot_be_used(haproxy: MasterWorker, directory: Path, name: str) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    with unusable(directory / name):
        for _ in range(2):
            with pytest.raises(Unavailable, match=f"{directory / name}.*: ") as raised:
                await haproxy.reload(body(port, "two"))
            assert raised.value.reason == "HAPROXY_FILES"
        assert await get(port) == "one"
        assert await haproxy.adopt() in {body(port, "one"), ""}
    await haproxy.reload(body(port, "three"))
    assert await get(port) == "three"


async def test_a_long_path(tmp_path: Path, haproxy_binary: Path) -> None:
    directory = tmp_path / ("d" * 100) / ("e" * 100) / "haproxy"
    port = free_port()
    haproxy = await MasterWorker.open(directory, haproxy_binary)
    try:
        await haproxy.start(body(port))
        await haproxy.reload(body(port, "two"))
        assert await get(port) == "two"
        assert await haproxy.adopt() == body(port, "two")
    finally:
        await haproxy.stop()
        await haproxy.close()


@pytest.mark.parametrize("stopped", ["master_pid", "worker_pid"])
async def test_a_process_that_hangs(
    haproxy: MasterWorker, directory: Path, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    hanging = getattr(await haproxy.info(), stopped)
    os.kill(hanging, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(verdict, "ANSWER", 0.05)
        patch.setattr(process, "_LAST_BREATH", 0.05)
        with pytest.raises(Unavailable, match=r"within 0\.05 s"):
            await haproxy.reload(body(port, "two"))
    os.kill(hanging, signal.SIGCONT)
    assert await get(port) == "one"
    await haproxy.reload(body(port, "three"))
    assert await get(port) == "three"
    assert (directory / "haproxy.cfg").read_text() == haproxy.config()


async def test_a_socket_that_is_missing(
    haproxy: MasterWorker, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    socket = directory / "master.sock"
    aside = socket.rename(directory / "aside.sock")
    with monkeypatch.context() as patch:
        patch.setattr(master, "_ABSENCE", 0.05)
        patch.setattr(process, "_LAST_BREATH", 0.05)
        with pytest.raises(Unavailable, match=f"{socket} is missing"):
            await haproxy.reload(body(port, "two"))
        with pytest.raises(Unavailable, match=f"{socket} is missing"):
            await haproxy.info()
    assert await get(port) == "one"
    aside.rename(socket)
    await haproxy.reload(body(port, "three"))
    assert await get(port) == "three"


async def test_a_reload_whose_outcome_is_not_known(
    haproxy: MasterWorker, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    with monkeypatch.context() as patch:
        patch.setattr(verdict, "PATIENCE", 0.0)
        patch.setattr(process, "_LAST_BREATH", 0.0)
        with pytest.raises(Unavailable):
            await haproxy.reload(body(port, "two"))
    with pytest.raises(HAProxyFailed, match="unknown keyword"):
        await haproxy.reload("bogus\n")
    assert body(port, await get(port)) in haproxy.config()
    assert (directory / "haproxy.cfg").read_text() == haproxy.config()


async def test_no_worker_outlives_the_end(
    haproxy: MasterWorker, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await haproxy.start(body(free_port()))
    info = await haproxy.info()
    os.kill(info.worker_pid, signal.SIGSTOP)
    monkeypatch.setattr(process, "_LEFTOVER_GRACE", 0.05)
    os.kill(info.master_pid, signal.SIGKILL)
    assert await haproxy.ended() == "was killed by SIGKILL"
    assert kernel.find(directory) == []
