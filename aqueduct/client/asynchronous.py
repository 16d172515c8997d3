"""The client for asyncio: its channel, its calls with their retries, and the loops of its watches."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any, Self, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from aqueduct.client import options as opt
from aqueduct.client import pages
from aqueduct.client.async_methods import AsyncMethods
from aqueduct.client.errors import CallError, call_error, closed, made
from aqueduct.client.events import ActivityEvent, ConfigEvent, StatsEvent
from aqueduct.client.following import ActivityFollower, ConfigFollower, Follower, StatsFollower
from aqueduct.client.methods import Method, Request, Response
from aqueduct.client.options import Deadlines, Tls
from aqueduct.client.resuming import Resumption, Retries
from aqueduct.v1.activity_pb2 import ActivityWatchRequest
from aqueduct.v1.stats_pb2 import StatsWatchRequest

log = logging.getLogger("aqueduct.client")

Told = TypeVar("Told")


class AsyncClient(AsyncMethods):
    """A connection to one Aqueduct. Nothing is sent before the first call.

    `target` is such as `127.0.0.1:10001`. `tls`: True for the system's roots, or a Tls. `token` goes with
    each call (ValueError without TLS, but for this machine). To be used as a context, or closed.
    """

    def __init__(
        self,
        target: str,
        *,
        token: str | None = None,
        tls: Tls | bool = False,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.target = target
        credentials = opt.credentials(tls)
        self._metadata = opt.metadata(target, token, is_secure=credentials is not None)
        self._deadlines = deadlines or Deadlines()
        self.channel = (
            grpc.aio.insecure_channel(target, options=opt.CHANNEL)
            if credentials is None
            else grpc.aio.secure_channel(target, credentials, options=opt.CHANNEL)
        )
        """For stubs of your own."""
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Have what is under way fail as Cancelled, and close the connection."""
        self._is_closed = True
        await self.channel.close()

    @contextmanager
    def _until_closed(self) -> Iterator[None]:
        """Raise Cancelled for what gRPC raises once the client is closed: asyncio's CancelledError, say."""
        try:
            yield
        except (grpc.aio.UsageError, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if not self._is_closed or (task is not None and task.cancelling()):
                raise
            raise closed() from error

    async def call(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> Response:
        """Make a call, again where that is safe. CallError where it fails."""
        seconds = self._deadlines.of(method) if deadline is None else deadline
        retries = Retries(time.monotonic(), seconds, is_safe=method.is_safe(request))
        bound = self.channel.unary_unary(
            method.path, request_serializer=_serialized, response_deserializer=method.response.FromString
        )
        while True:
            left = retries.left(time.monotonic())
            try:
                with self._until_closed():
                    return await bound(request, timeout=left, metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                failed = call_error(error)
                pause = retries.pause(failed, time.monotonic())
                if pause is None:
                    raise failed from error
            await asyncio.sleep(pause)

    async def pages(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> AsyncGenerator[Any, None]:
        """Yield all that a method lists, page by page."""
        asked: Any = request
        while asked is not None:
            page = await self.call(method, asked, deadline)
            for item in pages.items(page):
                yield item
            asked = pages.following(asked, page)

    def watch_config(
        self, resources: Sequence[str] = (), *, after: int | None = None
    ) -> AsyncGenerator[ConfigEvent, None]:
        """Yield the configuration, then each change of it once and in order, over restarts of the server.

        `resources` selects some (`backends/web`, `backends/`). With `after` it begins with what changed after
        that revision, and with a snapshot that says why (`reset`) where that is no more known. To be closed.
        """
        return self._watch(ConfigFollower(resources, after))

    def watch_stats(self, request: StatsWatchRequest | None = None) -> AsyncGenerator[StatsEvent, None]:
        """Yield the statistics selected, then what changes; all of them again over restarts. To be closed."""
        return self._watch(StatsFollower(request or StatsWatchRequest()))

    def watch_activity(
        self, request: ActivityWatchRequest | None = None
    ) -> AsyncGenerator[ActivityEvent, None]:
        """Yield what happens, each event once, over restarts. To be closed."""
        return self._watch(ActivityFollower(request or ActivityWatchRequest()))

    async def _watch(self, follower: Follower[Told]) -> AsyncGenerator[Told, None]:
        resumption = Resumption(time.monotonic())
        while True:
            try:
                async with aclosing(self._stream(follower, resumption)) as events:
                    async for event in events:
                        yield event
                failed = made(grpc.StatusCode.UNAVAILABLE, "the server ended the stream")
            except CallError as error:
                failed = error
            if self._is_closed:
                raise closed() from failed
            if follower.begins_anew(failed):
                continue
            pause = resumption.pause(failed, time.monotonic())
            if pause is None:
                raise failed
            log.info("watch of %s broke off (%s): again in %g s", self.target, failed, pause)
            await asyncio.sleep(pause)

    async def _stream(self, follower: Follower[Told], resumption: Resumption) -> AsyncGenerator[Told, None]:
        method = follower.method
        bound = self.channel.unary_stream(
            method.path, request_serializer=_serialized, response_deserializer=method.response.FromString
        )
        with self._until_closed():
            call = bound(follower.begin(), metadata=self._metadata)
        try:
            with self._until_closed():
                async for response in call:
                    resumption.answered()
                    for event in follower.take(response):
                        yield event
        except grpc.aio.AioRpcError as error:
            raise call_error(error) from error
        finally:
            call.cancel()


def _serialized(request: Message) -> bytes:
    return request.SerializeToString()
