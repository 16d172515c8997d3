"""Servers that are not there, hang, or are something else: one line, an exit code, and what to do next."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct
from tests.haproxies import binaries
from tests.integration.command import Cli, backend, switching
from tests.web import Web

UNKNOWN = "Whether the change was made is not known: `aqueduct history` and `aqueduct status` tell."


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli("127.0.0.1:1", tmp_path)


async def test_nobody_there(cli: Cli) -> None:
    async with Web("no gRPC") as web:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            down, proxied, unresolved, web_said, timed_out = await asyncio.gather(
                cli.refuses(5, "get"),
                cli.having(http_proxy="http://127.0.0.1:2", grpc_proxy="http://127.0.0.1:2").refuses(
                    5, "status"
                ),
                cli.refuses(5, "get", "--server", "nosuch.invalid"),
                cli.refuses(5, "get", "-s", f"127.0.0.1:{web.port}"),
                cli.refuses(5, "get", "-s", f"127.0.0.1:{port}", "--timeout", "200ms"),
            )
    assert down == (
        "127.0.0.1:1 cannot be reached: Connection refused. "
        "Does Aqueduct run there? `--server` names another."
    )
    assert proxied == down
    assert unresolved.startswith("nosuch.invalid:10001 cannot be reached: ")
    assert web_said == (
        f"127.0.0.1:{web.port} does not speak gRPC. Is it the right port? That of gRPC is 10001 by default."
    )
    assert timed_out == f"127.0.0.1:{port} did not answer within 0.2 s. `--timeout` waits longer."


async def test_the_server_is_the_one_that_is_named(cli: Cli) -> None:
    cli.file("b.json", backend("b"))
    nowhere = cli.having(AQUEDUCT_SERVER="192.0.2.1:1")  # which would not answer at all
    said = await asyncio.gather(
        nowhere.refuses(5, "status", "-s", "127.0.0.1:1", "--timeout", "9s"),
        nowhere.refuses(5, "put", "b.json", "--server", "127.0.0.1:1", "--timeout", "9s", "--wait"),
    )
    assert {line.partition(" ")[0] for line in said} == {"127.0.0.1:1"}


async def test_a_server_that_hangs_or_is_killed_amid_a_change(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("aq")
    async with Aqueduct(directory / "data", binaries()[0]) as aqueduct:
        cli = Cli(aqueduct.target, directory)
        cli.file("b.json", backend("b"))
        os.kill(aqueduct.pid, signal.SIGSTOP)
        try:
            hangs = await cli.having(AQUEDUCT_TIMEOUT="0.5").refuses(5, "put", "b.json")
        finally:
            os.kill(aqueduct.pid, signal.SIGCONT)
        terminal = await switching(cli, "waits", "60s")
        await terminal.shows("backends/waits proving")
        await aqueduct.end(signal.SIGKILL)
        killed = await terminal.end()
    assert hangs == f"{aqueduct.target} did not answer within 0.5 s. {UNKNOWN}"
    assert killed.code == 5
    assert f"aqueduct: {aqueduct.target} was lost: " in killed.out
    assert killed.out.endswith(f"{UNKNOWN}\n")


async def test_what_is_stored_and_not_served_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    directory = tmp_path_factory.mktemp("aq")
    async with Aqueduct(directory / "data", binaries()[0]) as aqueduct:
        cli = Cli(aqueduct.target, directory)
        file = cli.file("errors.http", "HTTP/1.0 503 Down\r\n\r\n")
        served = backend("b", natives=[f"errorfile 503 {directory / file}"])
        await cli.ok("put", cli.file("b.json", served))
        (directory / file).unlink()
        await cli("put", cli.file("c.json", backend("c")))
        status = await cli("status")
    assert status.code == 1
    assert "Stored, and not served:" in status.lines
    assert any(line.startswith("  backends/b natives[0]: ") for line in status.lines)
