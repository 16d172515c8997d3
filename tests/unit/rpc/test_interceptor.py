"""Errors in calls of each streaming kind; what the client learns, and what the log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
import pytest
from google.protobuf.message import DecodeError
from structlog.testing import capture_logs

from aqueduct.errors import NotFound
from aqueduct.rpc.calls import Calls
from aqueduct.rpc.interceptor import CallInterceptor
from tests.refusals import refused

Context = grpc.aio.ServicerContext[bytes, bytes]
KINDS = ["unary_unary", "unary_stream", "stream_unary", "stream_stream"]


class Methods:
    """A method of each streaming kind, which does what the request says."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.left = asyncio.Event()
        self.logged = asyncio.Event()
        self._ticks = 0

    def clock(self) -> float:
        """Read by the interceptor when a call begins, and when it is logged."""
        self._ticks += 1
        if self._ticks == 2:
            self.logged.set()
        return self._ticks

    async def do(self, request: bytes, context: Context) -> bytes:
        if request == b"ours":
            raise NotFound("backend", "app")
        if request == b"fault":
            raise ZeroDivisionError("a secret")
        if request == b"abort":
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "as the method says")
        if request == b"wait":
            self.entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.left.set()
        return request

    async def unary_unary(self, request: bytes, context: Context) -> bytes:
        return await self.do(request, context)

    async def unary_stream(self, request: bytes, context: Context) -> AsyncIterator[bytes]:
        yield b"first"
        yield await self.do(request, context)

    async def stream_unary(self, requests: AsyncIterator[bytes], context: Context) -> bytes:
        return b",".join([await self.do(request, context) async for request in requests])

    async def stream_stream(self, requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
        async for request in requests:
            yield await self.do(request, context)

    async def writing(self, request: bytes, context: Context) -> None:
        """Stream by writing to the context, the other way that grpc.aio has."""
        await context.write(b"first")
        await context.write(await self.do(request, context))


def decode(raw: bytes) -> bytes:
    if raw == b"malformed":
        raise DecodeError("in protobuf's words")
    return raw


@asynccontextmanager
async def serving(methods: Methods) -> AsyncIterator[grpc.aio.Channel]:
    server = grpc.aio.server(interceptors=[CallInterceptor(Calls(clock=methods.clock))])
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        kind: getattr(grpc, f"{kind}_rpc_method_handler")(getattr(methods, kind), decode) for kind in KINDS
    }
    handlers["writing"] = grpc.unary_stream_rpc_method_handler(methods.writing, decode)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test", handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(0)


@pytest.fixture
def methods() -> Methods:
    return Methods()


@pytest.fixture
async def channel(methods: Methods) -> AsyncIterator[grpc.aio.Channel]:
    async with serving(methods) as channel:
        yield channel


def start(channel: grpc.aio.Channel, name: str, request: bytes) -> Any:
    """Call a method; return the call."""
    kind = name if name in KINDS else "unary_stream"
    argument = iter([request]) if kind.startswith("stream") else request
    return getattr(channel, kind)(f"/test/{name}")(argument)


async def call(channel: grpc.aio.Channel, name: str, request: bytes) -> list[bytes]:
    """Call a method, and return its responses."""
    calling = start(channel, name, request)
    return [await calling] if name.endswith("unary") else [response async for response in calling]


@pytest.mark.parametrize(
    ("name", "responses"),
    [
        ("unary_unary", [b"hello"]),
        ("unary_stream", [b"first", b"hello"]),
        ("stream_unary", [b"hello"]),
        ("stream_stream", [b"hello"]),
        ("writing", [b"first", b"hello"]),
    ],
)
async def test_answers_pass(channel: grpc.aio.Channel, name: str, responses: list[bytes]) -> None:
    assert await call(channel, name, b"hello") == responses


