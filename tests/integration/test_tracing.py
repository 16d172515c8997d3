"""Traces of the real program: a write, from its client to HAProxy, where the environment asks for them."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from aiohttp import ClientSession

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.registry_pb2 import WatchRegistrationsRequest
from tests.collector import Collector, attributes, collecting
from tests.haproxies import binaries
from tests.integration.members import Live, members
from tests.integration.numbered import Numbered
from tests.web import Web

_TRACE = "0af7651916cd43dd8448eb211c80319c"
_PARENT = f"00-{_TRACE}-b7ad6b7169203331-01"
_PUT = "aqueduct.v1.FrontendService/PutFrontend"


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as collector:
        yield collector


@asynccontextmanager
async def traced(place: Path, monkeypatch: pytest.MonkeyPatch, **environ: str) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct in an environment that says so much of traces."""
    for name, value in {"OTEL_BSP_SCHEDULE_DELAY": "100", **environ}.items():
        monkeypatch.setenv(name, value)
    async with Aqueduct(place / "data", binaries()[0]) as aqueduct:
        yield aqueduct


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("aq")


def _seconds(span: Any) -> float:
    return float(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9


async def test_a_write_from_its_client_to_haproxy(
    collector: Collector, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://127.0.0.1:{collector.grpc_port}"
    async with traced(place, monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as aqueduct:
        frontend = Numbered.on(aqueduct).resource(1)
        await aqueduct.frontends.PutFrontend(
            PutFrontendRequest(frontend=frontend), metadata=[("traceparent", _PARENT)]
        )
        span = await collector.named(_PUT)
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (_TRACE, "b7ad6b7169203331")
        assert attributes(span) == {
            "rpc.system": "grpc",
            "rpc.service": "aqueduct.v1.FrontendService",
            "rpc.method": "PutFrontend",
            "rpc.grpc.status_code": 0,
            "aqueduct.protocol": "grpc",
        }
        stages = collector.children(span)
        assert list(stages) == ["queue", "trial", "commit", "apply"]
        assert sum(map(_seconds, stages.values())) <= _seconds(span) + 0.01
        assert attributes(stages["apply"]) == {
            "aqueduct.kind": "reload",
            "aqueduct.reason": "frontend numbered added, backend none added",
            "aqueduct.revision": 1,
        }
        assert collector.resource["service.name"] == "aqueduct"


async def test_by_http_of_what_comes_by_rest(
    collector: Collector, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.http_port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "edge",
    }
    async with traced(place, monkeypatch, **environ) as aqueduct, ClientSession() as client:
        url = f"http://127.0.0.1:{aqueduct.port}/backends/none"
        async with client.get(url, headers={"traceparent": _PARENT}) as answer:
            assert answer.status == 404
        span = await collector.named("aqueduct.v1.BackendService/GetBackend")
        assert span.trace_id.hex() == _TRACE
        assert attributes(span)["aqueduct.protocol"] == "rest"
        assert attributes(span)["rpc.grpc.status_code"] == 5
        assert span.status.code == 0  # the client's error, not ours
        assert collector.resource["service.name"] == "edge"


async def test_stages_of_a_refusal_and_of_a_switch(
    collector: Collector, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://127.0.0.1:{collector.grpc_port}"
    async with (
        traced(place, monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as aqueduct,
        Web("old") as old,
        Web("new") as new,
    ):
        bad = Frontend(key="bad", bind=f"127.0.0.1:{free_port()}", backend="b", natives=["no such word"])
        with pytest.raises(grpc.aio.AioRpcError):
            await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=bad))
        span = await collector.named(_PUT)
        assert list(collector.children(span)) == ["queue", "trial"]
        live = await Live.on(aqueduct, members([old]), free_port())
        await live.put(members([new]))
        method = "aqueduct.v1.BackendService/PutBackend"
        switched = await collector.named(method, lambda span: "trial" not in collector.children(span))
        assert list(collector.children(switched)) == ["queue", "commit", "apply", "switch"]


async def test_streams_are_one_span_each_told_at_their_end(
    collector: Collector, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://127.0.0.1:{collector.grpc_port}"
    async with traced(place, monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as aqueduct:
        watch: Any = aqueduct.registry.WatchRegistrations(WatchRegistrationsRequest())
        await watch.read()
        watch.cancel()
        method = "aqueduct.v1.RegistryService/WatchRegistrations"
        span = await collector.named(method)
        assert (attributes(span)["rpc.grpc.status_code"], span.status.code) == (1, 0)
        async with ClientSession() as client:
            answer = await client.get(f"http://127.0.0.1:{aqueduct.port}/v1/registrations:watch")
            await answer.content.readline()
            answer.close()
        await collector.named(method, lambda span: attributes(span)["aqueduct.protocol"] == "rest")
        assert "Traceback" not in aqueduct.log.read_text()


async def test_what_is_left_is_exported_at_the_end(
    collector: Collector, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.grpc_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
    }
    async with traced(place, monkeypatch, **environ) as aqueduct:
        await Numbered.on(aqueduct).put(1)
        assert not collector.spans
        assert await aqueduct.end() == 0
        await collector.named(_PUT)


async def test_a_collector_that_is_not_there_holds_nothing_up(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    async with traced(place, monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as aqueduct:
        await Numbered.on(aqueduct).put(1)
        async with asyncio.timeout(8):  # less than the grace
            assert await aqueduct.end() == 0


_MODULES = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
from aqueduct.tracing.configured import tracing
from aqueduct import app
assert tracing(dict(pair.split("=", 1) for pair in sys.argv[1:]), "1") is None
print(*(name for name in sys.modules if name.startswith("opentelemetry.")))
"""


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ([], ""),
        (["OTEL_EXPORTER_OTLP_ENDPOINT=http://x:1", "OTEL_SDK_DISABLED=true"], ""),
        (["OTEL_EXPORTER_OTLP_ENDPOINT=http://x:1", "OTEL_TRACES_EXPORTER=none"], ""),
        (["OTEL_EXPORTER_OTLP_ENDPOINT=http://x:1"], "install aqueduct[otel]"),
    ],
)
def test_it_is_off_without_a_word_and_missing_with_one(environ: list[str], told: str) -> None:
    command = [sys.executable, "-c", _MODULES, *environ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told in done.stdout + done.stderr
    assert bool(told) == ("there are no traces" in done.stdout + done.stderr)


def test_nothing_is_imported_where_it_is_off() -> None:
    script = "import sys, aqueduct.app; print([name for name in sys.modules if 'opentelemetry' in name])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
