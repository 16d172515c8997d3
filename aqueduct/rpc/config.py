"""The servicer of ConfigService: several changes at once."""
# ruff: noqa: N802, D102 # the methods are those of config.proto, which documents them

from aqueduct.rpc.requests import options
from aqueduct.service.configuration import Configuration
from aqueduct.v1.config_pb2 import ApplyRequest, ApplyResponse, Change
from aqueduct.v1.config_pb2_grpc import ConfigServiceServicer


class Config(ConfigServiceServicer):
    """ConfigService, see config.proto."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    async def Apply(self, request: ApplyRequest, _: object) -> ApplyResponse:
        paths = [_path(position, change) for position, change in enumerate(request.changes)]
        written = await self._configuration.write(request.changes, paths=paths, options=options(request))
        return ApplyResponse(
            changes=written.changes, revision=written.revision, apply=written.apply, plan=written.plan
        )


def _path(position: int, change: Change) -> str:
    """Return where the request says what is put or deleted: `changes[2].put_frontend`."""
    return ".".join(filter(None, (f"changes[{position}]", change.WhichOneof("change"))))
