"""What happens around every call: errors become statuses, and the call is logged.

The one place where exceptions meet gRPC. Errors of ours, requests that cannot be decoded among them,
become their status; whatever else was raised is a fault of ours: logged with its traceback under an id,
of which the client learns only the id. Cancellation (the client left, or its deadline passed) passes
through.
"""

import asyncio
import inspect
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final, TypeAlias, TypeVar

import grpc
import structlog
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from aqueduct.errors import AqueductError
from aqueduct.rpc.decoding import decoder
from aqueduct.rpc.status import internal_status, status_of

log = structlog.get_logger()

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
    """Turns errors into statuses and logs calls. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock

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
        function, method = getattr(handler, name), handler_call_details.method
        decode = decoder(handler.request_deserializer or _as_is, method)
        # grpc.aio decodes the messages of a stream where the method reads them, within `_around`, but
        # a single request before the method is called: that one is taken raw, and decoded within.
        if handler.request_streaming:
            return make(self._wrap(function, method, _as_is), decode, handler.response_serializer)
        return make(self._wrap(function, method, decode), None, handler.response_serializer)

    def _wrap(
        self, function: Callable[..., Any], method: str, decode: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        async def answer(request: Any, context: Context) -> Any:
            async with self._around(method, context):
                return await function(decode(request), context)

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            async with (
                self._around(method, context),
                aclosing(function(decode(request), context)) as responses,
            ):
                async for response in responses:
                    yield response

        return stream if inspect.isasyncgenfunction(function) else answer

    @asynccontextmanager
    async def _around(self, method: str, context: Context) -> AsyncIterator[None]:
        started = self._clock()
        code = "OK"
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            code = "CANCELLED"
            raise
        except grpc.aio.AbortError:  # the method said what it had to say
            code = context.code().name
            raise
        except Exception as error:  # noqa: BLE001 # the edge: nothing may pass but a status
            status = _status_of_any(error, method)
            code = Code.Name(status.code)
            await context.abort_with_status(rpc_status.to_status(status))
        finally:
            log.debug("call", method=method, code=code, seconds=round(self._clock() - started, 6))


def _as_is(request: Any) -> Any:
    return request


def _status_of_any(error: Exception, method: str) -> Status:
    if isinstance(error, AqueductError):
        return status_of(error)
    log_id = uuid.uuid4().hex[:12]
    log.error("a call failed by a fault of Aqueduct's", id=log_id, method=method, exc_info=error)
    return internal_status(log_id)
