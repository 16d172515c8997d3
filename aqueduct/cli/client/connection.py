"""One channel to a server, and its calls: an answer, or Failed with what to do next.

Ctrl-C cancels the call that is under way. A change that gets no answer may have been made all the same, which
its caller is told.
"""

from __future__ import annotations  # gRPC's own classes take no parameters at run time

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import grpc
from google.protobuf.message import Message

from aqueduct.cli.client import refusals
from aqueduct.cli.client.progress import Progress
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Exit, Failed
from aqueduct.v1.activity_pb2_grpc import ActivityServiceStub
from aqueduct.v1.backend_pb2_grpc import BackendServiceStub
from aqueduct.v1.config_pb2_grpc import ConfigServiceStub
from aqueduct.v1.frontend_pb2_grpc import FrontendServiceStub
from aqueduct.v1.haproxy_pb2 import GetStatusRequest, Status
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceStub
from aqueduct.v1.stats_pb2_grpc import StatsServiceStub

_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),  # HTTP_PROXY is meant for the web
    ("grpc.max_receive_message_length", -1),  # large configurations are ours to read
    ("grpc.keepalive_time_ms", 20_000),  # notices a server that is gone without a word
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 250),  # what watches a server is to be back soon
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
_LOOK: Final = 0.25
"""Seconds from one look at what a change waits for to the next."""

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


class Connection:
    """The services of one server."""

    def __init__(self, channel: grpc.Channel, server: Server) -> None:
        self._server = server
        self.frontends = FrontendServiceStub(channel)
        self.backends = BackendServiceStub(channel)
        self.config = ConfigServiceStub(channel)
        self.haproxy = HAProxyServiceStub(channel)
        self.stats = StatsServiceStub(channel)
        self.activity = ActivityServiceStub(channel)

    def ask(self, method: grpc.UnaryUnaryMultiCallable[Request, Response], request: Request) -> Response:
        """Make a call that changes nothing."""
        return self._call(method, request, {})

    def plan(
        self,
        method: grpc.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        places: refusals.Places | None = None,
    ) -> Response:
        """Make a call that checks a change. `places` tells what people call parts of the request."""
        return self._call(method, request, places or {})

    def change(
        self,
        method: grpc.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        places: refusals.Places | None = None,
    ) -> Response:
        """Make a call that changes something, telling on a terminal what it waits for."""
        with Progress() as progress:
            return self._call(method, request, places or {}, progress)

    def _call(
        self,
        method: grpc.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        places: refusals.Places,
        progress: Progress | None = None,
    ) -> Response:
        asked = refusals.Asked(self._server.target, self._server.timeout, progress is not None, places)
        future = method.future(request, timeout=self._server.timeout)
        try:
            while progress is not None and progress.is_seen and not _is_done(future):
                progress.show(self._status())
            return future.result()
        except grpc.RpcError as error:
            raise refusals.failed(error, asked) from error
        except KeyboardInterrupt:
            future.cancel()
            if progress is None:
                raise
            raise Failed(f"interrupted. {refusals.UNKNOWN}", Exit.INTERRUPTED) from None

    def _status(self) -> Status:
        """Return how HAProxy stands; an empty status where nobody says."""
        try:
            return self.haproxy.GetStatus(GetStatusRequest(), timeout=1).status
        except grpc.RpcError:
            return Status()


@contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """Open a channel; nothing is sent before the first call."""
    with grpc.insecure_channel(server.target, options=_OPTIONS) as channel:
        yield Connection(channel, server)


def pages(read: Callable[[str], tuple[Iterable[Response], str]]) -> Iterator[Response]:
    """Iterate over all that `read` reads by pages: it gets a page's token and returns the next one's."""
    token = ""
    while True:
        page, token = read(token)
        yield from page
        if not token:
            return


def _is_done(future: grpc.Future[Response]) -> bool:
    """Wait for a moment; tell whether the call has come to its end, right or wrong."""
    try:
        future.exception(timeout=_LOOK)
    except grpc.FutureTimeoutError:
        return False
    except grpc.FutureCancelledError:
        return True
    return True
