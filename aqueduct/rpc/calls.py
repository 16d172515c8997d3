"""What happens around every call, by whichever protocol it came: deadline, interceptors, statuses, the log.

The one place where exceptions meet a protocol. Errors of ours, requests that cannot be decoded among them,
become their status; whatever else was raised is a fault of ours: logged with its traceback under an id,
of which the client learns only the id. Cancellation (the client left, or its deadline passed) passes
through. gRPC (`interceptor.py`) and the gateway go through it alike, so that nothing is decided twice.
"""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
import structlog
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from aqueduct.errors import AqueductError, TimedOut
from aqueduct.rpc.status import internal_status, status_of

log = structlog.get_logger()

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One call."""

    method: str
    """As gRPC spells it: `/package.Service/Method`."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the client says beside its request, by names in lower case: gRPC's metadata, HTTP's headers."""
    timeout: float | None = None
    """Seconds that it may take; None where the protocol itself ends it in time."""
    protocol: str = "grpc"
    """By which it came: `grpc` or `rest`."""
    streams: bool = False
    """Whether it has any number of responses."""
    code: str = "OK"
    """What came of it, once it is over: interceptors that are left find it here."""


Interceptor = Callable[[Call], AbstractAsyncContextManager[object]]
"""Entered before a call and left after it; an error of ours that it raises is the call's."""


class Refused(Exception):
    """A call has failed. `error` is the error of ours that it failed by, None for a fault."""

    def __init__(self, status: Status, error: AqueductError | None) -> None:
        self.status, self.error = status, error
        super().__init__(status.message)


class Calls:
    """Makes calls. `interceptors` are entered in their order; `clock` gives seconds that never go back."""

    def __init__(
        self, interceptors: Sequence[Interceptor] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interceptors = interceptors
        self._clock = clock

    async def answer(self, call: Call, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns. Refused where the call fails."""
        async with self._around(call):
            return await work()

    async def stream(
        self, call: Call, work: Callable[[], AsyncGenerator[T, None]]
    ) -> AsyncGenerator[T, None]:
        """Yield what `work` yields. Refused where the call fails; closed, it has ended `work` as well.

        To be iterated and closed by one task.
        """
        call.streams = True
        async with self._around(call), aclosing(work()) as responses:
            async for response in responses:
                yield response

    @asynccontextmanager
    async def _around(self, call: Call) -> AsyncIterator[None]:
        started = self._clock()
        try:
            with _Judged(call):
                async with AsyncExitStack() as stack:
                    with _Judged(call):  # here as well: those who are left look at the code
                        for interceptor in self._interceptors:
                            await stack.enter_async_context(interceptor(call))
                        if call.timeout is None:
                            yield
                        else:
                            async with _deadline(call.timeout):
                                yield
        finally:
            seconds = round(self._clock() - started, 6)
            log.debug("call", method=call.method, code=call.code, seconds=seconds)


class _Judged:
    """Notes the code of what a call fails by, and makes it Refused."""

    __slots__ = ("_call",)

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        match error:
            case None | grpc.aio.AbortError():  # the method said what it had to say; gRPC knows the code
                return
            case asyncio.CancelledError() | GeneratorExit():
                self._call.code = "CANCELLED"
            case Refused():  # in the protocol's own words
                self._call.code = Code.Name(error.status.code)
            case Exception():  # the edge: nothing may pass but a status
                refused = _refused(error, self._call.method)
                self._call.code = Code.Name(refused.status.code)
                raise refused from error


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds) as timeout:
            yield
    except TimeoutError:
        if timeout.expired():
            raise TimedOut(seconds) from None
        raise


def _refused(error: Exception, method: str) -> Refused:
    if isinstance(error, AqueductError):
        return Refused(status_of(error), error)
    log_id = uuid.uuid4().hex[:12]
    log.error("a call failed by a fault of Aqueduct's", id=log_id, method=method, exc_info=error)
    return Refused(internal_status(log_id), None)
