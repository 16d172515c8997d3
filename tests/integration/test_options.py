"""Options of `serve` that no other test starts a server with, in the original's spelling."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.render.templates import builtin_templates
from aqueduct.v1.config_pb2 import ListRevisionsRequest
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from tests.integration.asking import master_pid
from tests.integration.numbered import Numbered


@dataclass
class Spelled(Aqueduct):
    """Is told its directory as the original was."""

    def _command(self) -> list[str]:
        return [word.replace("--data-dir=", "--dbPath=") for word in super()._command()]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("aq")
    (place / "whole.j2").write_text(builtin_templates()["haproxy.cfg.j2"] + "# of the whole file\n")
    return place


@pytest.fixture
async def spelled(haproxy_binary: Path, place: Path) -> AsyncIterator[Spelled]:
    options = (
        "--host=localhost",
        "--label=blue",
        f"--templateFile={place / 'whole.j2'}",
        f"--haproxySocketPath={place / 'hap.sock'}",
        f"--haproxyPidPath={place / 'hap.pid'}",
        f"--haproxyCfgPath={place / 'hap.cfg'}",
        "--history-count=2",
        "--history-age=1h",
        "--empty-grace=1s",
    )
    async with Spelled(place / "data", haproxy_binary, options) as aqueduct:
        yield aqueduct


async def test_what_they_say_holds(spelled: Spelled, place: Path) -> None:
    numbered = Numbered.on(spelled)
    for number in (1, 2, 3):
        await numbered.put(number)
    assert await numbered.served() == 3
    assert (place / "hap.sock").is_socket()
    assert (place / "hap.pid").read_text() == f"{await master_pid(spelled)}\n"
    while "# of the whole file" not in (place / "hap.cfg").read_text():
        await numbered.served()  # the copy follows the file soon
    status = (await spelled.haproxy.GetStatus(GetStatusRequest())).status
    assert status.label == "blue"
    history = await spelled.config.ListRevisions(ListRevisionsRequest())
    assert [revision.revision for revision in history.revisions] == [3, 2]


async def test_what_is_said_of_sources_and_of_the_gateway_holds(haproxy_binary: Path, place: Path) -> None:
    options = (
        "--discovery=registry,dns,thalassa",
        "--dns-name={name}.{version}.example:80",
        f"--dns-server=127.0.0.1:{free_port()}",
        "--thalassaHost=127.0.0.1",
        f"--thalassaPort={free_port()}",
        f"--thalassaApiPort={free_port()}",
        "--cors-origin=https://ops.example",
        "--max-body=2048",
    )
    async with Aqueduct(place / "data", haproxy_binary, options) as aqueduct, ClientSession() as client:
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        assert [source.name for source in status.sources] == ["registry", "dns", "thalassa"]
        url = f"http://127.0.0.1:{aqueduct.port}/backends"
        async with client.get(url, headers={"Origin": "https://ops.example"}) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://ops.example"
        async with client.put(f"{url}/app", json={"natives": ["x" * 3_000]}) as answer:
            assert answer.status == 413
