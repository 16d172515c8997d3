"""`--persistence`: over from the original, and back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from aqueduct.demo.processes import Aqueduct, ProcessFailed
from aqueduct.v1.frontend_pb2 import DeleteFrontendRequest
from tests.haproxies import binaries
from tests.load import fetch
from tests.web import Web


def _content(port: int, web: Web) -> dict[str, Any]:
    """Return a file as the original wrote it."""
    frontend = {
        "id": "frontend/web",
        "_type": "frontend",
        "key": "web",
        "bind": f"127.0.0.1:{port}",
        "backend": "none",
        "mode": "http",
        "keepalive": "default",
        "rules": [{"type": "path", "operation": "path_beg", "value": "/a /b", "backend": "live"}],
        "natives": [],
    }
    backend = {
        "id": "backend/live",
        "_type": "backend",
        "key": "live",
        "type": "static",
        "balance": "roundrobin",
        "host": None,
        "mode": "http",
        "members": [{"host": "127.0.0.1", "port": web.port}],
        "natives": [],
    }
    return {"version": 1, "frontends": [frontend], "backends": [backend]}


async def test_the_file_of_the_original_is_served_and_kept(tmp_path: Path, web: Web, free_port: int) -> None:
    file = tmp_path / "aqueduct.json"
    file.write_text(json.dumps(_content(free_port, web)))
    options = [f"--persistence={file}"]
    async with Aqueduct(tmp_path / "data", binaries()[0], options) as aqueduct:
        assert (await fetch(free_port, "/b")).body == b"web"  # a space makes two values, as it did
        assert (await fetch(free_port, "/c")).status == 503
        await aqueduct.frontends.DeleteFrontend(DeleteFrontendRequest(key="web"))
        while json.loads(file.read_text())["frontends"]:
            await asyncio.sleep(0.01)
        assert json.loads(file.read_text())["backends"] == _content(free_port, web)["backends"]
        await aqueduct.end()
        file.write_text(json.dumps(_content(free_port, web)))  # somebody goes back, and comes again
        await aqueduct.start()
        await aqueduct.end()
    assert json.loads(file.read_text())["frontends"] == []
    old = file.with_name("aqueduct.json.old")
    assert json.loads(old.read_text()) == _content(free_port, web)


async def test_what_haproxy_refuses_stops_the_start_with_the_place(
    tmp_path: Path, web: Web, free_port: int
) -> None:
    content = _content(free_port, web)
    content["backends"][0]["natives"] = ["reqirep ^Host:.* Host:x"]
    file = tmp_path / "aqueduct.json"
    file.write_text(json.dumps(content))
    aqueduct = Aqueduct(tmp_path / "data", binaries()[0], [f"--persistence={file}"])
    with pytest.raises(ProcessFailed) as caught:
        await aqueduct.__aenter__()
    assert f"{file}: backends[0].natives[0]: " in str(caught.value)
    assert aqueduct.haproxy_pids() == []
