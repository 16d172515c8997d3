"""Parameters of the query: what the path and the body leave of a request. Pure.

In either spelling (`page_size`, `pageSize`), those of a message within by dots (`annotation.author`), lists
by repetition, enums by HAProxy's tokens, and `?validate_only` alone is true.
"""

from collections.abc import Set as AbstractSet
from typing import Any, Final
from urllib.parse import unquote_plus

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from aqueduct.errors import Invalid, Violation
from aqueduct.gateway.errors import malformed
from aqueduct.gateway.routes import Route
from aqueduct.model.documents import field_named, read_document

_IN_TEXT: Final = frozenset({"google.protobuf.Duration", "google.protobuf.Timestamp"})
"""Messages that are text in JSON, and so may be parameters."""
_MOST: Final = 1_000
_REALS: Final = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


class Violations:
    """All that is wrong with a request."""

    def __init__(self) -> None:
        self.all: list[Violation] = []

    def add(self, field: str, description: str) -> None:
        """Note what is wrong with a field."""
        self.all.append(Violation(field, description))

    def reading(self, document: object, message: Message) -> None:
        """Read a document into a message."""
        try:
            read_document(document, message)
        except Invalid as error:
            self.all += error.violations


class Parameters:
    """The parameters of the query, as a document by the caller's own names."""

    def __init__(self, route: Route, violations: Violations) -> None:
        self.document: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        """What the caller calls the fields, by their names."""
        self._input = route.input
        self._bound = {path.partition(".")[0] for path in route.template.variables} | {route.body}
        self._violations = violations

    def read(self, query: str) -> None:
        """Add what a query says."""
        if query.count("&") >= _MOST:
            raise malformed(f"the query has more than {_MOST:,} parameters")
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
            known = ", ".join(names_of(self._input, self._bound)) or "none"
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


def names_of(descriptor: Any, bound: AbstractSet[str], prefix: str = "") -> list[str]:
    """Return the names of the parameters that a message's fields make, but for those `bound` elsewhere."""
    names = []
    for field in descriptor.fields:
        if prefix or field.name not in bound:
            if _is_parameter(field):
                names.append(prefix + field.name)
            elif _has_parameters(field):
                names += names_of(field.message_type, frozenset(), f"{prefix}{field.name}.")
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
