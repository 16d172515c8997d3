"""/metrics of the real program: what docs/metrics.md tells, and HAProxy's own exporter beside it."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
import yaml
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.model.documents import read_document
from aqueduct.model.times import duration, timestamp
from aqueduct.v1.backend_pb2 import GetBackendRequest
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, GetStatusRequest, ReloadRequest
from aqueduct.v1.registry_pb2 import WatchRegistrationsRequest
from aqueduct.v1.stats_pb2 import StatsWatchRequest
from tests.integration.members import worker_pid
from tests.integration.numbered import Numbered

_DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
_OF_ITS_OWN = ("process_", "python_")


async def _families(aqueduct: Aqueduct) -> Mapping[str, Any]:
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{aqueduct.port}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return {family.name: family for family in text_string_to_metric_families(await answer.text())}


def _values(families: Mapping[str, Any], name: str) -> dict[tuple[str, ...], float]:
    """Return the samples of that name, by the values of their labels, ordered by the labels' names."""
    samples = [each for family in families.values() for each in family.samples if each.name == name]
    return {tuple(value for _, value in sorted(each.labels.items())): each.value for each in samples}


def _documented() -> dict[str, set[str]]:
    """Return the labels of each metric in the table."""
    rows = re.findall(r"^\| (`aqueduct_.*?) \|(.*?)\| .*\|$", _DOCUMENT.read_text(), re.MULTILINE)
    return {
        name: set(re.findall("`(.*?)`", of)) for names, of in rows for name in re.findall("`(.*?)`", names)
    }


async def _told(aqueduct: Aqueduct) -> dict[str, set[str]]:
    families = await _families(aqueduct)
    return {
        f"{name}_total" if family.type == "counter" else name: {
            label for sample in family.samples for label in sample.labels if label != "le"
        }
        for name, family in families.items()
        if not name.startswith(_OF_ITS_OWN)
    }


async def test_the_table_names_all_that_is_told_and_nothing_else(aqueduct: Aqueduct) -> None:
    watch: Any = aqueduct.registry.WatchRegistrations(WatchRegistrationsRequest())
    await watch.read()
    with pytest.raises(grpc.aio.AioRpcError):
        await aqueduct.backends.GetBackend(GetBackendRequest(key="none"))
    documented, told = _documented(), await _told(aqueduct)
    assert documented.keys() == told.keys()
    bare = {name for name in documented if not told[name] and name == "aqueduct_stream_lag_seconds"}
    assert {name: documented[name] for name in documented.keys() - bare} == {
        name: told[name] for name in told.keys() - bare
    }
    watch.cancel()