@pytest.mark.parametrize("name", [*KINDS, "writing"])
async def test_our_errors_become_their_status_and_are_not_logged_as_faults(
    methods: Methods, channel: grpc.aio.Channel, name: str
) -> None:
    with capture_logs() as logs:
        error = await refused(call(channel, name, b"ours"))
        await methods.logged.wait()
    assert (error.code, error.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert [(line["log_level"], line["code"]) for line in logs] == [("debug", "NOT_FOUND")]


@pytest.mark.parametrize("name", [*KINDS, "writing"])
async def test_a_request_that_is_no_message_is_the_clients_error(
    methods: Methods, channel: grpc.aio.Channel, name: str
) -> None:
    with capture_logs() as logs:
        error = await refused(call(channel, name, b"malformed"))
        await methods.logged.wait()
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")
    assert error.message == "the request is no valid message: in protobuf's words"
    assert [(line["log_level"], line["code"]) for line in logs] == [("debug", "INVALID_ARGUMENT")]


@pytest.mark.parametrize("name", [*KINDS, "writing"])
async def test_a_fault_is_logged_with_its_traceback_and_told_by_an_id_only(
    methods: Methods, channel: grpc.aio.Channel, name: str
) -> None:
    with capture_logs() as logs:
        error = await refused(call(channel, name, b"fault"))
        await methods.logged.wait()
    fault, debug = logs
    assert error.code is grpc.StatusCode.INTERNAL
    assert fault["id"] in error.message
    assert "secret" not in str(error)
    assert (fault["log_level"], fault["method"]) == ("error", f"/test/{name}")
    assert isinstance(fault["exc_info"], ZeroDivisionError)
    assert fault["exc_info"].__traceback__ is not None
    assert debug["code"] == "INTERNAL"


@pytest.mark.parametrize("name", [*KINDS, "writing"])
async def test_a_method_that_aborts_by_itself_says_what_it_says(
    methods: Methods, channel: grpc.aio.Channel, name: str
) -> None:
    with capture_logs() as logs:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call(channel, name, b"abort")
        await methods.logged.wait()
    assert (raised.value.code(), raised.value.details()) == (
        grpc.StatusCode.OUT_OF_RANGE,
        "as the method says",
    )
    assert [line["code"] for line in logs] == ["OUT_OF_RANGE"]


@pytest.mark.parametrize("name", [*KINDS, "writing"])
async def test_a_client_that_leaves_cancels_the_method(methods: Methods, name: str) -> None:
    with capture_logs() as logs:
        async with serving(methods) as channel:
            calling = start(channel, name, b"wait")
            await methods.entered.wait()
            calling.cancel()
            await methods.left.wait()
            await methods.logged.wait()
    assert [line["code"] for line in logs] == ["CANCELLED"]


async def test_a_client_that_leaves_between_responses_ends_the_method(
    methods: Methods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a method has to clean up it does at once, not when its generator is collected."""
    ended = asyncio.Event()

    async def endless(_: bytes, __: Context) -> AsyncIterator[bytes]:
        try:
            while True:
                yield bytes(1_000_000)  # until flow control stops it
        finally:
            ended.set()

    monkeypatch.setattr(methods, "unary_stream", endless)
    async with serving(methods) as channel:
        calling = start(channel, "unary_stream", b"")
        await calling.read()
        calling.cancel()
        await ended.wait()


async def test_an_unknown_method_is_unimplemented(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call(channel, "nothing", b"")
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_the_log_has_method_and_duration() -> None:
    ticks = iter([10.0, 10.25])
    interceptor = CallInterceptor(Calls(clock=lambda: next(ticks)))

    async def method(request: bytes, _: Context) -> bytes:
        return request

    async def continuation(_: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        return grpc.unary_unary_rpc_method_handler(method)

    class Details:
        method = "/test/method"
        invocation_metadata: tuple[tuple[str, str | bytes], ...] = ()

    handler = await interceptor.intercept_service(continuation, Details())
    assert handler is not None
    function: Any = handler.unary_unary
    with capture_logs() as logs:
        assert await function(b"request", None) == b"request"
    assert logs == [
        {"event": "call", "log_level": "debug", "method": "/test/method", "code": "OK", "seconds": 0.25}
    ]
