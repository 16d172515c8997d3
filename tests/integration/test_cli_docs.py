"""The lines of docs/cli.md run as they stand, one after the other."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from itertools import groupby
from pathlib import Path

import pytest

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.registry_pb2 import RegisterRequest, Registration
from tests import clidoc
from tests.load import fetch
from tests.web import Web

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _register(aqueduct: Aqueduct, version: str, port: int) -> None:
    registration = Registration(name="myapp", version=version, host="127.0.0.1", port=port)
    registration.ttl.FromSeconds(3_600)
    await aqueduct.registry.Register(RegisterRequest(registration=registration))


async def test_the_tour(shared: Aqueduct, tmp_path: Path) -> None:
    async with Web("app") as app, Web("1") as one, Web("2") as two:
        await _register(shared, "1.0.0", one.port)
        await _register(shared, "2.0.0", two.port)
        ports = {"8001": str(app.port), "8080": str(free_port())}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "AQUEDUCT_SERVER": shared.target}

        def here(text: str) -> str:
            return re.sub(r"\b(8001|8080)\b", lambda port: ports[port[1]], text)

        for name, content in clidoc.files().items():
            (tmp_path / name).write_text(here(content))

        async def run(line: str, code: int) -> None:
            process = await asyncio.create_subprocess_shell(
                here(line), stdout=PIPE, stderr=STDOUT, env=environment, cwd=tmp_path
            )
            out, _ = await process.communicate()
            assert process.returncode == code, f"{line}\n{out.decode()}"
            if line.startswith("aqueduct apply -f app.yaml"):
                assert (await fetch(int(ports["8080"]))).body == b"app"

        for reads, group in groupby(clidoc.lines(), _reads):
            if reads:  # none of them depends on the others
                await asyncio.gather(*(run(*line) for line in group))
            else:
                for line in group:
                    await run(*line)


def _reads(line: clidoc.Line) -> bool:
    return line.command.split()[1] in ("get", "history", "diff", "status")
