"""The README's Python runs as it stands."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from aqueduct.demo.processes import Aqueduct
from tests.load import fetch
from tests.readme import example
from tests.web import Web


async def test_the_python_of_the_readme(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    script = example("python", {10_001: aqueduct.grpc_port, 8_001: web.port, 8_080: free_port})
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert out.decode().startswith("1 ")
    assert (await fetch(free_port, "/api/x")).body == b"web"
    assert (await fetch(free_port, "/")).status == 503  # its backend does not exist yet
