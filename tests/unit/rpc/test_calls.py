"""Calls that come by no wire: what becomes of errors, deadlines, and who is entered around them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from google.rpc import code_pb2
from structlog.testing import capture_logs

from aqueduct.errors import NotFound, TimedOut, Unavailable
from aqueduct.rpc.calls import Call, Calls, Refused
from aqueduct.rpc.servicers import methods_of
from aqueduct.v1 import haproxy_pb2
from aqueduct.v1.haproxy_pb2_grpc import HAProxyServiceServicer


async def answering(value: str) -> str:
    return value


async def test_an_answer_passes() -> None:
    call = Call("/a/b")
    assert await Calls().answer(call, lambda: answering("x")) == "x"
    assert call.code == "OK"


async def test_interceptors_are_entered_in_their_order_and_left_in_reverse() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def first(call: Call) -> AsyncIterator[None]:
        seen.append(f"{call.method} as {call.metadata['who']}")
        yield
        seen.append("first left")

    @asynccontextmanager
    async def second(_: Call) -> AsyncIterator[None]:
        seen.append("second")
        yield
        seen.append("second left")

    calls = Calls([first, second])
    await calls.answer(Call("/a/b", {"who": "me"}), lambda: answering("x"))
    assert seen == ["/a/b as me", "second", "second left", "first left"]


async def test_an_interceptor_may_refuse_a_call() -> None:
    @asynccontextmanager
    async def closed(call: Call) -> AsyncIterator[None]:
        if "token" not in call.metadata:
            raise Unavailable("CLOSED", "not today")
        yield

    with pytest.raises(Refused) as raised:
        await Calls([closed]).answer(Call("/a/b"), lambda: answering("x"))
    assert raised.value.status.code == code_pb2.UNAVAILABLE


async def test_a_deadline() -> None:
    call = Call("/a/b", timeout=0.01)
    with pytest.raises(Refused) as raised:
        await Calls().answer(call, asyncio.Event().wait)
    assert isinstance(raised.value.error, TimedOut)
    assert call.code == "DEADLINE_EXCEEDED"


async def test_a_timeout_of_the_methods_own_is_a_fault() -> None:
    async def fail() -> None:
        raise TimeoutError

    with capture_logs(), pytest.raises(Refused) as raised:
        await Calls().answer(Call("/a/b", timeout=60), fail)
    assert (raised.value.status.code, raised.value.error) == (code_pb2.INTERNAL, None)


async def test_a_stream_that_is_closed_ends_its_method() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    call = Call("/a/b")
    async with aclosing(Calls().stream(call, endless)) as stream:
        assert await anext(stream) == 1
    assert ended.is_set()
    assert call.code == "CANCELLED"


async def test_a_stream_that_fails_is_refused() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise NotFound("backend", "app")

    stream = Calls().stream(Call("/a/b"), failing)
    assert await anext(stream) == 1
    with pytest.raises(Refused, match="backend app not found"):
        await anext(stream)


def test_a_method_without_code_is_none() -> None:
    class Partly(HAProxyServiceServicer):
        async def GetStatus(self, _request: object, _: object) -> haproxy_pb2.GetStatusResponse:  # noqa: N802 # its name
            return haproxy_pb2.GetStatusResponse()

    service = haproxy_pb2.DESCRIPTOR.services_by_name["HAProxyService"]
    methods = list(methods_of(service, Partly()))  # type: ignore[abstract] # the point
    assert [method.name for method in methods] == ["/aqueduct.v1.HAProxyService/GetStatus"]
