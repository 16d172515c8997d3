"""grpc.health.v1, from the client's side."""

from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from aqueduct.rpc.servicers import SERVICES
from aqueduct.v1.haproxy_pb2 import (
    HA_PROXY_STATE_FAILED,
    HA_PROXY_STATE_RESTARTING,
    HA_PROXY_STATE_RUNNING,
    HA_PROXY_STATE_STARTING,
    HAProxyState,
)

from .conftest import Api

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


def stub(api: Api) -> Any:
    return HealthStub(api.channel)  # its types tell nothing of its methods


@pytest.mark.parametrize("service", ["", *SERVICES])
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (HA_PROXY_STATE_STARTING, NOT_SERVING),
        (HA_PROXY_STATE_RUNNING, SERVING),
        (HA_PROXY_STATE_RESTARTING, NOT_SERVING),
        (HA_PROXY_STATE_FAILED, NOT_SERVING),
    ],
)
async def test_every_service_serves_while_haproxy_runs(
    api: Api, service: str, state: HAProxyState, expected: int
) -> None:
    api.status.become(state)
    response = await stub(api).Check(HealthCheckRequest(service=service))
    assert response.status == expected


async def test_a_service_that_there_is_not(api: Api) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub(api).Check(HealthCheckRequest(service="nothing"))
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND


async def test_list_names_all(api: Api) -> None:
    response = await stub(api).List(health_pb2.HealthListRequest())  # type: ignore[attr-defined] # newer than the stubs
    assert {name: found.status for name, found in response.statuses.items()} == dict.fromkeys(
        ["", *SERVICES], SERVING
    )


async def test_a_watch_tells_each_change_and_the_end(api: Api) -> None:
    watch = stub(api).Watch(HealthCheckRequest())
    told = [(await watch.read()).status]
    for state in (HA_PROXY_STATE_RESTARTING, HA_PROXY_STATE_RUNNING):
        api.status.become(state)
        told.append((await watch.read()).status)
    assert told == [SERVING, NOT_SERVING, SERVING]
    await api.server.stop(60)  # does not wait for the watch
    assert (await watch.read()).status == NOT_SERVING
    assert await watch.read() is grpc.aio.EOF


async def test_a_watch_of_a_service_that_there_is_not_goes_on(api: Api) -> None:
    watch = stub(api).Watch(HealthCheckRequest(service="nothing"))
    assert (await watch.read()).status == HealthCheckResponse.SERVICE_UNKNOWN
    await api.server.stop(60)
    assert await watch.read() is grpc.aio.EOF
