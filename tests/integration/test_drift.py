"""What somebody does behind Aqueduct's back is reported and put right."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import grpc.aio
import pytest

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.haproxy.master import short_path
from aqueduct.v1.backend_pb2 import CHECK_NONE
from tests.integration.asking import master_pid, status_of
from tests.integration.members import KEY, Live, dead_member, members, services, worker_pid
from tests.load import fetch


@pytest.fixture
async def aqueduct(haproxy_binary: Path, tmp_path: Path) -> AsyncIterator[Aqueduct]:
    options = ["--verify-interval=0.2"]
    async with Aqueduct(tmp_path / "data", haproxy_binary, options) as process:
        yield process


async def type_in(aqueduct: Aqueduct, command: str) -> str:
    """Type a command into HAProxy's socket, as somebody might by hand."""
    with short_path(aqueduct.data_dir / "haproxy") as directory:
        reader, writer = await asyncio.open_unix_connection(directory / "worker.sock")
    writer.write(f"{command}\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode().strip()


@pytest.mark.parametrize(
    "command",
    [
        "set server {} state maint",
        "set server {} state drain",
        "set server {} weight 7",
        "set server {} addr 127.0.0.1 port 1",
        "disable health {}",
    ],
)
async def test_what_commands_can_set_back_needs_no_reload(
    aqueduct: Aqueduct, free_port: int, command: str
) -> None:
    async with services("1", 1) as one:
        await Live.on(aqueduct, members(one), free_port)
        worker = await worker_pid(aqueduct)
        await type_in(aqueduct, command.format(f"{KEY}/{KEY}_127.0.0.1:{one[0].port}"))
        status = await status_of(aqueduct, lambda status: status.drifts > 0)
        assert status.last_drift.resource == f"backends/{KEY}"
        assert f"server {KEY}_127.0.0.1:{one[0].port}: " in status.last_drift.message
        while (await fetch(free_port)).body != b"1":  # out of maintenance it has to be checked again
            pass
        assert (await status_of(aqueduct)).drifts == 1
        assert await worker_pid(aqueduct) == worker


async def test_what_they_cannot_is_put_right_by_a_reload(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one, services("stray", 1) as stray:
        await Live.on(aqueduct, members(one), free_port)
        await type_in(
            aqueduct, f"add server {KEY}/stray 127.0.0.1:{stray[0].port}; enable server {KEY}/stray"
        )
        status = await status_of(aqueduct, lambda status: status.drifts > 0)
        assert "stray should not be there" in status.last_drift.message
        status = await status_of(aqueduct, lambda status: "drift" in status.last_apply.reason)
        assert {(await fetch(free_port)).body for _ in range(8)} == {b"1"}


async def test_a_reload_by_hand_is_noticed(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one:
        live = await Live.on(aqueduct, members(one), free_port)
        worker = await worker_pid(aqueduct)
        os.kill(await master_pid(aqueduct), signal.SIGUSR2)
        status = await status_of(aqueduct, lambda status: status.drifts > 0)
        assert "reloaded by somebody else" in status.last_drift.message
        await status_of(aqueduct, lambda status: "reloaded by somebody" in status.last_apply.reason)
        assert await worker_pid(aqueduct) != worker
        await live.put([*members(one), dead_member()])
        assert (await fetch(free_port)).body == b"1"
        assert (await status_of(aqueduct)).drifts == 1


async def test_a_change_right_after_a_reload_by_hand_is_served(haproxy_binary: Path, tmp_path: Path) -> None:
    """The old worker would obey as well, and would be believed.

    Without checks: a reload by hand loses what they have told.
    """
    async with (
        services("1", 1) as one,
        services("2", 1) as two,
        Aqueduct(tmp_path / "data", haproxy_binary, ["--verify-interval=0"]) as aqueduct,
    ):
        port = free_port()
        live = await Live.on(aqueduct, members(one), port, CHECK_NONE)
        await live.put(members([*one, *two]))
        worker = await worker_pid(aqueduct)
        os.kill(await master_pid(aqueduct), signal.SIGUSR2)
        told = worker
        while told == worker:
            with suppress(grpc.aio.AioRpcError):  # 2.6 answers nothing while it executes itself anew
                told = await worker_pid(aqueduct)
        await live.put(members(two))
        assert {(await fetch(port)).body for _ in range(8)} == {b"2"}
