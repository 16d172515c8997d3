"""The client for programs without an event loop. It may be shared by threads."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, Self, TypeVar

import grpc
from google.protobuf.message import Message

from aqueduct.client import options as opt
from aqueduct.client import pages
from aqueduct.client.blocking_methods import Methods
from aqueduct.client.errors import closed
from aqueduct.client.events import ActivityEvent, ConfigEvent, StatsEvent
from aqueduct.client.following import ActivityFollower, ConfigFollower, Follower, StatsFollower
from aqueduct.client.methods import Method, Request, Response
from aqueduct.client.options import Deadlines, Tls
from aqueduct.client.pending import Pending, Watch
from aqueduct.client.resuming import Retries
from aqueduct.v1.activity_pb2 import ActivityWatchRequest
from aqueduct.v1.stats_pb2 import StatsWatchRequest

Told = TypeVar("Told")


class Client(Methods):
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
            grpc.insecure_channel(target, options=opt.CHANNEL)
            if credentials is None
            else grpc.secure_channel(target, credentials, options=opt.CHANNEL)
        )
        """For stubs of your own."""
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Have what is under way fail as Cancelled, and close the connection."""
        self._closed.set()
        self.channel.close()

    def _begun(self, begin: Callable[[], Any]) -> Any:
        """Begin a call. Cancelled where the client is closed."""
        try:
            return begin()
        except ValueError as error:  # gRPC's, for a channel that is closed
            if self._closed.is_set():
                raise closed() from error
            raise

    def call(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> Response:
        """Make a call, again where that is safe. CallError where it fails."""
        return self.start(method, request, deadline).result()

    def start(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> Pending[Response]:
        """Make a call that another thread may cancel."""
        seconds = self._deadlines.of(method) if deadline is None else deadline
        bound = self.channel.unary_unary(
            method.path, request_serializer=_serialized, response_deserializer=method.response.FromString
        )

        def attempt(left: float) -> Any:
            return self._begun(lambda: bound.future(request, timeout=left, metadata=self._metadata))

        return Pending(attempt, Retries(time.monotonic(), seconds, is_safe=method.is_safe(request)))

    def pages(
        self, method: Method[Request, Response], request: Request, deadline: float | None = None
    ) -> Generator[Any, None, None]:
        """Yield all that a method lists, page by page."""
        asked: Any = request
        while asked is not None:
            page = self.call(method, asked, deadline)
            yield from pages.items(page)
            asked = pages.following(asked, page)

    def watch_config(self, resources: Sequence[str] = (), *, after: int | None = None) -> Watch[ConfigEvent]:
        """Tell the configuration, then each change of it once and in order, over restarts of the server.

        `resources` selects some (`backends/web`, `backends/`). With `after` it begins with what changed after
        that revision, and with a snapshot that says why (`reset`) where that is no more known.
        """
        return self._watch(ConfigFollower(resources, after))

    def watch_stats(self, request: StatsWatchRequest | None = None) -> Watch[StatsEvent]:
        """Tell the statistics selected, then what changes; all of them again over restarts."""
        return self._watch(StatsFollower(request or StatsWatchRequest()))

    def watch_activity(self, request: ActivityWatchRequest | None = None) -> Watch[ActivityEvent]:
        """Tell what happens, each event once, over restarts."""
        return self._watch(ActivityFollower(request or ActivityWatchRequest()))

    def _watch(self, follower: Follower[Told]) -> Watch[Told]:
        method = follower.method
        bound = self.channel.unary_stream(
            method.path, request_serializer=_serialized, response_deserializer=method.response.FromString
        )

        def begin() -> Any:
            return self._begun(lambda: bound(follower.begin(), metadata=self._metadata))

        return Watch(begin, follower, self.target, self._closed)


def _serialized(request: Message) -> bytes:
    return request.SerializeToString()
