"""HTTP requests as messages: the path, the query and the body, in this order of precedence. Pure.

Fields that the path does not bind, nor the body, are parameters of the query. A body of `*` leaves none to it
by http.proto; here they may be given there as well, so that `?wait_for=commit` works for every write.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.message import Message

from aqueduct.errors import Invalid
from aqueduct.gateway.errors import malformed, too_many_values
from aqueduct.gateway.parameters import Parameters, Violations
from aqueduct.gateway.routes import Route
from aqueduct.model.documents import field_named

RAW: Final = "google.api.HttpBody"
"""The message that is a body as it stands, of any type."""
_MOST_VALUES: Final = 500_000
"""Values of a body, of which each costs some microseconds, whatever it is worth."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of an HTTP request."""

    content: bytes = b""
    media_type: str = ""


NO_BODY: Final = Body()


def read_request(route: Route, values: Mapping[str, str], query: str, body: Body = NO_BODY) -> Message:
    """Return the request that an HTTP request makes. `values` are those that the path holds, by field.

    Invalid with all that is wrong in it, by the names that the caller wrote; HttpError 400 for what cannot be
    read at all.
    """
    message = route.request()
    violations = Violations()
    parameters = Parameters(route, violations)
    parameters.read(query)
    if is_raw(route):
        _read_raw(message if route.body == "*" else getattr(message, route.body), body)
        violations.reading(parameters.document, message)
    elif route.body == "*":
        document = read_json(body.content) if body.content.strip() else {}
        violations.reading(_merged(document, route, parameters, violations), message)
    else:
        if route.body:
            _read_body(body.content, message, route.body, violations)
        else:
            parameters.check_needed()
        violations.reading(parameters.document, message)
    violations.reading(_nested(values), message)
    if violations.all:
        raise Invalid(violations.all)
    return message


def read_json(content: bytes) -> object:
    """Return what a body says; HttpError 400 where it is no JSON, 413 where it says too much."""
    if content.count(b",") > _MOST_VALUES:
        raise too_many_values(_MOST_VALUES)
    try:
        text = content.decode()
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
    except RecursionError:
        raise malformed("the body is nested too deeply") from None
    except ValueError as error:
        raise malformed(f"the body is no JSON: {error}") from None


def is_raw(route: Route) -> bool:
    """Tell whether the body is taken as it is, by google.api.HttpBody."""
    if not route.body:
        return False
    of: Any = route.input if route.body == "*" else route.input.fields_by_name[route.body].message_type
    return of is not None and of.full_name == RAW


def _read_raw(raw: Any, body: Body) -> None:
    raw.content_type = body.media_type
    raw.data = body.content


def _read_body(content: bytes, message: Message, name: str, violations: Violations) -> None:
    """Read the body into a field. Errors name what is in it, not the field, which no caller wrote."""
    field = message.DESCRIPTOR.fields_by_name[name]
    if not content.strip():
        violations.add("", f"a body is needed: the {name} as JSON")
        return
    document = read_json(content)
    if field.message_type is not None and not field.is_repeated:
        part = getattr(message, name)
        part.SetInParent()
        violations.reading(document, part)
    else:
        violations.reading({name: document}, message)


def _merged(document: object, route: Route, parameters: Parameters, violations: Violations) -> object:
    """Return the body and the query as one document, but for what the path binds."""
    if not isinstance(document, Mapping):
        return document
    kept = {}
    for name, value in document.items():
        field = field_named(name, route.input)
        if field is not None and field.name in parameters.names:
            violations.add(name, "is given in the query already")
        elif field is None or field.name not in route.template.variables:
            kept[name] = value
    return {**kept, **parameters.document}


def _nested(values: Mapping[str, str]) -> dict[str, Any]:
    """Return values by field paths as a document."""
    document: dict[str, Any] = {}
    for path, value in values.items():
        place = document
        *outer, last = path.split(".")
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = value
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    raise ValueError(f"{twice} is given twice")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
