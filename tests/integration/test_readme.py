"""The Python of the README and of docs/, and the README's curl, run as they stand."""

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from aqueduct.demo.ports import free_port as another_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from tests.load import fetch
from tests.readme import example, examples
from tests.web import Web


async def test_the_python_of_the_readme(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    script = example("python", {10_001: aqueduct.grpc_port, 8_001: web.port, 8_080: free_port})
    out, _ = await _run(script)
    assert out.startswith("1 ")
    assert (await fetch(free_port, "/api/x")).body == b"web"
    assert (await fetch(free_port, "/")).status == 503  # its backend does not exist yet


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
async def test_the_curl_of_the_readme(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    lines = example("sh", {10_000: aqueduct.port, 8_001: web.port, 8_080: free_port}).splitlines()
    answers = []
    for line in lines:
        command = f'curl() {{ command curl -sS --fail-with-body "$@"; }}\n{line}'
        process = await asyncio.create_subprocess_exec("bash", "-ec", command, stdout=PIPE, stderr=PIPE)
        out, err = await process.communicate()
        assert process.returncode == 0, (line, out, err)
        answers.append(out.decode())
        while (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status.transitions:
            pass  # the member has to pass its check, which takes less than somebody who types
    backend, frontend, served, backends, config, planned, deleted, document, told = answers
    assert json.loads(backend)["id"] == "backend/web"
    assert json.loads(frontend)["id"] == json.loads(deleted)["id"] == "frontend/web"
    assert served == "web"
    assert [each["key"] for each in json.loads(backends)] == ["web"]
    assert f"bind 127.0.0.1:{free_port}" in config
    assert "balance leastconn" in json.loads(planned)["plan"]["configDiff"]
    assert json.loads(document)["openapi"] == "3.1.0"
    assert [each["key"] for each in json.loads(told)["stats"]] == ["web"]


async def test_the_python_of_the_page_on_the_client(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    ports = {10_001: aqueduct.grpc_port, 8_001: web.port, 8_080: free_port}
    blocking, with_asyncio = examples("python", ports, "docs/client-python.md")
    out, _ = await _run(blocking)
    assert out.splitlines() == [
        "serving, with balance roundrobin",
        "REVISION_MISMATCH True",
        "['backend.balance']",
        "['web']",
        "frontends: 1",
        "changed: frontends/web",
    ]
    out, _ = await _run(with_asyncio)
    assert out.splitlines() == ["serving: True", "['app']", f"['127.0.0.1:{web.port}']"]


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
