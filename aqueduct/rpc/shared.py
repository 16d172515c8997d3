"""Messages that many streams send: written once, as bytes or as JSON.

A stream that has the same for many clients yields the very same message to each. What the last few became is
kept, by the identity of the message: it must not be changed once it was yielded.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

_KEPT: Final = 64
_KEPT_SIZE: Final = 4 * 1024 * 1024
"""Bytes, or characters, of all that is kept; the last one is, however large."""

T = TypeVar("T")


class Shared(Generic[T]):
    """Has `write` write each message once. `size` measures what it makes, in bytes or characters."""

    def __init__(self, write: Callable[[Any], T], size: Callable[[T], int]) -> None:
        self._write = write
        self._size_of = size
        self._known: OrderedDict[int, tuple[object, T]] = OrderedDict()
        self._size = 0

    def __call__(self, message: object) -> T:
        """Return what `message` is written as."""
        known = self._known.get(id(message))
        if known is not None and known[0] is message:  # held here, so no other can have its id
            return known[1]
        made = self._write(message)
        self._known[id(message)] = message, made
        self._size += self._size_of(made)
        while len(self._known) > _KEPT or (self._size > _KEPT_SIZE and len(self._known) > 1):
            _, (_, former) = self._known.popitem(last=False)
            self._size -= self._size_of(former)
        return made