async def test_what_it_tells(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    for number in range(3):
        await numbered.put(number)
    await numbered.put(2)  # once more: nothing to apply
    await aqueduct.haproxy.Reload(ReloadRequest(reason="a test"))
    with pytest.raises(grpc.aio.AioRpcError):
        await aqueduct.backends.GetBackend(GetBackendRequest(key="none"))
    async with ClientSession() as client:
        (await client.get(f"http://127.0.0.1:{aqueduct.port}/backends/none")).close()
        (await client.get(f"http://127.0.0.1:{aqueduct.port}/no/such/path")).close()
    families = await _families(aqueduct)
    applies = _values(families, "aqueduct_applies_total")
    assert applies["start", "served"] == 1
    assert applies["reload", "served"] == 4
    assert not any(count for (_, result), count in applies.items() if result == "failed")
    reloads = {of: count for (of,), count in _values(families, "aqueduct_reloads_total").items() if count}
    assert reloads == {"section_added": 1, "section_changed": 2, "asked": 1}
    assert _values(families, "aqueduct_apply_duration_seconds_count")["reload",] == 4
    assert _values(families, "aqueduct_store_commit_duration_seconds_count") == {(): 3}
    assert _values(families, "aqueduct_stored_revision") == {(): 3}
    assert _values(families, "aqueduct_applied_revision") == {(): 3}
    assert _values(families, "aqueduct_resources") == {("frontend",): 1, ("backend",): 0}
    assert _values(families, "aqueduct_missing_backends") == {(): 1}
    assert _values(families, "aqueduct_haproxy_up") == {(): 1}
    assert _values(families, "aqueduct_haproxy_state")["running",] == 1
    assert _values(families, "aqueduct_discovery_up") == {("registry",): 1}
    assert _values(families, "aqueduct_streams_limit") == {(): 10_000}
    rpcs = _values(families, "aqueduct_rpcs_total")
    assert rpcs["OK", "aqueduct.v1.FrontendService/PutFrontend", "grpc"] == 4
    assert rpcs["NOT_FOUND", "aqueduct.v1.BackendService/GetBackend", "grpc"] == 1
    assert rpcs["NOT_FOUND", "aqueduct.v1.BackendService/GetBackend", "rest"] == 1
    assert _values(families, "aqueduct_store_size_bytes")[()] > 4_096
    assert _values(families, "process_resident_memory_bytes")[()] > 10_000_000


async def test_a_worker_that_hangs_is_told_until_it_answers(aqueduct: Aqueduct) -> None:
    watch: Any = aqueduct.stats.StatsWatch(StatsWatchRequest(interval=duration(0.1)))
    assert not (await watch.read()).HasField("silent_since")
    stopped = await worker_pid(aqueduct)
    began = timestamp(time.time()).ToNanoseconds()
    os.kill(stopped, signal.SIGSTOP)
    try:
        while not (silent := await watch.read()).HasField("silent_since"):
            pass
        assert silent.silent_since.ToNanoseconds() > began - 10**9
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        assert (status.haproxy_state, status.HasField("silent_since")) == (HA_PROXY_STATE_RUNNING, True)
        assert _values(await _families(aqueduct), "aqueduct_haproxy_up") == {(): 0}
    finally:
        os.kill(stopped, signal.SIGCONT)
    while (await watch.read()).HasField("silent_since"):
        pass
    assert not (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status.HasField("silent_since")
    assert _values(await _families(aqueduct), "aqueduct_haproxy_up") == {(): 1}
    watch.cancel()


async def test_streams_are_counted_until_they_end(aqueduct: Aqueduct) -> None:
    url = f"http://127.0.0.1:{aqueduct.port}/v1/registrations:watch"
    watch: Any = aqueduct.registry.WatchRegistrations(WatchRegistrationsRequest())
    await watch.read()
    async with ClientSession() as client:
        answer = await client.get(url)
        await answer.content.readline()
        families = await _families(aqueduct)
        method = "aqueduct.v1.RegistryService/WatchRegistrations"
        streams = _values(families, "aqueduct_streams_open")
        assert (streams[method, "grpc"], streams[method, "rest"]) == (1, 1)
        assert _values(families, "aqueduct_streams_limited") == {(): 2}
        answer.close()
    watch.cancel()
    while _values(await _families(aqueduct), "aqueduct_streams_limited")[()]:
        await asyncio.sleep(0.01)  # both were told, and go


def _exporting(binary: Path) -> bool:
    told = subprocess.run([binary, "-vv"], capture_output=True, text=True, check=True).stdout
    return "prometheus-exporter" in told


@pytest.fixture
async def exporter(aqueduct: Aqueduct, haproxy_binary: Path) -> str:
    """Return where HAProxy's exporter is, by the document of docs/metrics.md."""
    if not _exporting(haproxy_binary):
        pytest.skip(f"{haproxy_binary} is built without its exporter for Prometheus")
    (text,) = re.findall(r"```yaml\n(frontends:.*?)```", _DOCUMENT.read_text(), re.DOTALL)
    port = free_port()
    (given,) = yaml.safe_load(text.replace("8405", str(port)))["frontends"]
    frontend = Frontend()
    read_document(given, frontend)
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
    return f"http://127.0.0.1:{port}"


async def test_haproxys_own_exporter(exporter: str) -> None:
    async with ClientSession() as client:
        async with client.get(f"{exporter}/metrics") as answer:
            families = {each.name for each in text_string_to_metric_families(await answer.text())}
        assert {"haproxy_frontend_http_requests", "haproxy_process_uptime_seconds"} <= families
        async with client.get(f"{exporter}/metrics?scope=backend&no-maint") as answer:
            assert "haproxy_frontend_" not in await answer.text()
        async with client.get(f"{exporter}/else") as answer:
            assert answer.status == 503
