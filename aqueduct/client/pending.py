"""What is under way in a thread and may be ended by another: a call, a watch."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, Self, TypeVar

import grpc

from aqueduct.client.errors import CallError, call_error, closed, made
from aqueduct.client.following import Follower
from aqueduct.client.resuming import Resumption, Retries

log = logging.getLogger("aqueduct.client")

Answer = TypeVar("Answer")
Told = TypeVar("Told")


class Pending(Generic[Answer]):
    """A call. `result` is for one thread, `cancel` for any."""

    def __init__(self, attempt: Callable[[float], Any], retries: Retries) -> None:
        self._attempt = attempt
        self._retries = retries
        self._cancelled = threading.Event()
        self._call: Any = attempt(retries.left(time.monotonic()))

    def cancel(self) -> None:
        """End it: `result` raises Cancelled, where it has no answer yet."""
        self._cancelled.set()
        self._call.cancel()

    def result(self) -> Answer:
        """Wait for the answer; try again where that is safe. CallError where it fails."""
        while True:
            try:
                return self._answer()
            except CallError as failed:
                pause = self._retries.pause(failed, time.monotonic())
                if pause is None or self._cancelled.wait(pause):
                    raise
            self._call = self._attempt(self._retries.left(time.monotonic()))
            if self._cancelled.is_set():
                self._call.cancel()

    def _answer(self) -> Answer:
        try:
            answer: Answer = self._call.result()
        except grpc.FutureCancelledError as error:
            raise made(grpc.StatusCode.CANCELLED, "cancelled by the caller") from error
        except grpc.RpcError as error:
            raise call_error(error) from error
        return answer


class Watch(Generic[Told]):
    """Iterates over events, for one thread. `close`, from any thread, ends the iteration.

    Once `ended` is set, since the client is closed, it raises Cancelled.
    """

    def __init__(
        self,
        begin: Callable[[], Any],
        follower: Follower[Told],
        target: str,
        ended: threading.Event,
    ) -> None:
        self._begin = begin
        self._follower = follower
        self._target = target
        self._ended = ended
        self._closed = threading.Event()
        self._call: Any = None
        self._events = self._watch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Told]:
        return self

    def __next__(self) -> Told:
        return next(self._events)

    def close(self) -> None:
        """End the watch."""
        self._closed.set()
        if self._call is not None:
            self._call.cancel()

    def _watch(self) -> Iterator[Told]:
        resumption = Resumption(time.monotonic())
        while not self._closed.is_set():
            try:
                yield from self._stream(resumption)
                failed = made(grpc.StatusCode.UNAVAILABLE, "the server ended the stream")
            except CallError as error:
                failed = error
            if self._ended.is_set() and not self._closed.is_set():
                raise closed() from failed
            if self._closed.is_set() or self._follower.begins_anew(failed):
                continue
            pause = resumption.pause(failed, time.monotonic())
            if pause is None:
                raise failed
            log.info("watch of %s broke off (%s): again in %g s", self._target, failed, pause)
            self._closed.wait(pause)

    def _stream(self, resumption: Resumption) -> Iterator[Told]:
        self._call = call = self._begin()
        if self._closed.is_set():
            call.cancel()
        try:
            for response in call:
                resumption.answered()
                yield from self._follower.take(response)
        except grpc.RpcError as error:
            raise call_error(error) from error
        finally:
            call.cancel()
