"""The demo, as a user runs it: no request fails, and nothing is left of it."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest


async def _demo(haproxy_binary: Path, scratch: Path, seconds: float) -> Process:
    options = [f"--haproxy-bin={haproxy_binary}", f"--seconds={seconds}"]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "aqueduct", "demo", *options,
        stdout=PIPE, env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip


def _alive(told: str) -> list[int]:
    return [int(pid) for pid in re.findall(r"\(process (\d+)\)", told) if Path("/proc", pid, "exe").exists()]


def _left(scratch: Path) -> list[Path]:
    return list(scratch.iterdir())


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


async def test_no_request_fails(haproxy_binary: Path, scratch: Path) -> None:
    demo = await _demo(haproxy_binary, scratch, seconds=3)
    told = (await demo.communicate())[0].decode()
    assert demo.returncode == 0, told
    assert re.search(r"^failed +0$", told, re.MULTILINE)
    assert re.search(r"^1\.0\.0 +[\d,]*[1-9][\d,]*$", told, re.MULTILINE)
    assert re.search(r"^2\.0\.0 +[\d,]*[1-9][\d,]*$", told, re.MULTILINE)
    switched = (
        r"SetBackendVersion web 2\.0\.0 +revision 4 +runtime +[\d.]+ ms  \(backend web: 1 server added\)$"
    )
    assert re.search(switched, told, re.MULTILINE)
    assert re.search(r"ms  proving: 2\.0\.0 has to pass its check, 1\.0\.0 serves$", told, re.MULTILINE)
    assert re.search(r"ms  draining: 2\.0\.0 serves, 1\.0\.0 finishes its sessions$", told, re.MULTILINE)
    assert re.search(r"ms  over: 2\.0\.0 alone$", told, re.MULTILINE)
    assert re.search(r"request of 0\.5 s that was under way is answered by 1\.0\.0$", told, re.MULTILINE)
    assert len(re.findall(r"\(process \d+\)", told)) == 4
    assert _alive(told) == []
    assert _left(scratch) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_interrupted_it_ends_everything(
    haproxy_binary: Path, scratch: Path, how: signal.Signals
) -> None:
    demo = await _demo(haproxy_binary, scratch, seconds=60)
    assert demo.stdout is not None
    told = (await demo.stdout.readuntil(b"half of them keep-alive")).decode()
    assert len(_alive(told)) == 4
    demo.send_signal(how)
    told += (await demo.communicate())[0].decode()
    assert demo.returncode == 130
    assert _alive(told) == []
    assert _left(scratch) == []


async def test_what_is_no_haproxy(scratch: Path) -> None:
    demo = await _demo(Path(sys.executable), scratch, seconds=1)
    told = (await demo.communicate())[0].decode()
    assert demo.returncode == 1
    assert _alive(told) == []
    assert _left(scratch) == []
