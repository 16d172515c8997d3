"""Messages as documents: the plain values that JSON and YAML are made of, and back.

The JSON mapping of proto3, with the API's words in place of its own: enum values are HAProxy's tokens
(`path_beg`), and 64-bit integers are numbers. Reading is as generous as that mapping: fields in either
spelling (`lastKnown`, `last_known`), enum values by token or name, integers in quotes too, null for a
field that is not given. All else is refused, with the field at fault and what would be right.

What is not set is left out, so that a document holds what somebody gave.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import cache, partial
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from aqueduct.errors import Invalid
from aqueduct.model.fields import Faults
from aqueduct.model.tokens import tokens

_Write = Callable[[Any], Any]
_INTEGERS: Final = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_REALS: Final = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_EXAMPLES: Final = {
    "google.protobuf.Duration": 'a time in seconds, such as "30s" or "0.5s"',
    "google.protobuf.Timestamp": 'a time such as "2030-01-31T12:00:00Z"',
    "google.protobuf.Struct": "a mapping",
}
_EXACT: Final = 2.0**53
"""Up to there a float is the integer that it was made of."""
_ADDED: Final[Mapping[str, frozenset[str]]] = {
    "aqueduct.v1.Frontend": frozenset({"id", "_type"}),
    "aqueduct.v1.Backend": frozenset({"id", "_type"}),
}
"""What the gateway adds to resources, as the original did: ignored where it comes back."""
_MOST: Final = 100
"""Mistakes that are named."""
_LONGEST: Final = 60
"""Characters of a wrong value that are repeated to its author."""


def to_document(message: Message) -> dict[str, Any]:
    """Return `message` as a document, its fields in the order of their numbers."""
    writers = _writers(message.DESCRIPTOR)
    document: dict[str, Any] = {}
    for field, value in message.ListFields():
        name, write = writers[field.number]
        document[name] = write(value)
    return document


def struct_document(struct: Struct) -> dict[str, Any]:
    """Return what a Struct holds; whole numbers are integers, as whoever gave them wrote them."""
    document: dict[str, Any] = _whole(json_format.MessageToDict(struct))
    return document


def read_document(document: object, message: Message, path: str = "") -> None:
    """Fill `message`, an empty one, with what `document` says. Invalid names what is wrong in it.

    `path` is where the caller holds the document. Of many mistakes the first are named, and nothing is read
    behind them.
    """
    faults = _Found()
    with suppress(_Enough):
        _read(document, message, path, faults)
    if faults.violations:
        raise Invalid(faults.violations)


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else value


class _Enough(Exception):
    """There are mistakes enough to be told."""


class _Found(Faults):
    """Collects what is wrong, until it is enough: telling millions of mistakes would take minutes."""

    def add(self, field: str, description: str) -> None:
        super().add(field, description)
        if len(self.violations) == _MOST:
            raise _Enough


def field_named(name: str, descriptor: Descriptor) -> FieldDescriptor | None:
    """Return the field of that name, in either spelling; None where there is none."""
    return _fields(descriptor).get(name)


@cache
def _writers(descriptor: Descriptor) -> Mapping[int, tuple[str, _Write]]:
    return {field.number: (field.json_name, _writer(field)) for field in descriptor.fields}


def _writer(field: FieldDescriptor) -> _Write:
    if _is_map(field):
        one = _single(_value_of(field))
        return lambda entries: {str(key): one(entries[key]) for key in sorted(entries)}
    one = _single(field)
    return (lambda values: [one(value) for value in values]) if field.is_repeated else one


def _single(field: FieldDescriptor) -> _Write:
    if field.enum_type is not None:
        words = _words(field.enum_type)
        return lambda number: words.get(number, number)
    if field.message_type is None:
        return lambda value: value
    if field.message_type.full_name == Struct.DESCRIPTOR.full_name:
        return struct_document
    return json_format.MessageToDict if field.message_type.full_name in _EXAMPLES else to_document


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _value_of(field: FieldDescriptor) -> FieldDescriptor:
    """Return what the values of a map are."""
    entry: Any = field.message_type
    value: FieldDescriptor = entry.fields_by_name["value"]
    return value


@cache
def _words(enum: EnumDescriptor) -> Mapping[int, str]:
    """Return the words of an enum by number: the token of a value, or its name where it has none."""
    return {value.number: value.name for value in enum.values} | dict(tokens(enum))


@cache
def _numbers(enum: EnumDescriptor) -> Mapping[str, int]:
    """Return the numbers of an enum by all of their words."""
    names = {value.name: value.number for value in enum.values}
    return names | {token: number for number, token in tokens(enum).items()}


@cache
def _fields(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return the fields by both of their spellings."""
    both = [(name, field) for field in descriptor.fields for name in (field.name, field.json_name)]
    return dict(both)


