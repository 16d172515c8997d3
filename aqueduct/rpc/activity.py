"""The servicer of ActivityService: requests to calls of the service, results to responses.

It decides nothing and catches nothing: errors become statuses in the interceptor.
"""
# ruff: noqa: N802, D102 # the methods are those of activity.proto, which documents them

from collections.abc import AsyncIterator
from contextlib import aclosing

from aqueduct.service.activity import ActivityService, Selection
from aqueduct.v1.activity_pb2 import (
    ActivityWatchRequest,
    ActivityWatchResponse,
    ListActivityRequest,
    ListActivityResponse,
)
from aqueduct.v1.activity_pb2_grpc import ActivityServiceServicer


class Activity(ActivityServiceServicer):
    """ActivityService, see activity.proto."""

    def __init__(self, service: ActivityService) -> None:
        self._service = service

    async def ListActivity(self, request: ListActivityRequest, _: object = None) -> ListActivityResponse:
        page = await self._service.page(Selection.of(request), request.page_size, request.page_token)
        return ListActivityResponse(events=page.items, next_page_token=page.next_token)

    async def ActivityWatch(
        self, request: ActivityWatchRequest, _: object = None
    ) -> AsyncIterator[ActivityWatchResponse]:
        selection = Selection.about(request)
        after_id = request.after_id if request.HasField("after_id") else None
        async with aclosing(self._service.watch(selection, after_id)) as responses:
            async for response in responses:
                yield response
