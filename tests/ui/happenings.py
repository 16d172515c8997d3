"""An ActivityService that tells what a test has happen, behind the real gateway.

It stands in for Aqueduct's own, by the words of activity.proto, so that tests can have hundreds of events of
any time and kind.
"""
# ruff: noqa: N802 # the methods are those of the protos

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from aqueduct.errors import Unavailable
from aqueduct.gateway.exchange import Exchange
from aqueduct.gateway.openapi.pages import pages
from aqueduct.gateway.server import Gateway
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.servicers import methods_of
from aqueduct.settings import GatewaySettings
from aqueduct.ui import pages as ui
from aqueduct.v1 import activity_pb2, haproxy_pb2
from aqueduct.v1.activity_pb2 import (
    ActivityWatchRequest,
    ActivityWatchResponse,
    Event,
    ListActivityRequest,
    ListActivityResponse,
    Verb,
)
from aqueduct.v1.haproxy_pb2 import GetStatusRequest, GetStatusResponse, HAProxyState, Status


class Happenings:
    """What happened, the oldest first."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.asked: list[ActivityWatchRequest] = []
        """What was asked of ActivityWatch."""
        self._news = asyncio.Event()
        self._cuts = 0

    def happen(self, verb: Verb, resource: str, message: str, *, member: str = "", ago: float = 0.0) -> None:
        """Have something happen, `ago` seconds ago; later events have to be later."""
        time = Timestamp()
        time.FromDatetime(datetime.now(UTC) - timedelta(seconds=ago))
        event = Event(
            id=len(self.events) + 1,
            time=time,
            verb=verb,
            resource=resource,
            member=member,
            message=message,
        )
        self.events.append(event)
        self._tell()

    def cut(self) -> None:
        """End the streams that there are."""
        self._cuts += 1
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def ListActivity(self, request: ListActivityRequest, _: object = None) -> ListActivityResponse:
        before = int(request.page_token or len(self.events) + 1)
        found = [each for each in reversed(self.events) if each.id < before and _fits(each, request)]
        size = request.page_size or 1_000
        token = str(found[size - 1].id) if len(found) > size else ""
        return ListActivityResponse(events=found[:size], next_page_token=token)

    async def ActivityWatch(
        self, request: ActivityWatchRequest, _: object = None
    ) -> AsyncIterator[ActivityWatchResponse]:
        self.asked.append(request)
        after = request.after_id if request.HasField("after_id") else len(self.events)
        cuts = self._cuts
        while True:
            news = self._news
            found = [each for each in self.events[after:] if _selected(each, request)]
            after = len(self.events)
            yield ActivityWatchResponse(events=found, last_id=after)
            await news.wait()
            if cuts != self._cuts:
                raise Unavailable("SHUTTING_DOWN", "Aqueduct ends")


def _selected(event: Event, request: ListActivityRequest | ActivityWatchRequest) -> bool:
    names = request.resources
    of = not names or any(
        event.resource == name or (name.endswith("/") and event.resource.startswith(name)) for name in names
    )
    return of and (not request.verbs or event.verb in request.verbs)


def _fits(event: Event, request: ListActivityRequest) -> bool:
    at = event.time.ToNanoseconds()
    return (
        _selected(event, request)
        and request.text.lower() in event.message.lower()
        and (not request.HasField("start_time") or at >= request.start_time.ToNanoseconds())
        and (not request.HasField("end_time") or at < request.end_time.ToNanoseconds())
    )


class _Running:
    """An HAProxyService that tells that HAProxy runs."""

    async def GetStatus(self, _: GetStatusRequest, __: object = None) -> GetStatusResponse:
        return GetStatusResponse(status=Status(haproxy_state=HAProxyState.HA_PROXY_STATE_RUNNING))


class _Service:
    """What the service's descriptor asks for, and no more."""

    def __init__(self, *, of: object) -> None:
        self._of = of

    def __getattr__(self, name: str) -> object:
        return getattr(self._of, name, None)


@asynccontextmanager
async def served(happenings: Happenings) -> AsyncIterator[str]:
    """Serve them, and the page; yield its address."""
    activity = activity_pb2.DESCRIPTOR.services_by_name["ActivityService"]
    haproxy = haproxy_pb2.DESCRIPTOR.services_by_name["HAProxyService"]
    methods = [*methods_of(activity, happenings), *methods_of(haproxy, _Service(of=_Running()))]
    exchange = Exchange(methods, Calls())
    gateway = Gateway(exchange, GatewaySettings(), {**ui.pages(), **pages(exchange.router)})
    port = await gateway.start("127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        await gateway.stop(0)
