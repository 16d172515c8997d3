"""Streams of responses as lines, as events, and as messages of a WebSocket. Pure.

A stream that fails once it has begun can have no other status any more: its last item tells the error then,
as `{"error": {...}}`, over Server-Sent Events as an event of type `error`.
"""

from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.message import Message

from aqueduct.gateway.answers import body_document, encode
from aqueduct.gateway.negotiation import EVENTS, NDJSON
from aqueduct.gateway.routes import Route
from aqueduct.v1 import options_pb2


@dataclass(frozen=True, slots=True)
class Item:
    """A response of a stream, or the error that ended it."""

    text: str
    """As JSON."""
    id: str = ""
    """By which the stream is taken up again after it; empty where it cannot be."""
    is_error: bool = False


def item_of(route: Route, response: Message) -> Item:
    """Return a response as an item."""
    resume = resume_of(route)
    is_whole = resume.id and not (resume.more and getattr(response, resume.more))
    identity = str(getattr(response, resume.id)) if is_whole else ""
    return Item(encode(body_document(route, response)), identity if identity.isprintable() else "")


def error_item(document: Any) -> Item:
    """Return the item that tells an error."""
    return Item(encode(document), is_error=True)


def resume_of(route: Route) -> options_pb2.Resume:
    """Return by which fields a stream is taken up again; empty where it cannot be."""
    extensions: Any = route.method.descriptor.GetOptions().Extensions
    resume: options_pb2.Resume = extensions[options_pb2.resume]
    return resume


def line(item: Item) -> bytes:
    """Return an item as a line of JSON."""
    return f"{message(item)}\n".encode()


def event(item: Item) -> bytes:
    """Return an item as an event (HTML, 9.2.6)."""
    head = "event: error\n" if item.is_error else f"id: {item.id}\n" if item.id else ""
    return f"{head}data: {item.text}\n\n".encode()


def message(item: Item) -> str:
    """Return an item as a message of its own."""
    return f'{{"error":{item.text}}}' if item.is_error else item.text


FRAMINGS: Final = {NDJSON: (line, b"\n"), EVENTS: (event, b":\n\n")}
"""How an item is written, and what is written meanwhile so that either end notices when the other is gone."""
