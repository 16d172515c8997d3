"""Aqueduct is killed amid its reloads: HAProxy serves on, and what it runs is known."""

import asyncio
import random
import sys
from pathlib import Path

from aqueduct.haproxy import kernel
from aqueduct.haproxy.adapter import MasterWorker
from tests.integration.haproxy.support import body, free_port, get

KILLS = 8


async def killed_amid_reloads(directory: Path, binary: Path, port: int, first: int, after: int) -> int:
    """Have another process reload, and kill it at some moment after a reload; return the last it told of.

    `after` turns of a busy loop pass in between, so that kills fall into all parts of a reload.
    """
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.haproxy.reloading",
        *(str(argument) for argument in (directory, binary, port, first)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    told = await program.stdout.readline()
    for _ in range(after):
        await asyncio.sleep(0)
    program.kill()
    told += await program.stdout.read()
    await program.wait()
    return max(int(line) for line in told.split())


async def test_kills(directory: Path, haproxy_binary: Path) -> None:
    port = free_port()
    masters = set()
    last = 0
    for _ in range(KILLS):
        last = await killed_amid_reloads(directory, haproxy_binary, port, last + 1, random.randrange(3000))
        (master,) = (found.pid for found in kernel.find(directory) if found.leads)
        masters.add(master)
        haproxy = await MasterWorker.open(directory, haproxy_binary)
        adopted = await haproxy.adopt()
        answer = await get(port)
        assert adopted == body(port, answer)
        assert int(answer) in {last, last + 1}
        assert haproxy.config() == (directory / "haproxy.cfg").read_text()
        assert (directory / "server-state").read_text() == "1\n"
        await haproxy.close()
        last = int(answer)
    assert len(masters) == 1
    haproxy = await MasterWorker.open(directory, haproxy_binary)
    await haproxy.adopt()
    await haproxy.stop()
    assert kernel.find(directory) == []
    await haproxy.close()
