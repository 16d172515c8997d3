"""gRPC's calls: taken off the wire, made by `Calls`, and refused with its statuses."""

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import grpc
from grpc_status import rpc_status

from aqueduct.rpc.calls import Call, Calls, Refused
from aqueduct.rpc.decoding import decoder
from aqueduct.rpc.shared import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator

TRequest = TypeVar("TRequest")
TResponse = TypeVar("TResponse")
Handler: TypeAlias = "grpc.RpcMethodHandler[TRequest, TResponse]"
Context = grpc.aio.ServicerContext[Any, Any]

_KINDS: Final[dict[tuple[bool, bool], tuple[str, "Callable[..., Handler[Any, Any]]"]]] = {
    (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler),
    (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler),
    (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler),
    (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler),
}
"""By whether requests and responses stream: where a handler keeps its function, and how one is made."""


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Has `calls` make what comes by gRPC."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._shared: dict[str, Shared[bytes]] = {}

    async def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], Awaitable[Handler[TRequest, TResponse] | None]]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler[TRequest, TResponse] | None":
        """Wrap the method's handler in one of the same streaming kind; None where there is no such method."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        name, make = _KINDS[handler.request_streaming, handler.response_streaming]
        function = getattr(handler, name)
        call = Call(handler_call_details.method, _texts(handler_call_details.invocation_metadata))
        decode = decoder(handler.request_deserializer or _as_is, call.method)
        serialize = handler.response_serializer
        if handler.response_streaming and serialize is not None:
            serialize = self._shared.setdefault(call.method, Shared(serialize, len))
        # grpc.aio decodes the messages of a stream where the method reads them, within the call, but
        # a single request before the method is called: that one is taken raw, and decoded within.
        if handler.request_streaming:
            return make(self._wrap(function, call, _as_is), decode, serialize)
        return make(self._wrap(function, call, decode), None, serialize)

    def _wrap(
        self, function: Callable[..., Any], call: Call, decode: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        async def answer(request: Any, context: Context) -> Any:
            async def work() -> Any:
                with _aborting(call, context):
                    return await function(decode(request), context)

            try:
                return await self._calls.answer(call, work)
            except Refused as refused:
                await context.abort_with_status(rpc_status.to_status(refused.status))

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            async def work() -> AsyncGenerator[Any, None]:
                with _aborting(call, context):
                    async with aclosing(function(decode(request), context)) as responses:
                        async for response in responses:
                            yield response

            try:
                async with aclosing(self._calls.stream(call, work)) as responses:
                    async for response in responses:
                        yield response
            except Refused as refused:
                await context.abort_with_status(rpc_status.to_status(refused.status))

        return stream if inspect.isasyncgenfunction(function) else answer


@contextmanager
def _aborting(call: Call, context: Context) -> "Iterator[None]":
    try:
        yield
    except grpc.aio.AbortError:
        call.code = context.code().name
        raise


def _texts(metadata: Any) -> dict[str, str]:
    return {key: value for key, value in metadata or () if isinstance(value, str)}


def _as_is(request: Any) -> Any:
    return request
