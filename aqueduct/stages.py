"""The stages of a call, told to whoever listens to that call: nobody, unless traces are on.

What happens in another task is noted there and told by the one that waits for it, which runs within the call.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

Words = Mapping[str, str | int]


_NOTHING: Words = {}


class Stage(NamedTuple):
    """A part of the time that a call takes."""

    name: str
    began: float
    """In seconds since 1970-01-01 UTC."""
    ended: float
    about: Words = _NOTHING
    """What else is to be told of it."""


Listener = Callable[[Stage], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("stages", default=None)


def listened() -> bool:
    """Tell whether anybody listens to the call that this runs within."""
    return _LISTENER.get() is not None


def tell(*stages: Stage) -> None:
    """Tell what the call that this runs within has been through."""
    listener = _LISTENER.get()
    if listener is not None:
        for stage in stages:
            listener(stage)


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Tell that what runs within is a stage."""
    if not listened():
        yield
        return
    began = now()
    try:
        yield
    finally:
        tell(Stage(name, began, now()))


def now() -> float:
    """Return the time of stages, in seconds since 1970-01-01 UTC."""
    return time.time()


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Have `listener` told the stages of what runs within.

    May be left in another context than it was entered in: gRPC leaves the stream of a client that has gone to
    Python's finalizer, which closes it in a task of its own.
    """
    before = _LISTENER.get()
    _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.set(before)
