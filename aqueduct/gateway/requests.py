"""HTTP requests as messages: the path, the query and the body, in this order of precedence. Pure.

Fields that the path does not bind, nor the body, are parameters of the query: in either spelling
(`page_size`, `pageSize`), those of a message within by dots (`annotation.author`), lists by repetition, enums
by HAProxy's tokens, and `?validate_only` alone is true. A body of `*` leaves none to the query by
http.proto; here they may be given there as well, so that `?wait_for=commit` works for every write.
"""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from aqueduct.errors import Invalid, Violation
from aqueduct.gateway.errors import malformed, too_many_values
from aqueduct.gateway.routes import Route
from aqueduct.model.documents import field_named, read_document

RAW: Final = "google.api.HttpBody"
"""The message that is a body as it stands, of any type."""
_IN_TEXT: Final = frozenset({"google.protobuf.Duration", "google.protobuf.Timestamp"})
"""Messages that are text in JSON, and so may be parameters."""
_MOST_PARAMETERS: Final = 1_000
_MOST_VALUES: Final = 500_000
"""Values of a body, of which each costs some microseconds, whatever it is worth."""
_REALS: Final = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


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
    violations = _Violations()
    parameters = _Parameters(route, violations)
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
        return json.loads(content.decode(), parse_constant=_refuse_constant)
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


class _Violations:
    """All that is wrong with a request."""

    def __init__(self) -> None:
        self.all: list[Violation] = []

    def add(self, field: str, description: str) -> None:
        self.all.append(Violation(field, description))

    def reading(self, document: object, message: Message) -> None:
        """Read a document into a message."""
        try:
            read_document(document, message)
        except Invalid as error:
            self.all += error.violations


def _read_body(content: bytes, message: Message, name: str, violations: _Violations) -> None:
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


class _Parameters:
    """The parameters of the query, as a document by the caller's own names."""

    def __init__(self, route: Route, violations: _Violations) -> None:
        self.document: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        """What the caller calls the fields, by their names."""
        self._input = route.input
        self._bound = {path.partition(".")[0] for path in route.template.variables} | {route.body}
        self._violations = violations

    def read(self, query: str) -> None:
        """Add what a query says."""
        if query.count("&") >= _MOST_PARAMETERS:
            raise malformed(f"the query has more than {_MOST_PARAMETERS:,} parameters")
        for part in filter(None, query.split("&")):
            name, given, text = part.partition("=")
            try:
                self._add(_decoded(name), _decoded(text) if given else None)
            except UnicodeDecodeError:
                raise malformed("the query is no UTF-8 once it is decoded") from None

    def check_needed(self) -> None:
        """Note which parameters are missing, where the request has no body that they could be in."""
        for field in self._input.fields:
            if is_needed(field) and field.name not in self._bound and field.name not in self.names:
                self._violations.add(field.name, "is needed")

    def _add(self, name: str, text: str | None) -> None:
        field, place = self._found(name)
        if field is None:
            known = ", ".join(parameters(self._input, self._bound)) or "none"
            self._violations.add(name, f"is no parameter: there are {known}")
            return
        last = name.rpartition(".")[2]
        value = _typed(field, text)
        if field.is_repeated:
            place.setdefault(last, []).append(value)
        elif last in place:
            self._violations.add(name, "is given twice")
        else:
            place[last] = value

    def _found(self, path: str) -> tuple[FieldDescriptor | None, dict[str, Any]]:
        """Return the field that a parameter is for, and the document to put it into."""
        at: Any = self._input
        place = self.document
        *outer, last = path.split(".")
        for name in outer:
            field = field_named(name, at)
            if field is None or not self._may_be_given(field, at) or not _has_parameters(field):
                return None, place
            self.names.setdefault(field.name, name)
            place = place.setdefault(name, {})
            at = field.message_type
        field = field_named(last, at)
        if field is None or not self._may_be_given(field, at) or not _is_parameter(field):
            return None, place
        if not outer:
            self.names.setdefault(field.name, last)
        return field, place

    def _may_be_given(self, field: FieldDescriptor, of: Descriptor) -> bool:
        return of is not self._input or field.name not in self._bound


def parameters(descriptor: Any, bound: AbstractSet[str], prefix: str = "") -> list[str]:
    """Return the names of the parameters that a message's fields make, but for those `bound` elsewhere."""
    names = []
    for field in descriptor.fields:
        if prefix or field.name not in bound:
            if _is_parameter(field):
                names.append(prefix + field.name)
            elif _has_parameters(field):
                names += parameters(field.message_type, frozenset(), f"{prefix}{field.name}.")
    return names


def is_needed(field: FieldDescriptor) -> bool:
    """Tell whether a request must have a field."""
    return field_behavior_pb2.REQUIRED in field.GetOptions().Extensions[field_behavior_pb2.field_behavior]


def _is_parameter(field: FieldDescriptor) -> bool:
    return field.message_type is None or (field.message_type.full_name in _IN_TEXT and not field.is_repeated)


def _has_parameters(field: FieldDescriptor) -> bool:
    """Tell whether a field holds one message of ours, whose fields may be given by dots."""
    of: Any = field.message_type
    within: Any = field.containing_type
    is_ours = of is not None and of.file.package == within.file.package
    return is_ours and not field.is_repeated and of is not within


def _decoded(text: str) -> str:
    return unquote_plus(text, errors="strict")


def _typed(field: FieldDescriptor, text: str | None) -> object:
    """Return a parameter's value as JSON has it, or as it is where it is none: that is told by its field.

    A name alone, without a value, is true.
    """
    if text is None:
        return True
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return {"true": True, "false": False}.get(text, text)
    if field.cpp_type in _REALS:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _merged(document: object, route: Route, parameters: _Parameters, violations: _Violations) -> object:
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


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
