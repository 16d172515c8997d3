"""`aqueduct serve` as a process: what it says, what it logs, and how it fails."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.render.templates import builtin_templates
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, PutBackendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest, GetStatusRequest
from tests.load import fetch


async def _serve(*options: str) -> Process:
    command = (sys.executable, "-m", "aqueduct", "serve", *options)
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)


async def _fails(*options: str) -> str:
    """Return the one line that it leaves."""
    process = await _serve(*options)
    out, err = await process.communicate()
    lines = [line for line in err.decode().splitlines() if not line.startswith("{")]
    assert process.returncode == 1, err.decode()
    assert out == b""
    assert len(lines) == 1, err.decode()
    return lines[0]


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("aq") / "data"


async def test_it_tells_where_it_serves_and_what_to_try(aqueduct: Aqueduct) -> None:
    await aqueduct.end()
    said = aqueduct.log.read_text()
    assert f"gRPC listens on {aqueduct.target}" in said
    assert f"grpcurl -plaintext {aqueduct.target} list" in said


async def test_each_apply_is_logged(aqueduct: Aqueduct) -> None:
    backend = Backend(key="web", type=BACKEND_TYPE_STATIC)
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    lines = aqueduct.log.read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    applies = [event for event in events if event["event"] == "applied"]
    assert [(apply["revision"], apply["kind"]) for apply in applies] == [(0, "start"), (1, "reload")]
    assert "web" in applies[1]["reason"]
    assert {"timestamp", "level", "logger", "duration_ms"} <= applies[1].keys()


async def test_one_aqueduct_per_data_directory(aqueduct: Aqueduct) -> None:
    line = await _fails(f"--data-dir={aqueduct.data_dir}", "--grpc-port=0")
    assert str(aqueduct.data_dir) in line


async def test_a_port_in_use(data_dir: Path, haproxy_binary: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = await _fails(
            f"--data-dir={data_dir}",
            f"--grpc-port={port}",
            f"--haproxy-bin={haproxy_binary}",
            "--on-exit=stop",
        )
    assert str(port) in line
    assert not (data_dir / "haproxy").exists()  # it was found out before there was an HAProxy


async def test_a_data_directory_that_cannot_be(haproxy_binary: Path) -> None:
    line = await _fails("--data-dir=/proc/aqueduct", "--grpc-port=0", f"--haproxy-bin={haproxy_binary}")
    assert "/proc/aqueduct" in line


@pytest.mark.parametrize("binary", [sys.executable, "/bin/true"])
async def test_no_haproxy(data_dir: Path, binary: str) -> None:
    line = await _fails(f"--data-dir={data_dir}", "--grpc-port=0", f"--haproxy-bin={binary}")
    assert "HAProxy" in line


async def test_it_outlives_the_readers_of_its_output(data_dir: Path, haproxy_binary: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    async with Aqueduct(data_dir, haproxy_binary, ("--debug",), output=write) as aqueduct:
        os.close(write)
        for number in range(3):
            backend = Backend(key=f"web-{number}", type=BACKEND_TYPE_STATIC)
            await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        assert status.applied_revision == 3
        assert await aqueduct.end() == 0


@pytest.mark.parametrize(
    ("on_exit", "how", "stays"),
    [
        ("auto", signal.SIGINT, False),
        ("auto", signal.SIGTERM, True),
        ("keep", signal.SIGINT, True),
        ("stop", signal.SIGTERM, False),
    ],
)
async def test_what_becomes_of_haproxy(
    data_dir: Path, haproxy_binary: Path, on_exit: str, how: signal.Signals, stays: bool
) -> None:
    async with Aqueduct(data_dir, haproxy_binary, (f"--on-exit={on_exit}",)) as aqueduct:
        before = await aqueduct.serving_pids()
        assert await aqueduct.end(how) == 0
        assert aqueduct.haproxy_pids() == (before if stays else [])
        await aqueduct.start()
        assert (aqueduct.haproxy_pids() == before) is stays


async def test_the_stats_page_is_opt_in(data_dir: Path, haproxy_binary: Path, free_port: int) -> None:
    options = (f"--stats-page=127.0.0.1:{free_port}",)
    async with Aqueduct(data_dir, haproxy_binary, options):
        page = await fetch(free_port)
    assert page.status == 200
    assert b"Statistics Report" in page.body


async def test_a_template_of_ones_own(data_dir: Path, haproxy_binary: Path) -> None:
    templates = data_dir.with_name("templates")
    templates.mkdir()
    own = builtin_templates()["defaults.cfg.j2"] + "    timeout tunnel 4711s\n"
    (templates / "defaults.cfg.j2").write_text(own)
    async with Aqueduct(data_dir, haproxy_binary, (f"--template-dir={templates}",)) as aqueduct:
        config = (await aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())).config
    assert "timeout tunnel 4711s" in config


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("nonsense.cfg.j2", "", "nonsense.cfg.j2 has no use"),
        ("backend.cfg.j2", "{% if %}", "backend.cfg.j2"),
        ("backend.cfg.j2", b"\xff", "cannot be read"),
    ],
)
async def test_a_template_that_is_none(data_dir: Path, name: str, text: str | bytes, words: str) -> None:
    templates = data_dir.with_name("templates")
    templates.mkdir()
    (templates / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert words in await _fails(f"--data-dir={data_dir}", "--grpc-port=0", f"--template-dir={templates}")


async def test_a_template_of_the_whole_file_that_fails_is_told_at_the_start(data_dir: Path) -> None:
    template = data_dir.with_name("whole.j2")
    template.write_text("{{ nonsense.of_mine }}\n")
    line = await _fails(f"--data-dir={data_dir}", "--grpc-port=0", f"--template-file={template}")
    assert "nonsense" in line
