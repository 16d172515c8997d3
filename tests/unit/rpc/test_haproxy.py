"""HAProxyService, from the client's side."""

import grpc.aio

from aqueduct.v1.haproxy_pb2 import (
    GetHAProxyConfigRequest,
    GetHAProxyInfoRequest,
    GetStatusRequest,
    ReloadRequest,
)
from tests.refusals import refused

from .conftest import Api


async def test_config(api: Api) -> None:
    response = await api.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())
    assert (response.config, response.revision) == ("global\n", 6)


async def test_status(api: Api) -> None:
    response = await api.haproxy.GetStatus(GetStatusRequest())
    assert response.status == api.status.status()


async def test_info(api: Api) -> None:
    response = await api.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())
    assert response.info.version == "2.8.25"


async def test_info_while_haproxy_is_down(api: Api) -> None:
    api.status.running_info = None
    error = await refused(api.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest()))
    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "HAPROXY_DOWN")


async def test_a_reload(api: Api) -> None:
    response = await api.haproxy.Reload(ReloadRequest(reason="a new certificate"))
    assert response.apply.reason == "a new certificate"
    assert not response.HasField("plan")


async def test_the_plan_of_a_reload(api: Api) -> None:
    response = await api.haproxy.Reload(ReloadRequest(validate_only=True, reason="why not"))
    assert response.plan.reason == "why not"
    assert not response.HasField("apply")
    assert api.reloads.reasons == []


async def test_a_reason_that_is_no_line(api: Api) -> None:
    error = await refused(api.haproxy.Reload(ReloadRequest(reason="a\nb")))
    assert error.fields == {"reason": "must be one line of at most 256 characters"}
    assert api.reloads.reasons == []
