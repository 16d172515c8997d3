"""The servicer of HAProxyService: what the status service knows, as responses, and reloads."""
# ruff: noqa: N802, D102 # the methods are those of haproxy.proto, which documents them

from aqueduct.rpc.requests import reason
from aqueduct.service.reloading import Reloading
from aqueduct.service.status import StatusService
from aqueduct.v1.haproxy_pb2 import (
    GetHAProxyConfigRequest,
    GetHAProxyConfigResponse,
    GetHAProxyInfoRequest,
    GetHAProxyInfoResponse,
    GetStatusRequest,
    GetStatusResponse,
    ReloadRequest,
    ReloadResponse,
)
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceServicer


class HAProxy(HAProxyServiceServicer):
    """HAProxyService, see haproxy.proto."""

    def __init__(self, status: StatusService, reloading: Reloading) -> None:
        self._status = status
        self._reloading = reloading

    async def GetHAProxyConfig(
        self, _request: GetHAProxyConfigRequest, _: object = None
    ) -> GetHAProxyConfigResponse:
        config, revision = self._status.config()
        return GetHAProxyConfigResponse(config=config, revision=revision)

    async def GetHAProxyInfo(
        self, _request: GetHAProxyInfoRequest, _: object = None
    ) -> GetHAProxyInfoResponse:
        return GetHAProxyInfoResponse(info=await self._status.info())

    async def GetStatus(self, _request: GetStatusRequest, _: object = None) -> GetStatusResponse:
        return GetStatusResponse(status=self._status.status())

    async def Reload(self, request: ReloadRequest, _: object = None) -> ReloadResponse:
        why = reason(request)
        if request.validate_only:
            return ReloadResponse(plan=await self._reloading.plan(why))
        return ReloadResponse(apply=await self._reloading.reload(why))
