"""The Python of the README and of docs/ runs as it stands."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from aqueduct.demo.ports import free_port as another_port
from aqueduct.demo.processes import Aqueduct
from tests.load import fetch
from tests.readme import example
from tests.web import Web


async def test_the_python_of_the_readme(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    script = example("python", {10_001: aqueduct.grpc_port, 8_001: web.port, 8_080: free_port})
    out, _ = await _run(script)
    assert out.startswith("1 ")
    assert (await fetch(free_port, "/api/x")).body == b"web"
    assert (await fetch(free_port, "/")).status == 503  # its backend does not exist yet


async def test_the_python_of_the_page_on_the_module(free_port: int, tmp_path: Path) -> None:
    grpc_port = another_port()
    script = example("python", {10_001: grpc_port, 8_080: free_port}, "docs/module.md")
    out, err = await _run(script, tmp_path)
    assert out.splitlines() == [
        "['backend.key', 'backend.type']",
        "registered []",
        "registered ['/app/1/127.0.0.1/8001']",
        f"gRPC on port {grpc_port}",
    ]
    assert err == ""
    assert Aqueduct(tmp_path / "aqueduct-data").haproxy_pids() == []  # HAProxy has ended with it


async def _run(script: str, cwd: Path | None = None) -> tuple[str, str]:
    """Run a script to its end; return what it wrote to stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=PIPE, stderr=PIPE, cwd=cwd
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode(), err.decode()
