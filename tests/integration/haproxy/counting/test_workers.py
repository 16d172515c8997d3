"""Whose counters are read: workers that serve, end, are killed, hang, or were reloaded by somebody else."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aqueduct.demo.ports import free_port
from aqueduct.haproxy import dumping
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.haproxy.master import MasterCLI
from aqueduct.plan.verify import PROBE
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.statistics import COUNTERS, GAUGES, LineKind, LineName, Reading
from tests.integration.haproxy.counting.reading import Watch, count
from tests.integration.haproxy.support import DEFAULTS, body, get

FRONTEND, BACKEND, SERVER = LineKind


def requests(reading: Reading) -> int:
    return count(reading, "req_tot", FRONTEND, "web")


async def asked(port: int, times: int) -> None:
    """Make some requests, each answered and over."""
    for _ in range(times):
        await get(port)


async def total(haproxy: MasterWorker, expected: int) -> Reading:
    """Return the reading that tells so many requests: HAProxy counts the last a moment after its answer."""
    async with asyncio.timeout(5):
        while requests(reading := await haproxy.statistics.read()) != expected:
            assert requests(reading) < expected
    assert requests(await haproxy.statistics.read()) == expected
    return reading


async def gone(directory: Path) -> None:
    """Wait until there is no old worker."""
    cli = MasterCLI(directory)
    while (await cli.processes()).old_workers:
        await asyncio.sleep(0)


async def test_what_is_not_read_before_a_reload_is_not_lost(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    for number in range(3):
        await asked(port, 5)
        await haproxy.reload(body(port, f"answer-{number}"))
    await asked(port, 5)
    await gone(directory)
    reading = await total(haproxy, 20)
    assert reading.is_whole
    assert count(reading, "hrsp_2xx", FRONTEND, "web") == 20


async def test_reloads_in_quick_succession(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    async with Watch(haproxy.statistics):
        for number in range(10):
            await asyncio.gather(asked(port, 3), haproxy.reload(body(port, f"answer-{number}")))
        await gone(directory)
    await total(haproxy, 30)


async def test_a_worker_without_sessions_is_gone_soon(haproxy: MasterWorker, directory: Path) -> None:
    await haproxy.start(body(free_port()))
    await haproxy.reload(body(free_port()))
    assert await haproxy.old_workers() == ()
    assert (await haproxy.info()).old_workers == 0
    await gone(directory)


async def test_a_failed_reload_lets_go_of_the_worker(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 2)
    with pytest.raises(HAProxyFailed):
        await haproxy.reload("bogus\n")
    await asked(port, 2)
    await total(haproxy, 4)
    await haproxy.reload(body(port))
    await asked(port, 2)
    await gone(directory)
    await total(haproxy, 6)


@asynccontextmanager
async def tunnel(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect, and close it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_session_that_outlives_reloads_is_counted_as_it_goes_on(
    haproxy: MasterWorker, directory: Path
) -> None:
    """HAProxy counts its bytes when it ends, and the session as it begins."""
    port, through = free_port(), free_port()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while received := await reader.read(100):
            writer.write(received)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        to = server.sockets[0].getsockname()[1]
        tcp = f"listen tunnel\n    mode tcp\n    bind 127.0.0.1:{through}\n    server echo 127.0.0.1:{to}\n"
        await haproxy.start(body(port, more=tcp))
        old = (await haproxy.info()).worker_pid
        async with Watch(haproxy.statistics) as watch:
            async with tunnel(through) as (reader, writer):
                for sent in range(1, 4):
                    writer.write(b"x" * 100)
                    await reader.readexactly(100)
                    reading = await haproxy.statistics.read(["tunnel"])
                    assert len(reading.lines) == 3
                    assert not reading.is_whole
                    line = reading.lines[LineName(SERVER, "tunnel", "echo")]
                    assert line.gauges[GAUGES.index("scur")] == 1
                    assert line.counters[COUNTERS.index("stot")] == sent
                    await haproxy.reload(body(port, f"answer-{sent}", more=tcp))
                    while await haproxy.old_workers() != (old,):
                        await asyncio.sleep(0)
                    async with tunnel(through) as (other, short):  # one that the next worker has
                        short.write_eof()
                        assert await other.read() == b""
            await gone(directory)
            whole = await haproxy.statistics.read()
            watch.hold_against(whole)
    assert count(whole, "bin", SERVER, "tunnel", "echo") == count(whole, "bout", FRONTEND, "tunnel") == 300
    assert count(whole, "stot", FRONTEND, "tunnel") == 4
    line = whole.lines[LineName(SERVER, "tunnel", "echo")]
    assert line.gauges[GAUGES.index("scur")] == 0
    assert line.gauges[GAUGES.index("smax")] == 1


def members(port: int, to: int, more: str = "") -> str:
    return f"""{DEFAULTS}
