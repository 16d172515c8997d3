"""The answers of the master CLI, and a master that gives none."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from aqueduct.haproxy.master import MasterCLI, NoAnswer, Processes, parse_processes

OF_2_6 = """\
#<PID>          <type>          <reloads>       <uptime>        <version>      \n\
4028            master          3 [failed: 1]   0d00h00m01s     2.6.12-1+deb12u4
# workers
4060            worker          0               0d00h00m01s     2.6.12-1+deb12u4
# old workers
4050            worker          1               0d00h00m01s     2.6.12-1+deb12u4
4031            worker          2               0d00h00m01s     2.6.12-1+deb12u4
# programs

"""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def test_processes() -> None:
    assert parse_processes(OF_2_6) == Processes(4028, 3, 1, (4060,), (4050, 4031))


def test_a_master_without_a_count_of_failures() -> None:
    assert parse_processes("4028 master 3 0d00h00m01s 2.5.0\n").failed == 0


def test_no_processes() -> None:
    with pytest.raises(NoAnswer):
        parse_processes("Unknown command\n")


async def test_a_master_that_hangs(tmp_path: Path) -> None:
    hanging = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hanging.wait()
        writer.close()

    async with await asyncio.start_unix_server(hang, tmp_path / "master.sock"):
        with pytest.raises(NoAnswer, match=r"did not answer 'show proc' within 0\.05 s"):
            await MasterCLI(tmp_path).command("show proc", 0.05)
        hanging.set()


async def test_no_master(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer):
        await MasterCLI(tmp_path).command("show proc", 0.01)
    with pytest.raises(NoAnswer):
        await MasterCLI(tmp_path / "none").command("show proc", 0.01)


async def test_a_socket_that_appears_later_is_waited_for(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b"@1 show env AQUEDUCT_GENERATION\n"
        writer.write(b"AQUEDUCT_GENERATION=7\n\n")
        writer.close()

    asked = asyncio.create_task(MasterCLI(tmp_path).generation())
    await asyncio.sleep(0)
    async with await asyncio.start_unix_server(answer, tmp_path / "master.sock"):
        assert await asked == 7


async def test_a_worker_that_does_not_tell_its_generation(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.write(b"Can't find the target PID matching the prefix '@1'.\n")
        writer.close()

    async with await asyncio.start_unix_server(answer, tmp_path / "master.sock"):
        with pytest.raises(NoAnswer, match="does not tell"):
            await MasterCLI(tmp_path).generation()


async def test_a_worker_that_knows_no_generation(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.write(b"Variable not found\n\n")
        writer.close()

    async with await asyncio.start_unix_server(answer, tmp_path / "master.sock"):
        assert await MasterCLI(tmp_path).generation() == 0
