"""Without any client of ours: docs/grpcurl.md as it stands, with each method; scenarios by grpcurl."""

import asyncio
import json
import os
import re
import shutil
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from aqueduct.client.methods import METHODS
from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from tests.clients.grpcurling import GrpcurlDriver
from tests.clients.running import Scenario
from tests.clients.served import SCENARIOS, Served
from tests.haproxies import binaries
from tests.readme import examples
from tests.web import Web

GRPCURL = shutil.which("grpcurl") or shutil.which("grpcurl", path=Path.home() / "go" / "bin")

pytestmark = pytest.mark.skipif(GRPCURL is None, reason="grpcurl is not installed (.ci/run tells how)")

_INVALID_ARGUMENT = 64 + 3


class Page:
    """The blocks of the page, for a server."""

    def __init__(self, ports: dict[int, int]) -> None:
        blocks = [block.splitlines() for block in examples("shell", ports, "docs/grpcurl.md")]
        self.described, (self._call,), self.calls, self.streams, self.kept, self.refused = blocks

    def start(self, line: str) -> Any:
        script = f'grpcurl() {{ "{GRPCURL}" "$@"; }}\n{self._call}\n{line}'
        return asyncio.create_subprocess_exec(
            "bash", "-ec", script, stdout=PIPE, stderr=PIPE, start_new_session=True
        )

    async def run(self, line: str) -> str:
        process = await self.start(line)
        out, err = await process.communicate()
        assert process.returncode == 0, f"{line}\n{err.decode()}"
        return str(out.decode())

    async def first(self, line: str) -> Any:
        """Return the first message of a stream, and leave it."""
        process = await self.start(line)
        text = ""
        while not text.endswith("}\n") or text.count("{") != text.count("}"):
            read = (await process.stdout.readline()).decode()
            assert read, (await process.stderr.read()).decode()
            text += read
        os.killpg(process.pid, signal.SIGTERM)
        await process.communicate()
        return json.loads(text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    directory = tmp_path_factory.mktemp("aq")
    async with Web("1") as one, Web("2") as two, Aqueduct(directory / "data", binaries()[0]) as aqueduct:
        yield Page({10_001: aqueduct.grpc_port, 8_001: one.port, 8_002: two.port, 8_080: free_port()})


def test_the_page_has_each_method() -> None:
    page = (Path(__file__).parents[2] / "docs" / "grpcurl.md").read_text()
    assert set(re.findall(r"\b(\w+/\w+) ['@]", page)) | {"Health/Check"} == set(METHODS)


@pytest.mark.asyncio(loop_scope="module")
async def test_each_line_of_the_page(page: Page) -> None:
    for line in page.described:
        assert "aqueduct.v1" in await page.run(line) or "SetBackendVersion" in line
    answers = [json.loads(await page.run(line)) for line in page.calls]
    assert all(isinstance(answer, dict) for answer in answers)
    assert answers[0]["backend"]["balance"] == "roundrobin"
    assert answers[-1] == {"status": "SERVING"}
    for line in page.streams:
        assert await page.first(line)
    (keep_alive,) = page.kept
    assert json.loads(await page.run(keep_alive))["ttl"] == "600s"


@pytest.mark.asyncio(loop_scope="module")
async def test_its_errors_have_details(page: Page) -> None:
    (line,) = page.refused
    process = await page.start(line)
    _, err = await process.communicate()
    assert process.returncode == _INVALID_ARGUMENT
    assert "backend.key" in err.decode()
    assert "INVALID_FIELD" in err.decode()


def _is_of_calls(scenario: Any) -> bool:
    """Tell whether a scenario needs neither watches, nor what a client does over restarts."""
    return not any("watch" in step or "server" in step for step in scenario["steps"])


async def test_the_scenarios_of_calls() -> None:
    made = 0
    async with Served() as served:
        for scenario in filter(_is_of_calls, SCENARIOS):
            await Scenario(GrpcurlDriver(str(GRPCURL), served.target), served).run(scenario["steps"])
            made += 1
    assert made >= 25