def _read(document: object, message: Message, path: str, faults: Faults) -> None:
    if not isinstance(document, Mapping):
        faults.add(path, f"must be a mapping of fields, not {spelled(document)}")
        return
    fields = _fields(message.DESCRIPTOR)
    added = _ADDED.get(message.DESCRIPTOR.full_name, ())
    seen: dict[str, object] = {}
    for name, value in document.items():
        place = f"{path}.{name}" if path else str(name)
        field = fields.get(name) if isinstance(name, str) else None
        if field is None and name in added:
            continue
        if field is None:
            faults.add(place, _no_field(str(name), fields))
        elif value is not None:
            of = field.containing_oneof.name if field.containing_oneof is not None else field.name
            if of in seen:
                faults.add(place, f"is given as {seen[of]} already")
                continue
            seen[of] = name
            _read_field(value, message, field, place, faults)


def _no_field(name: str, fields: Mapping[str, FieldDescriptor]) -> str:
    names = list(dict.fromkeys(field.json_name for field in fields.values()))
    close = get_close_matches(name, names, n=1)
    return f"is no field: did you mean {close[0]}?" if close else f"is no field: there are {', '.join(names)}"


def _read_field(value: object, message: Message, field: FieldDescriptor, path: str, faults: Faults) -> None:
    if _is_map(field):
        _read_map(value, message, field, path, faults)
    elif field.is_repeated:
        _read_list(value, message, field, path, faults)
    elif field.message_type is not None:
        part = getattr(message, field.name)
        part.SetInParent()
        _read_message(value, part, path, faults)
    else:
        _read_scalar(value, field, path, faults, partial(setattr, message, field.name))


def _read_list(value: object, message: Message, field: FieldDescriptor, path: str, faults: Faults) -> None:
    if not isinstance(value, list | tuple):
        faults.add(path, f"must be a list, not {spelled(value)}")
        return
    into = getattr(message, field.name)
    for index, each in enumerate(value):
        place = f"{path}[{index}]"
        if field.message_type is not None:
            _read_message(each, into.add(), place, faults)
        else:
            _read_scalar(each, field, place, faults, into.append)


def _read_map(value: object, message: Message, field: FieldDescriptor, path: str, faults: Faults) -> None:
    if not isinstance(value, Mapping):
        faults.add(path, f"must be a mapping, not {spelled(value)}")
        return
    into = getattr(message, field.name)
    for key, each in value.items():
        _read_scalar(each, _value_of(field), f"{path}.{key}", faults, partial(into.__setitem__, str(key)))


def _read_message(value: object, message: Message, path: str, faults: Faults) -> None:
    example = _EXAMPLES.get(message.DESCRIPTOR.full_name)
    if example is None:
        _read(value, message, path, faults)
        return
    try:
        json_format.ParseDict(value, message)  # type: ignore[arg-type] # it looks at the type itself
    except (json_format.ParseError, ValueError, TypeError, AttributeError, OverflowError):
        faults.add(path, f"must be {example}, not {spelled(value)}")


def _read_scalar(
    value: object, field: FieldDescriptor, path: str, faults: Faults, take: Callable[[Any], None]
) -> None:
    try:
        take(_scalar(value, field))
    except ValueError as error:
        faults.add(path, str(error))


def _scalar(value: object, field: FieldDescriptor) -> object:
    """Return what `field` holds for `value`; ValueError says what it must be."""
    if field.enum_type is not None:
        return _enum(value, field.enum_type)
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_STRING:
        return _text(value)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        if not isinstance(value, bool):
            raise ValueError(f"must be true or false, not {spelled(value)}")
        return value
    if kind in _REALS:
        return _real(value)
    return _integer(value, *_INTEGERS[kind])


def _text(value: object) -> str:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("must be Unicode text, without lone surrogates")
        return value
    quoted = f": write it in quotes, '{value}'" if isinstance(value, int | float) else ""
    raise ValueError(f"must be text, not {spelled(value)}{quoted}")


def _enum(value: object, enum: EnumDescriptor) -> int:
    numbers = _numbers(enum)
    if isinstance(value, str) and value in numbers:
        return numbers[value]
    raise ValueError(f"must be one of {', '.join(tokens(enum).values())}, not {spelled(value)}")


def _integer(value: object, least: int, most: int) -> int:
    if isinstance(value, str) and value.removeprefix("-").isascii() and value.removeprefix("-").isdecimal():
        value = int(value) if len(value) <= len(str(least)) + 1 else most + 1
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"must be an integer, not {spelled(value)}")  # noqa: TRY004 # the one error
    if not least <= value <= most:
        raise ValueError(f"must be from {least} to {most}")
    return value


def _real(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"must be a number, not {spelled(value)}")  # noqa: TRY004 # the one error
    return float(value)


def spelled(value: object) -> str:  # noqa: PLR0911 # one for each kind
    """Name a value as the author of a document would. It may hold half a surrogate pair, as it does."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {json.dumps(value)}"[:_LONGEST]  # with NaN and Infinity
        case str():
            return f"'{value}'" if len(value) <= _LONGEST else "a longer text"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:  # YAML has dates
            return f"a {type(value).__name__}"
