"""Start, serve, reload, stop: what an HAProxy that nothing disturbs does."""

from pathlib import Path

import pytest

from aqueduct.errors import Unavailable
from aqueduct.haproxy import kernel
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.ports.haproxy import HAProxyFailed
from tests.integration.haproxy.support import body, free_port, get


async def test_it_starts_serves_and_stops(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    assert await get(port) == "one"
    assert haproxy.config() == (directory / "haproxy.cfg").read_text()
    info = await haproxy.info()
    assert haproxy.capabilities.version.startswith(info.version)
    assert info.worker_pid != info.master_pid
    assert info.old_workers == 0
    assert info.max_connections > 0
    await haproxy.stop()
    assert (await haproxy.ended()).startswith(("exited with 0", "exited with 143"))  # 2.8, 2.6
    assert kernel.find(directory) == []
    assert haproxy.config() == ""
    with pytest.raises(Unavailable):
        await haproxy.info()
    with pytest.raises(ConnectionRefusedError):
        await get(port)


async def test_it_reloads(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    before = await haproxy.info()
    for answer in ("two", "three", "four"):
        await haproxy.reload(body(port, answer))
        assert await get(port) == answer
        assert body(port, answer) in haproxy.config()
        assert haproxy.config() == (directory / "haproxy.cfg").read_text()
    after = await haproxy.info()
    assert after.master_pid == before.master_pid
    assert after.worker_pid != before.worker_pid


async def test_a_failed_reload_leaves_the_old_worker_and_its_file(
    haproxy: MasterWorker, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port, "one"))
    config = haproxy.config()
    for _ in range(2):
        with pytest.raises(HAProxyFailed, match="unknown keyword 'bogus' in 'backend' section"):
            await haproxy.reload(body(port, "two", "    bogus line\n"))
        assert await get(port) == "one"
        assert haproxy.config() == config == (directory / "haproxy.cfg").read_text()
        assert (directory / "server-state").read_text() == "1\n"
    await haproxy.reload(body(port, "three"))
    assert await get(port) == "three"


async def test_a_broken_configuration_does_not_start(haproxy: MasterWorker, directory: Path) -> None:
    with pytest.raises(HAProxyFailed, match="unknown keyword 'bogus' in 'backend' section"):
        await haproxy.start(body(free_port(), more="    bogus line\n"))
    assert haproxy.config() == ""
    assert kernel.find(directory) == []
    port = free_port()
    await haproxy.start(body(port))
    assert await get(port) == "one"


async def test_a_second_start_is_refused(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port))
    with pytest.raises(HAProxyFailed, match="runs already"):
        await haproxy.start(body(port))
    assert await get(port) == "one"


async def test_a_body_without_listeners_starts(haproxy: MasterWorker) -> None:
    assert await haproxy.check("") == ()
    await haproxy.start("")
    assert (await haproxy.info()).worker_pid


async def test_the_body_cannot_hide_the_master(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port, more="global\n    daemon\n"))
    await haproxy.reload(body(port, "two", more="global\n    daemon\n"))
    assert await get(port) == "two"


async def test_nothing_to_adopt(haproxy: MasterWorker) -> None:
    assert await haproxy.adopt() is None
    assert await haproxy.ended() == "was not started"
    await haproxy.stop()
