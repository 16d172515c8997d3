"""`top` on a terminal, and `watch stats`, against a server that goes and comes back."""

import json
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from tests.integration.command import Cli, backend, frontend

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def line_of(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().removesuffix("\n")


@pytest_asyncio.fixture(loop_scope="module")
async def shop(cli: Cli) -> AsyncIterator[str]:
    """Have a frontend and a backend whose one member is not there; give the member's name."""
    port = free_port()
    proxies = frontend("shop", free_port(), "shopping"), backend("shopping", port, check=None)
    await cli.ok("put", *(cli.file(f"{index}.json", proxy) for index, proxy in enumerate(proxies)))
    yield f"127.0.0.1:{port}"
    await cli.ok("delete", "frontends/shop", "backends/shopping")


async def test_top_shows_what_is_there_and_obeys_keys(cli: Cli, shop: str) -> None:
    terminal = await cli.terminal("top", "shop*", "--interval", "100ms", "--sort", "errors")
    await terminal.shows("> shop")
    await terminal.shows("= shopping")
    await terminal.shows(shop)
    await terminal.shows("Layer4 connection problem: Connection refused")
    await terminal.shows("by errors")
    terminal.type("s")
    await terminal.shows("by name")
    terminal.type("/ping")
    await terminal.shows("find: ping_")
    terminal.type("\r")
    await terminal.shows("1-2 of 2")
    terminal.type("q")
    done = await terminal.end()
    assert (done.code, done.out.endswith("\x1b[?1049l")) == (0, True)


async def test_ctrl_c_leaves_the_terminal_as_it_was(cli: Cli, shop: str) -> None:
    terminal = await cli.terminal("top", "--kind", "member")
    await terminal.shows(shop)
    terminal.interrupt()
    done = await terminal.end()
    assert (done.code, done.out.endswith("\x1b[?25h\x1b[?1049l")) == (0, True)


async def test_top_needs_a_terminal_and_a_server(cli: Cli) -> None:
    assert await cli.refuses(2, "top") == "top needs a terminal: `aqueduct watch stats` writes to anything."
    alone = await cli.on_terminal("top", "-s", "127.0.0.1:1")
    assert alone.code == 5
    assert "\x1b[?1049laqueduct: 127.0.0.1:1 cannot be reached: Connection refused. " in alone.out


async def test_a_server_that_is_away_is_told_of_until_it_is_back(
    cli: Cli, shared: Aqueduct, shop: str
) -> None:
    terminal = await cli.terminal("top")
    await terminal.shows(shop)
    watching = await cli.start("watch", "stats", "shop", "--kind", "frontend", "-i", "100ms", "-o", "json")
    assert json.loads(await line_of(watching))["snapshot"]
    await shared.end(signal.SIGKILL)
    await terminal.shows("trying again")
    await shared.start()
    while not json.loads(await line_of(watching)).get("snapshot"):
        pass  # what was told before it went
    terminal.type("q")
    assert (await terminal.end()).code == 0
    watching.send_signal(signal.SIGINT)
    await watching.communicate()
    assert watching.returncode == 130


async def test_watch_stats_tells_lines(cli: Cli, shop: str) -> None:
    process = await cli.start("watch", "stats", "shopping", "--interval", "100ms")
    told = [await line_of(process) for _ in range(2)]
    assert "backends/shopping DOWN" in told[0]
    assert f"backends/shopping/members/{shop} DOWN" in told[1]
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert process.returncode == 130
