"""Lists that come in pages: the items of one, and the request of the next."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message


def items(page: Message) -> Sequence[Any]:
    """Return what a page lists: its one field of many messages. TypeError where it has none."""
    for field in page.DESCRIPTOR.fields:
        if field.is_repeated and field.message_type is not None:
            found: Sequence[Any] = getattr(page, field.name)
            return found
    raise TypeError(f"{page.DESCRIPTOR.name} is no list")


def following(request: Any, page: Any) -> Any | None:
    """Return the request of the page after `page`; None where that was the last."""
    if not page.next_page_token:
        return None
    following = type(request)()
    following.CopyFrom(request)
    following.page_token = page.next_page_token
    return following
