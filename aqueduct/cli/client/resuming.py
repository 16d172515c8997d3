"""A stream, taken up again by itself where it breaks off, for as long as it takes.

The first has to come about: what is wrong then ends the command, as with any call. Later ones that are lost,
or that the server ends since it ends itself, are told of on stderr and opened again, by the caller, who knows
how far it is. Ctrl-C cancels the one under way.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any, Final, Protocol, TypeVar

import grpc

from aqueduct.cli.client import refusals, screen
from aqueduct.cli.commands.options import Server
from aqueduct.cli.failures import Failed

_FIRST: Final = 0.25
_LONGEST: Final = 2.0
"""Seconds of the pauses between two tries."""
_PASSING: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
_AT_ONCE: Final = frozenset({"SLOW_WATCHER"})
"""Reasons that ask to be back without a pause."""

Response = TypeVar("Response")
Response_co = TypeVar("Response_co", covariant=True)


class Stream(Protocol[Response_co]):
    """A call whose responses stream."""

    def __iter__(self) -> Iterator[Response_co]:
        """Iterate over the responses."""
        ...

    def cancel(self) -> bool:
        """End it."""
        ...


class _Silent(Exception):
    """The server says nothing at all."""


def _tell(text: str) -> None:
    screen.tell(screen.plain(text), err=True)


def resumed(
    begin: Callable[[], Stream[Response]],
    server: Server,
    *,
    anew: Callable[[], None] | None = None,
    pause: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = _tell,
) -> Generator[Response, None, None]:
    """Yield what the streams respond that `begin` opens, one after the other. To be closed.

    `anew` has the caller begin anew, where what followed is no more there (OUT_OF_RANGE). Failed where the
    first stream fails, or a later one for other reasons than that the server is not there. `tell` is told of
    a stream that is lost, and of its return.
    """
    is_first, tries = True, 0
    while True:
        call = begin()
        try:
            for response in _responses(call, server):
                if tries:
                    tell(f"{server.target} is back")
                is_first, tries = False, 0
                yield response
            lost = f"{server.target} has ended the stream"
        except _Silent as error:
            failed = refusals.silent(server.target, server.timeout)
            if is_first:
                raise failed from error
            lost = _what(failed)
        except grpc.RpcError as error:
            failed = refusals.failed(error, refusals.Asked(server.target, server.timeout))
            lost = _lost(error, failed, is_first=is_first, anew=anew)
        finally:
            call.cancel()
        if lost and not tries:
            tell(f"{lost}: trying again")
        if lost:
            pause(min(_FIRST * 2**tries, _LONGEST))
            tries += 1


def _lost(error: Any, failed: Failed, *, is_first: bool, anew: Callable[[], None] | None) -> str:
    """Return what is wrong where the server is not there, nothing where it is; raise `failed` else."""
    if is_first:
        raise failed from error
    if refusals.reason_of(error) in _AT_ONCE:
        return ""
    if error.code() is grpc.StatusCode.OUT_OF_RANGE and anew is not None:
        screen.tell(screen.plain(error.details()), err=True)
        anew()
        return ""
    if error.code() not in _PASSING:
        raise failed from error
    return _what(failed)


def _what(failed: Failed) -> str:
    """Return what is wrong, without what to do next."""
    return failed.lines[0].partition(". ")[0]


def _responses(call: Stream[Response], server: Server) -> Iterator[Response]:
    """Yield what a stream responds. _Silent where it says nothing at all for the server's timeout."""
    with _patience(call, server) as answered:
        for response in call:
            answered()
            yield response


@contextmanager
def _patience(call: Stream[object], server: Server) -> Iterator[Callable[[], None]]:
    late: list[bool] = []

    def give_up() -> None:
        late.append(True)
        call.cancel()

    timer = Timer(server.timeout, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield timer.cancel
    except grpc.RpcError as error:
        if late:
            raise _Silent from error
        raise
    finally:
        timer.cancel()
