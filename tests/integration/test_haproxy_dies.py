"""HAProxy dying, or not taking what was stored: what loads is served, the rest is reported."""

import asyncio
import os
import resource
import shutil
import signal
import socket
from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, APPLY_KIND_START
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_STATIC,
    Backend,
    GetBackendRequest,
    Member,
    PutBackendRequest,
)
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, GetHAProxyInfoRequest, GetStatusRequest, Status
from tests.integration.asking import master_pid, status_of
from tests.integration.numbered import Numbered
from tests.refusals import refused


def _running_all(status: Status) -> bool:
    return status.haproxy_state == HA_PROXY_STATE_RUNNING and not status.refusals


@pytest.mark.parametrize("victim", ["master_pid", "worker_pid"])
async def test_a_killed_haproxy_is_back_at_once(aqueduct: Aqueduct, victim: str) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    os.kill(getattr(info, victim), signal.SIGKILL)
    status = await status_of(aqueduct, lambda status: status.last_apply.kind == APPLY_KIND_START)
    # The first death is answered without a pause (tests/unit/plan/test_plan.py has the pauses).
    how = "was killed by SIGKILL" if victim == "master_pid" else "exited with 137: "
    assert status.last_apply.reason.startswith(f"HAProxy {how}")
    assert not status.refusals
    assert await numbered.served() == 1


async def test_health_follows_haproxy(aqueduct: Aqueduct) -> None:
    watch = aqueduct.channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )(HealthCheckRequest(service="aqueduct.v1.FrontendService"))
    told = aiter(watch)
    assert (await anext(told)).status == HealthCheckResponse.SERVING
    os.kill(await master_pid(aqueduct), signal.SIGKILL)
    assert (await anext(told)).status == HealthCheckResponse.NOT_SERVING
    assert (await anext(told)).status == HealthCheckResponse.SERVING
    watch.cancel()


async def test_an_aqueduct_that_comes_back_adopts_haproxy_without_a_reload(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    before = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    await aqueduct.end(signal.SIGKILL)
    assert await numbered.served() == 1
    await aqueduct.start()
    after = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    assert (after.master_pid, after.worker_pid) == (before.master_pid, before.worker_pid)


async def test_what_no_longer_loads_is_left_out_and_reported_until_it_does(
    aqueduct: Aqueduct, free_port: int, tmp_path: Path
) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    patterns = tmp_path / "patterns"
    patterns.write_text("192.0.2.1\n")
    native = f"http-request deny if {{ src -f {patterns} }}"
    other = Frontend(key="other", bind=f"127.0.0.1:{free_port}", backend="none", natives=[native])
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=other))

    patterns.unlink()
    os.kill(await master_pid(aqueduct), signal.SIGKILL)
    status = await status_of(aqueduct, lambda status: bool(status.refusals))
    assert (status.refusals[0].resource, status.refusals[0].field) == ("frontends/other", "natives[0]")
    assert "patterns" in status.refusals[0].message
    await status_of(aqueduct, lambda status: status.haproxy_state == HA_PROXY_STATE_RUNNING)
    assert await numbered.served() == 1
    assert (await numbered.put(2)).apply.revision
    assert await numbered.served() == 2

    patterns.write_text("192.0.2.1\n")
    await status_of(aqueduct, _running_all)
    with socket.create_connection(("127.0.0.1", free_port)):
        pass


async def test_an_address_taken_while_haproxy_was_down_is_left_out_until_it_is_free(
    aqueduct: Aqueduct, free_port: int
) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    other = Frontend(key="other", bind=f"127.0.0.1:{free_port}", backend="none")
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=other))
    await aqueduct.end()
    with socket.create_server(("127.0.0.1", free_port)):
        await aqueduct.start()
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        assert [refusal.resource for refusal in status.refusals] == ["frontends/other"]
        assert "in use" in status.refusals[0].message
        assert await numbered.served() == 1
    await status_of(aqueduct, _running_all)


async def test_the_binary_replaced_under_a_running_haproxy_harms_no_reload(
    haproxy_binary: Path, tmp_path: Path
) -> None:
    source = tmp_path / "haproxy"
    if (haproxy_binary.parent / "lib").is_dir():
        (tmp_path / "lib").symlink_to(haproxy_binary.parent / "lib")
    shutil.copy2(haproxy_binary, source)
    async with Aqueduct(tmp_path / "data", source) as aqueduct:
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        master = await master_pid(aqueduct)
        replacement = tmp_path / "haproxy.new"
        replacement.write_bytes(b"#!/bin/false\n")
        replacement.chmod(0o755)
        replacement.replace(source)
        for number in (2, 3):
            await numbered.put(number)
            assert await numbered.served() == number
        source.unlink()
        await numbered.put(4)
        assert await numbered.served() == 4
        assert await master_pid(aqueduct) == master


async def test_a_reload_that_fails_all_the_same_takes_back_only_the_change_at_fault(
    aqueduct: Aqueduct,
) -> None:
    """HAProxy's check does not see that file descriptors run out: the reload does."""
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    limit = int(info.fields["Ulimit-n"]) + 20
    resource.prlimit(info.master_pid, resource.RLIMIT_NOFILE, (limit, limit))
    members = [Member(host="127.0.0.1", port=number) for number in range(1, 101)]
    large = Backend(key="large", type=BACKEND_TYPE_STATIC, members=members)
    put_large = aqueduct.backends.PutBackend(PutBackendRequest(backend=large))
    error, response = await asyncio.gather(refused(put_large), numbered.put(2))

    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "limit" in error.fields["backend"]
    assert response.apply.kind == APPLY_KIND_RELOAD
    assert await numbered.served() == 2
    error = await refused(aqueduct.backends.GetBackend(GetBackendRequest(key="large")))
    assert error.code is grpc.StatusCode.NOT_FOUND
    status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
    assert status.applied_revision == status.stored_revision
    assert not status.refusals
