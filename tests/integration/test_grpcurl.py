"""The README's lines of grpcurl: no .proto files, and an answer through HAProxy right after the put."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct
from tests.load import fetch
from tests.readme import example
from tests.web import Web

GRPCURL = shutil.which("grpcurl") or shutil.which("grpcurl", path=Path.home() / "go" / "bin")

pytestmark = pytest.mark.skipif(GRPCURL is None, reason="grpcurl is not installed (.ci/run tells how)")


async def _run(line: str) -> str:
    command = line.replace("grpcurl", str(GRPCURL), 1)
    process = await asyncio.create_subprocess_shell(command, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0, f"{line}\n{err.decode()}"
    return out.decode()


async def test_the_lines_of_the_readme(aqueduct: Aqueduct, web: Web, free_port: int) -> None:
    ports = {10_001: aqueduct.grpc_port, 8_001: web.port, 8_080: free_port}
    services, backend, frontend, curl, status, config = example("console", ports).splitlines()

    assert {
        "aqueduct.v1.BackendService",
        "aqueduct.v1.ConfigService",
        "aqueduct.v1.FrontendService",
        "aqueduct.v1.HAProxyService",
        "aqueduct.v1.RegistryService",
        "grpc.health.v1.Health",
    } <= set((await _run(services)).split())

    assert json.loads(await _run(backend))["revision"] == "1"
    assert json.loads(await _run(frontend))["apply"]["kind"] == "APPLY_KIND_RELOAD"
    assert curl == f"curl http://127.0.0.1:{free_port}/"
    answer = await fetch(free_port)
    assert (answer.status, answer.body) == (200, b"web")

    served = json.loads(await _run(status))["status"]
    # Names as in the .proto: descriptors that come from Python hold no others.
    # One revision for each put, and one for the new member that passed its check.
    assert served["applied_revision"] == served["stored_revision"] == "3", served
    assert f"bind 127.0.0.1:{free_port}" in json.loads(await _run(config))["config"]


async def test_the_switch_of_the_readme(aqueduct: Aqueduct) -> None:
    async with Web("1") as one, Web("2") as two:
        ports = {10_001: aqueduct.grpc_port, 8_001: one.port, 8_002: two.port}
        answers = [json.loads(await _run(line)) for line in example("shell", ports).splitlines()]
    assert answers[0]["registration"]["id"] == f"/myapp/1.0.0/127.0.0.1/{one.port}"
    switched, drained, listed = answers[3:]
    assert switched["backend"]["version"] == "2.0.0"
    assert switched["apply"]["kind"] == drained["apply"]["kind"] == "APPLY_KIND_RUNTIME"
    states = {member["port"]: member["admin_state"] for member in listed["members"]}
    assert states[two.port] == "ADMIN_STATE_DRAIN"


async def test_errors_tell_the_field(aqueduct: Aqueduct) -> None:
    line = f"""{GRPCURL} -plaintext -d '{{"frontend": {{"key": "a b"}}}}' {aqueduct.target}"""
    process = await asyncio.create_subprocess_shell(
        f"{line} aqueduct.v1.FrontendService/PutFrontend", stdout=PIPE, stderr=PIPE
    )
    _, err = await process.communicate()
    assert process.returncode != 0
    assert "Code: InvalidArgument" in err.decode()
    assert "frontend.key" in err.decode()
