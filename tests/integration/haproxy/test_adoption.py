"""What an Aqueduct finds that was killed, at whatever moment, and comes back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from aqueduct.errors import Unavailable
from aqueduct.haproxy import adapter, instance, kernel, master, verdict
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.generations import Generations
from aqueduct.haproxy.master import MasterCLI
from aqueduct.haproxy.process import Master
from aqueduct.ports.haproxy import HAProxyFailed
from tests.integration.haproxy.support import body, extra_of, free_port, get

Reopen = Callable[[], Awaitable[MasterWorker]]


@pytest.fixture
async def reopen(haproxy: MasterWorker, directory: Path, haproxy_binary: Path) -> AsyncIterator[Reopen]:
    """Return what forgets the HAProxy of the test, as a killed Aqueduct does, and opens it again."""
    opened: list[MasterWorker] = [haproxy]

    async def again() -> MasterWorker:
        await opened[-1].close()
        opened.append(await MasterWorker.open(directory, haproxy_binary))
        return opened[-1]

    yield again
    await opened[-1].stop()
    await opened[-1].close()


async def test_what_runs_is_found_again(haproxy: MasterWorker, reopen: Reopen) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    await haproxy.reload(body(port, "two"))
    pid, config = (await haproxy.info()).master_pid, haproxy.config()
    second = await reopen()
    assert second.config() == ""
    assert await second.adopt() == body(port, "two")
    assert second.config() == config
    await second.reload(body(port, "three"))
    assert await get(port) == "three"
    assert (await second.info()).master_pid == pid


def move(directory: Path) -> Path:
    return directory.rename(directory.with_name("moved"))


async def test_a_directory_that_was_moved(
    haproxy: MasterWorker, directory: Path, haproxy_binary: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    pid = (await haproxy.info()).master_pid
    await haproxy.close()
    moved = move(directory)
    second = await MasterWorker.open(moved, haproxy_binary)
    try:
        assert await second.adopt() == body(port, "one")
        for answer in ("two", "three"):
            await second.reload(body(port, answer))
            assert await get(port) == answer
        assert (await second.info()).master_pid == pid
    finally:
        await second.stop()
        await second.close()


async def test_the_file_of_a_reload_that_was_never_asked_for_is_put_back(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    config = haproxy.config()
    generations = Generations(directory, extra_of(directory))
    generations.install(generations.add(body(port, "two")))
    second = await reopen()
    assert await second.adopt() == body(port, "one")
    assert (directory / "haproxy.cfg").read_text() == config == second.config()


async def test_a_reload_under_way_is_waited_for_and_the_file_agrees(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    generations = Generations(directory, extra_of(directory))
    for answer in ("two", "three", "four", "five"):
        generations.install(generations.add(body(port, answer)))
        command = asyncio.create_task(MasterCLI(directory).command("reload"))
        second = await reopen()
        adopted = await second.adopt()
        await asyncio.wait([command])
        assert (directory / "haproxy.cfg").read_text() == second.config()
        assert adopted is not None
        assert body(port, await get(port)) == adopted


async def test_an_unknown_configuration_is_told_as_such(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    for path in (*(directory / "generations").iterdir(), directory / "haproxy.cfg"):
        path.unlink()
    second = await reopen()
    assert await second.adopt() == ""
    with pytest.raises(HAProxyFailed):  # also where its number, given twice, would be that of the worker
        await second.reload("bogus\n")
    await second.reload(body(port, "two"))
    assert await get(port) == "two"
    assert second.config() == (directory / "haproxy.cfg").read_text()


async def test_the_text_is_kept_under_the_file(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    (directory / "haproxy.cfg").write_text("# somebody was here\n")
    second = await reopen()
    assert await second.adopt() == body(port, "one")
    assert body(port, "one") in (directory / "haproxy.cfg").read_text()


def foreign(port: int) -> str:
    """Return a whole configuration file that is none of Aqueduct's."""
    return body(port, "foreign")


async def reload_by_hand(directory: Path, port: int) -> None:
    """Reload HAProxy on a file of somebody else, past Aqueduct, and wait for it."""
    (directory / "haproxy.cfg").write_text(foreign(port))
    os.kill((await MasterCLI(directory).processes()).master, signal.SIGUSR2)
    while await get(port) != "foreign":
        await asyncio.sleep(0)