frontend web
    bind 127.0.0.1:{port}
    default_backend app
backend app
    server a 127.0.0.1:{to}
{more}"""


async def test_a_server_that_is_deleted_and_added_live_counts_on(
    haproxy: MasterWorker, directory: Path
) -> None:
    port, to = free_port(), free_port()
    await haproxy.start(
        members(
            port,
            to,
            f"frontend behind\n    bind 127.0.0.1:{to}\n    http-request return status 200\n",
        )
    )
    name = LineName(SERVER, "app", "a")
    async with Watch(haproxy.statistics):
        for times in range(1, 4):
            await asked(port, 4 - times)
            reading = await total(haproxy, sum((3, 2, 1)[:times]))
            while count(reading, "hrsp_2xx", *name) != sum((3, 2, 1)[:times]):
                reading = await haproxy.statistics.read()
            await haproxy.runtime.send(["set server app/a state maint", "shutdown sessions server app/a"])
            while "Server deleted." not in (await haproxy.runtime.send(["del server app/a"]))[0]:
                await asyncio.sleep(0)
            added = [f"add server app/a 127.0.0.1:{to}", "enable server app/a"]
            assert "registered" in (await haproxy.runtime.send(added))[0]
        assert count(await haproxy.statistics.read(["app"]), "hrsp_2xx", *name) == 6
        await haproxy.reload(members(port, to))
        await gone(directory)
        assert count(await haproxy.statistics.read(), "hrsp_2xx", *name) == 6


async def test_a_line_that_is_gone_is_forgotten(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 3)
    await total(haproxy, 3)
    await haproxy.reload(f"{DEFAULTS}\nfrontend other\n    bind 127.0.0.1:{free_port()}\n")
    assert LineName(FRONTEND, "web") not in (await haproxy.statistics.read()).lines
    await gone(directory)
    await haproxy.statistics.read()
    await haproxy.reload(body(port))
    await asked(port, 2)
    await total(haproxy, 2)


async def test_what_is_aqueducts_own_is_left_out(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(
        body(port, more=f"listen _aqueduct_stats\n    bind 127.0.0.1:{free_port()}\n    stats uri /\n")
    )
    await haproxy.runtime.send([f"add server app/{PROBE}-1 127.0.0.1:9"])
    names = list((await haproxy.statistics.read()).lines)
    assert names == [LineName(FRONTEND, "web"), LineName(SERVER, "app", "a"), LineName(BACKEND, "app")]


async def test_an_haproxy_that_was_killed_counts_as_it_was_read_last(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 3)
    await total(haproxy, 3)
    os.kill((await haproxy.info()).worker_pid, signal.SIGKILL)
    await haproxy.ended()
    with pytest.raises(HAProxyFailed):
        await haproxy.statistics.read()
    await haproxy.start(body(port))
    await asked(port, 2)
    await total(haproxy, 5)


async def test_an_old_worker_that_was_killed_counts_as_it_was_read_last(
    haproxy: MasterWorker, directory: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port).replace("hard-stop-after 10s", "hard-stop-after 300ms"))
    await asked(port, 3)
    async with tunnel(port) as (_, writer):
        writer.write(b"GET / HTTP/1.1\r\n")  # not the whole request
        await haproxy.reload(body(port))
        await total(haproxy, 3)
        await gone(directory)
        await asked(port, 2)
        await total(haproxy, 5)


async def test_a_reload_by_somebody_else_keeps_what_was_read(haproxy: MasterWorker, directory: Path) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 3)
    await total(haproxy, 3)
    await MasterCLI(directory).command("reload")
    await asked(port, 2)
    await total(haproxy, 5)


async def test_an_haproxy_that_is_adopted_counts_what_it_had(
    haproxy: MasterWorker, haproxy_binary: Path
) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 3)
    await haproxy.close()
    second = await MasterWorker.open(haproxy._directory.path, haproxy_binary)
    try:
        await second.adopt()
        await total(second, 3)
        await second.reload(body(port, "two"))
        await asked(port, 2)
        await total(second, 5)
    finally:
        await second.close()


async def test_a_worker_that_hangs_is_an_error_and_holds_up_no_other(
    haproxy: MasterWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 3)
    await total(haproxy, 3)
    monkeypatch.setattr(dumping, "_SILENCE", 0.1)
    worker = (await haproxy.info()).worker_pid
    os.kill(worker, signal.SIGSTOP)
    for _ in range(2):
        with pytest.raises(HAProxyFailed):
            await haproxy.statistics.read()
    os.kill(worker, signal.SIGCONT)
    await asked(port, 1)
    await total(haproxy, 4)


async def test_haproxy_ends_at_once_though_workers_are_held(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port))
    async with tunnel(port) as (_, writer):
        writer.write(b"GET / HTTP/1.1\r\n")  # not the whole request
        assert await get(port)
        for answer in ("two", "three"):
            await haproxy.reload(body(port, answer))
        os.kill(haproxy._running().master.pid, signal.SIGTERM)
        async with asyncio.timeout(2):
            await haproxy.ended()


@pytest.mark.parametrize("name", ["both", "plain", "bare", "72", "none", "a; show info", "", "x y"])
async def test_a_few_proxies_are_read_by_name(haproxy: MasterWorker, name: str) -> None:
    """Names may be those of a frontend and of a backend, and numbers; a backend may have no server."""
    http = "    http-request return status 200\n"
    await haproxy.start(
        f"{DEFAULTS}\n"
        + "".join(f"frontend {each}\n    bind 127.0.0.1:{free_port()}\n{http}" for each in ("both", "72"))
        + "backend both\n    server s 127.0.0.1:9\nbackend plain\n    server s 127.0.0.1:9\nbackend bare\n"
    )
    expected = {
        "both": [LineName(FRONTEND, "both"), LineName(SERVER, "both", "s"), LineName(BACKEND, "both")],
        "plain": [LineName(SERVER, "plain", "s"), LineName(BACKEND, "plain")],
        "bare": [LineName(BACKEND, "bare")],
        "72": [LineName(FRONTEND, "72")],
    }
    for _ in range(2):
        reading = await haproxy.statistics.read([name])
        assert list(reading.lines) == expected.get(name, [])
    await haproxy.statistics.read()
    assert list((await haproxy.statistics.read([name])).lines) == expected.get(name, [])
    both = await haproxy.statistics.read(["plain", "both", name])
    assert set(both.lines) == {*expected["both"], *expected["plain"], *expected.get(name, [])}


async def test_lines_that_did_not_change_are_the_same(haproxy: MasterWorker) -> None:
    port = free_port()
    await haproxy.start(body(port))
    await asked(port, 2)
    first = (await total(haproxy, 2)).lines
    await haproxy.reload(body(port, "two"))
    second = (await haproxy.statistics.read()).lines
    app = LineName(BACKEND, "app")
    assert second[app] is first[app]
    assert second[app].changed
    await asked(port, 1)
    third = (await total(haproxy, 3)).lines
    assert third[app] is second[app]
    assert third[LineName(FRONTEND, "web")] is not second[LineName(FRONTEND, "web")]


async def test_an_idle_connection_is_dropped(haproxy: MasterWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aqueduct.haproxy.statistics._IDLE", 0.01)
    await haproxy.start(body(free_port()))
    await haproxy.statistics.read()
    worker = haproxy.statistics._serving
    assert worker is not None
    while worker.is_connected:
        await asyncio.sleep(0)
    await haproxy.statistics.read()
    assert haproxy.statistics._serving is worker
