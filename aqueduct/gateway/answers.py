"""Responses as the answers of HTTP. Pure.

The body is the response, or the field of it that the annotation names. What else the response says is in
headers then (`Aqueduct-Revision`, `Aqueduct-Apply`), so that a write that answers with the resource
alone tells how it was applied all the same.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from aqueduct.gateway.conditions import entity_tag
from aqueduct.gateway.negotiation import EVENTS, JSON, NDJSON, TEXT
from aqueduct.gateway.original import resource_document
from aqueduct.gateway.requests import RAW
from aqueduct.gateway.routes import Route
from aqueduct.model.documents import to_document

encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_ascii: Final = json.JSONEncoder(separators=(",", ":")).encode

_WORD: Final = re.compile("[A-Z]?[a-z0-9]+")
_AT_ONCE: Final = 250
"""Items of a list that are encoded while nobody else has a turn."""
_LONGEST_HEADER: Final = 4_096
"""Characters of a header's value; clients take 8 KiB of all of them, at the least."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent."""

    body: bytes = b""
    media_type: str = JSON
    """With its parameters, or without any."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    gzipped: bytes = b""
    """The body by gzip, for clients that take it; empty where it is not held."""

    @property
    def content_type(self) -> str:
        """The `Content-Type`, as the original spelled it."""
        if ";" in self.media_type:
            return self.media_type
        is_text = self.media_type == JSON or self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


def offered(route: Route) -> Sequence[str]:
    """Return the media types that a route answers with; none where the response itself says which."""
    if _is_raw(route):
        return ()
    if route.streams:
        return NDJSON, EVENTS
    body = route.answer_field
    is_text = body is not None and body.cpp_type == FieldDescriptor.CPPTYPE_STRING and not body.is_repeated
    return (TEXT, JSON) if is_text else (JSON,)


def is_whole(request: Message) -> bool:
    """Tell whether all of the response is wanted: a change that is only tried answers with its plan."""
    return "validate_only" in request.DESCRIPTOR.fields_by_name and bool(
        getattr(request, "validate_only", False)
    )


def answer_of(route: Route, response: Message, media_type: str, whole: bool = False) -> Answer:
    """Return the answer that a response is. `whole`: with all of it as the body."""
    if _is_raw(route):
        raw: Any = getattr(response, route.response_body) if route.response_body else response
        return Answer(raw.data, raw.content_type or "application/octet-stream")
    if whole or not route.response_body:
        return Answer(encode(resource_document(response)).encode(), JSON)
    value = getattr(response, route.response_body)
    body = value if media_type == TEXT else encode(body_document(route, response))
    return Answer(body.encode(), media_type, headers=_other_fields(response, route.response_body))


def list_parts(route: Route, response: Message) -> Iterator[str]:
    """Yield the body of a list in parts, each of which takes no more than some milliseconds to make."""
    items = getattr(response, route.response_body)
    yield "["
    for first in range(0, len(items), _AT_ONCE):
        part = [resource_document(item) for item in items[first : first + _AT_ONCE]]
        yield ("," if first else "") + encode(part)[1:-1]
    yield "]"


def list_answer(route: Route, response: Message, body: bytes) -> Answer:
    """Return the answer that a list is, whose parts make up `body`."""
    return Answer(body, headers=_other_fields(response, route.response_body))


def body_document(route: Route, response: Message) -> Any:
    """Return what is the body of an answer, or an item of a stream."""
    field_ = route.answer_field
    if field_ is None:
        return resource_document(response)
    value = getattr(response, field_.name)
    if field_.message_type is None:
        return to_document(response).get(field_.json_name, [] if field_.is_repeated else value)
    return [resource_document(each) for each in value] if field_.is_repeated else resource_document(value)


def is_resource(route: Route) -> bool:
    """Tell whether the answer is one resource that has a revision."""
    field_ = route.answer_field
    if field_ is None or field_.is_repeated or field_.message_type is None:
        return False
    return "revision" in field_.message_type.fields_by_name


def tag_of(route: Route, response: Message, body: bytes) -> str:
    """Return the entity tag of an answer: by the revision of the resource, or else of the response."""
    message = getattr(response, route.response_body) if is_resource(route) else response
    return entity_tag(body, revision_of(message))


def revision_of(message: Message) -> int | None:
    """Return the revision that a message is of, None where it has none."""
    found = message.DESCRIPTOR.fields_by_name.get("revision")
    is_number = found is not None and found.cpp_type == FieldDescriptor.CPPTYPE_INT64
    return int(getattr(message, "revision", 0)) if is_number else None


def _is_raw(route: Route) -> bool:
    of: Any = route.output if route.answer_field is None else route.answer_field.message_type
    return of is not None and of.full_name == RAW


def _other_fields(response: Message, body: str) -> dict[str, str]:
    """Return the fields that are not the body as headers."""
    others = type(response)()
    others.CopyFrom(response)
    others.ClearField(body)
    headers = {_spelled(name): _header(value) for name, value in to_document(others).items()}
    return {name: value for name, value in headers.items() if len(value) <= _LONGEST_HEADER}


def _spelled(name: str) -> str:
    """Return a field's name as that of a header: `nextPageToken` is `Aqueduct-Next-Page-Token`."""
    return "Aqueduct" + "".join(f"-{word.capitalize()}" for word in _WORD.findall(name))


def _header(value: object) -> str:
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value
    return _encode_ascii(value)
