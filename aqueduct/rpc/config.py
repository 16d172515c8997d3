"""The servicer of ConfigService: several changes at once, the history, and the way back."""
# ruff: noqa: N802, D102 # the methods are those of config.proto, which documents them

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TypeVar

from aqueduct.errors import Invalid, Violation
from aqueduct.rpc.requests import expected_revision, import_mode, options
from aqueduct.service.config_watch import ConfigWatch
from aqueduct.service.configuration import Configuration, Written
from aqueduct.service.history import History
from aqueduct.v1.config_pb2 import (
    ApplyRequest,
    ApplyResponse,
    Change,
    CompactRequest,
    CompactResponse,
    ConfigWatchRequest,
    ConfigWatchResponse,
    DiffRevisionsRequest,
    DiffRevisionsResponse,
    ExportRequest,
    ExportResponse,
    GetRevisionRequest,
    GetRevisionResponse,
    ImportRequest,
    ImportResponse,
    ListRevisionsRequest,
    ListRevisionsResponse,
    RestoreRevisionRequest,
    RestoreRevisionResponse,
)
from aqueduct.v1.config_pb2_grpc import ConfigServiceServicer

_R = TypeVar("_R", ApplyResponse, RestoreRevisionResponse, ImportResponse)


class Config(ConfigServiceServicer):
    """ConfigService, see config.proto."""

    def __init__(self, configuration: Configuration, history: History, watch: ConfigWatch) -> None:
        self._configuration = configuration
        self._history = history
        self._watch = watch

    async def Apply(self, request: ApplyRequest, _: object = None) -> ApplyResponse:
        paths = [_path(position, change) for position, change in enumerate(request.changes)]
        written = await self._configuration.write(request.changes, paths=paths, options=options(request))
        return _response(ApplyResponse, written)

    async def ListRevisions(self, request: ListRevisionsRequest, _: object = None) -> ListRevisionsResponse:
        page = await self._history.page(request.page_size, request.page_token, request.resource)
        return ListRevisionsResponse(revisions=page.items, next_page_token=page.next_token)

    async def GetRevision(self, request: GetRevisionRequest, _: object = None) -> GetRevisionResponse:
        return GetRevisionResponse(revision=await self._history.get(request.revision))

    async def DiffRevisions(self, request: DiffRevisionsRequest, _: object = None) -> DiffRevisionsResponse:
        diff = await self._history.diff(request.from_revision, request.to_revision, request.resources)
        return DiffRevisionsResponse(changes=diff.changes, config_diff=diff.config_diff)

    async def RestoreRevision(
        self, request: RestoreRevisionRequest, _: object = None
    ) -> RestoreRevisionResponse:
        written = await self._history.restore(
            request.revision,
            request.resources,
            options(request),
            expected_revision=expected_revision(request),
        )
        return _response(RestoreRevisionResponse, written)

    async def Export(self, request: ExportRequest, _: object = None) -> ExportResponse:
        document, revision = self._history.export(request.resources)
        return ExportResponse(configuration=document, revision=revision)

    async def Import(self, request: ImportRequest, _: object = None) -> ImportResponse:
        if not request.HasField("configuration"):  # an empty one, that is: replaced by it, all were gone
            raise Invalid([Violation("configuration", "is needed: the resources")])
        written = await self._history.import_(request.configuration, import_mode(request), options(request))
        return _response(ImportResponse, written)

    async def Compact(self, request: CompactRequest, _: object = None) -> CompactResponse:
        return CompactResponse(forgotten=await self._history.compact(request.keep))

    async def ConfigWatch(
        self, request: ConfigWatchRequest, _: object = None
    ) -> AsyncIterator[ConfigWatchResponse]:
        after = request.after_revision if request.HasField("after_revision") else None
        async with aclosing(self._watch.watch(after, request.resources)) as watch:
            async for response in watch:
                yield response


def _response(kind: type[_R], written: Written) -> _R:
    return kind(changes=written.changes, revision=written.revision, apply=written.apply, plan=written.plan)


def _path(position: int, change: Change) -> str:
    """Return where the request says what is put or deleted: `changes[2].put_frontend`."""
    return ".".join(filter(None, (f"changes[{position}]", change.WhichOneof("change"))))
