"""The servicer of HAProxyService: what the status service knows, as responses."""
# ruff: noqa: N802, D102 # the methods are those of haproxy.proto, which documents them

from aqueduct.service.status import StatusService
from aqueduct.v1.haproxy_pb2 import (
    GetHAProxyConfigRequest,
    GetHAProxyConfigResponse,
    GetHAProxyInfoRequest,
    GetHAProxyInfoResponse,
    GetStatusRequest,
    GetStatusResponse,
)
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceServicer


class HAProxy(HAProxyServiceServicer):
    """HAProxyService, see haproxy.proto."""

    def __init__(self, status: StatusService) -> None:
        self._status = status

    async def GetHAProxyConfig(
        self, _request: GetHAProxyConfigRequest, _: object
    ) -> GetHAProxyConfigResponse:
        config, revision = self._status.config()
        return GetHAProxyConfigResponse(config=config, revision=revision)

    async def GetHAProxyInfo(self, _request: GetHAProxyInfoRequest, _: object) -> GetHAProxyInfoResponse:
        return GetHAProxyInfoResponse(info=await self._status.info())

    async def GetStatus(self, _request: GetStatusRequest, _: object) -> GetStatusResponse:
        return GetStatusResponse(status=self._status.status())
