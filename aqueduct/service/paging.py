"""Pages of long lists, bounded by count and by size."""

import asyncio
import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from aqueduct.errors import Invalid, Violation

DEFAULT_SIZE = 1_000
MAX_BYTES = 2 * 1024 * 1024
"""A page ends before its messages exceed this, since gRPC clients take 4 MiB by default."""

_TURN = 50
"""Items that are made before others have their turn."""

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """A part of a list, and the token that the next part is asked by (empty on the last)."""

    items: list[M]
    next_token: str


def page(keys: Sequence[str], item: Callable[[str], M], size: int, token: str) -> Page[M]:
    """Return the page after `token` of the list that `keys` order, at least one item if any is left.

    The token names the last key of the page before, so that changes between two pages neither
    repeat nor skip what did not change.
    """
    most = size_of(size)
    first = bisect_right(keys, key_of(token)) if token else 0
    items: list[M] = []
    total = 0
    for key in keys[first : first + most]:
        message = item(key)
        total += message.ByteSize()
        if items and total > MAX_BYTES:
            break
        items.append(message)
    end = first + len(items)
    return Page(items, token_of(keys[end - 1]) if items and end < len(keys) else "")


async def page_in_turns(
    keys: Sequence[str], items: Callable[[Sequence[str]], Sequence[M]], size: int, token: str
) -> Page[M]:
    """As `page`, with turns for others in between: for items that take long to make."""
    most = size_of(size)
    first = bisect_right(keys, key_of(token)) if token else 0
    found: list[M] = []
    total = 0
    last = min(first + most, len(keys))
    while first + len(found) < last:
        at = first + len(found)
        for message in items(keys[at : min(at + _TURN, last)]):
            total += message.ByteSize()
            if found and total > MAX_BYTES:
                last = first + len(found)
                break
            found.append(message)
        await asyncio.sleep(0)
    end = first + len(found)
    return Page(found, token_of(keys[end - 1]) if found and end < len(keys) else "")


def size_of(size: int) -> int:
    """Return how many items a page of `size` has at the most. Invalid for a size below 0."""
    if size < 0:
        raise Invalid(
            [Violation("page_size", f"must be 0 (the default, {DEFAULT_SIZE}) or more, not {size}")]
        )
    return size or DEFAULT_SIZE


def token_of(key: str) -> str:
    """Return the token that asks for what follows `key`."""
    return base64.urlsafe_b64encode(key.encode()).decode()


def key_of(token: str) -> str:
    """Return the key that a token names. Invalid for one that is none of ours."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise not_ours() from None


def not_ours() -> Invalid:
    """Return the error for a token that no page had."""
    return Invalid([Violation("page_token", "must be the next_page_token of the page before")])