async def test_a_worker_that_somebody_else_loaded_is_not_known(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    await reload_by_hand(directory, port)
    second = await reopen()
    assert await second.adopt() == ""
    assert second.config() == ""
    await second.reload(body(port, "two"))
    assert await get(port) == "two"
    third = await reopen()
    assert await third.adopt() == body(port, "two")


async def test_a_generation_that_was_refused_is_run_by_nobody(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    with pytest.raises(HAProxyFailed):
        await haproxy.reload("bogus\n")
    await reload_by_hand(directory, port)
    second = await reopen()
    assert await second.adopt() == ""


async def test_a_reload_by_hand_is_noticed_at_the_next_reload(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    await reload_by_hand(directory, port)
    with pytest.raises(HAProxyFailed):
        await haproxy.reload("bogus\n")
    assert haproxy.config() == ""
    await haproxy.reload(body(port, "one"))
    assert await get(port) == "one"


async def test_a_master_that_died_meanwhile_is_not_adopted(haproxy: MasterWorker, reopen: Reopen) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    os.kill((await haproxy.info()).master_pid, signal.SIGKILL)
    await haproxy.ended()
    second = await reopen()
    assert await second.adopt() is None
    await second.start(body(port, "two"))
    assert await get(port) == "two"


@pytest.mark.parametrize("victim", ["master_pid", "worker_pid"])
async def test_a_death_is_noticed(haproxy: MasterWorker, directory: Path, victim: str) -> None:
    port = free_port()
    await haproxy.start(body(port))
    watch = asyncio.create_task(haproxy.ended())
    os.kill(getattr(await haproxy.info(), victim), signal.SIGKILL)
    how = await watch
    if victim == "master_pid":
        assert how == "was killed by SIGKILL"
    else:
        assert how.startswith("exited with 137: ")
        assert "exited with code 137 (Killed)" in how
    assert kernel.find(directory) == []
    assert haproxy.config() == ""
    await haproxy.start(body(port, "two"))
    assert await get(port) == "two"


async def test_the_death_of_an_adopted_master_is_noticed(haproxy: MasterWorker, reopen: Reopen) -> None:
    await haproxy.start(body(free_port()))
    second = await reopen()
    await second.adopt()
    watch = asyncio.create_task(second.ended())
    os.kill((await second.info()).master_pid, signal.SIGKILL)
    # Only in this test is an adopted master our child all the same.
    assert await watch == "was killed by SIGKILL"


async def test_a_worker_without_a_master_is_ended(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port))
    info = await haproxy.info()
    os.kill(info.worker_pid, signal.SIGSTOP)
    os.kill(info.master_pid, signal.SIGKILL)
    second = await reopen()
    assert await second.adopt() is None
    assert kernel.find(directory) == []


async def test_waiting_for_the_end_can_be_cancelled(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port))
    watches = [asyncio.create_task(haproxy.ended()) for _ in range(2)]
    await haproxy.info()
    watches[0].cancel()
    await asyncio.wait(watches[:1])
    assert await get(port) == "one"
    await haproxy.stop()
    assert (await watches[1]).startswith("exited")


async def test_a_master_that_has_not_finished_its_start(
    haproxy: MasterWorker, reopen: Reopen, directory: Path
) -> None:
    port = free_port()
    starting = asyncio.create_task(haproxy.start(body(port)))
    while not kernel.find(directory):
        await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    second = await reopen()
    assert await second.adopt() == body(port)
    assert await get(port) == "one"


async def test_a_start_that_was_cancelled_can_be_stopped(haproxy: MasterWorker, directory: Path) -> None:
    starting = asyncio.create_task(haproxy.start(body(free_port())))
    while not kernel.find(directory):
        await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    await haproxy.stop()
    assert kernel.find(directory) == []


async def test_a_master_that_does_not_answer_is_ended(
    haproxy: MasterWorker, reopen: Reopen, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await haproxy.start(body(free_port()))
    monkeypatch.setattr(verdict, "PATIENCE", 0.05)
    monkeypatch.setattr(adapter, "_STOP_GRACE", 0.05)
    os.kill((await haproxy.info()).master_pid, signal.SIGSTOP)
    second = await reopen()
    assert await second.adopt() is None
    assert kernel.find(directory) == []


async def test_one_that_is_silent_is_asked_no_longer_than_once(
    haproxy: MasterWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await haproxy.start(body(free_port()))
    pid = (await haproxy.info()).master_pid
    monkeypatch.setattr(instance, "_PATIENCE", 0.05)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Unavailable, match=r"did not answer within 0\.05 s"):
        await haproxy.info()
    os.kill(pid, signal.SIGCONT)
    monkeypatch.undo()
    assert (await haproxy.info()).master_pid == pid


async def test_a_master_whose_socket_is_missing_is_ended_soon(
    haproxy: MasterWorker, reopen: Reopen, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await haproxy.start(body(free_port()))
    (directory / "master.sock").unlink()
    monkeypatch.setattr(master, "_ABSENCE", 0.05)
    # No timeout of a command or of the adoption may be what ends it.
    monkeypatch.setattr(verdict, "PATIENCE", float("inf"))
    second = await reopen()
    assert await second.adopt() is None
    assert kernel.find(directory) == []


async def test_a_master_that_starts_without_a_socket_is_waited_for(
    haproxy: MasterWorker, reopen: Reopen, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It reads that for some 0.5 s of CPU before it makes its socket: long enough to be stopped in between.
    large = body(free_port()) + "".join(f"backend b{number}\n" for number in range(20_000))
    starting = asyncio.create_task(haproxy.start(large))
    while not (found_first := kernel.find(directory)):
        await asyncio.sleep(0)
    (process,) = found_first
    os.kill(process.pid, signal.SIGSTOP)
    starting.cancel()
    await asyncio.wait([starting])
    monkeypatch.setattr(master, "_ABSENCE", 0.0)
    asked = asyncio.Event()

    def starts(self: Master) -> bool:
        answer = found(self)
        loop.call_soon_threadsafe(asked.set)
        return answer

    loop, found = asyncio.get_running_loop(), Master.starts
    monkeypatch.setattr(Master, "starts", starts)
    second = await reopen()
    adopting = asyncio.create_task(second.adopt())
    await asked.wait()
    os.kill(process.pid, signal.SIGCONT)
    assert await adopting == large
