"""HAProxyService, from the client's side."""

import grpc.aio

from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest, GetHAProxyInfoRequest, GetStatusRequest
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
