"""What a service manager is told (sd_notify(3)), and what its unit file asks of Aqueduct."""

import asyncio
import configparser
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.notify import notify
from tests.integration.numbered import Numbered

UNIT = Path(__file__).parents[2] / "packaging" / "aqueduct.service"


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Yield a socket that the service manager would listen on."""
    is_abstract = request.param == "abstract"
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path}" if is_abstract else str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{tmp_path}" if is_abstract else str(tmp_path / "notify"))
        listening.settimeout(0)
        yield listening


async def test_it_is_told_when_calls_are_taken_and_when_it_ends(
    manager: socket.socket, haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    loop = asyncio.get_running_loop()
    async with Aqueduct(tmp_path_factory.mktemp("aq") / "data", haproxy_binary) as aqueduct:
        assert await loop.sock_recv(manager, 100) == b"READY=1"
        await Numbered.on(aqueduct).put(1)
        assert await aqueduct.end() == 0
        assert await loop.sock_recv(manager, 100) == b"STOPPING=1"


def test_nobody_need_listen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in ("", str(tmp_path / "none")):
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        notify("READY=1")


def test_the_unit_leaves_haproxy_serving() -> None:
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # systemd's keys are as they are written
    unit.read_string(UNIT.read_text())
    service = unit["Service"]
    assert (service["Type"], service["KillMode"], service["Restart"]) == ("notify", "process", "always")
    assert service["ExecStart"].split()[1] == "serve"
