"""ActivityService over gRPC."""

from typing import Any

import grpc
import pytest

from aqueduct.v1.activity_pb2 import (
    VERB_DOWN,
    VERB_UP,
    ActivityWatchRequest,
    Event,
    ListActivityRequest,
)
from aqueduct.v1.activity_pb2_grpc import ActivityServiceStub

from .conftest import Api


async def test_what_happens_is_watched_and_listed(api: Api) -> None:
    stub: Any = ActivityServiceStub(api.channel)
    watch = stub.ActivityWatch(ActivityWatchRequest(verbs=[VERB_DOWN], resources=["backends/"]))
    first = await watch.read()
    assert (list(first.events), first.last_id) == ([], 0)
    for verb in (VERB_UP, VERB_DOWN):
        api.happening.log.note(Event(verb=verb, resource="backends/web", message="x"))
    while not (response := await watch.read()).events:
        pass
    assert ([event.id for event in response.events], response.last_id) == ([2], 2)
    watch.cancel()
    listed = await stub.ListActivity(ListActivityRequest(page_size=1))
    assert [event.id for event in listed.events] == [2]
    rest = await stub.ListActivity(ListActivityRequest(page_token=listed.next_page_token))
    assert ([event.id for event in rest.events], rest.next_page_token) == ([1], "")


async def test_it_is_not_resumed_behind_the_last_event(api: Api) -> None:
    stub: Any = ActivityServiceStub(api.channel)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub.ActivityWatch(ActivityWatchRequest(after_id=1)).read()
    assert raised.value.code() is grpc.StatusCode.OUT_OF_RANGE
