"""Messages as JSON Schema (2020-12, which OpenAPI 3.1 uses): what `model/documents.py` writes and reads.

One schema serves both ways, so it allows for what is read as well: null for a field that is not given, and
integers in quotes. Pure.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from aqueduct.gateway.openapi.comments import comment
from aqueduct.gateway.parameters import is_needed
from aqueduct.model.tokens import tokens

Schema = dict[str, Any]

_RANGES: Final = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_KNOWN: Final[Mapping[str, Schema]] = {
    "google.protobuf.Duration": {
        "type": "string",
        "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$",
        "examples": ["30s", "0.5s"],
    },
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Struct": {"type": "object"},
}
_ADDED: Final[Mapping[str, Schema]] = {
    "id": {
        "type": "string",
        "readOnly": True,
        "description": "Type and key: `backend/web`. Ignored on writes.",
    },
    "_type": {
        "type": "string",
        "readOnly": True,
        "description": "`frontend` or `backend`. Ignored on writes.",
    },
}
"""What the original adds to a resource, see original.py."""
_RESOURCES: Final = frozenset({"aqueduct.v1.Frontend", "aqueduct.v1.Backend"})

Bound = Callable[[str], bool]


class Schemas:
    """The schemas of messages, collected as they are referred to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def reference(self, descriptor: Descriptor) -> Schema:
        """Return what refers to the schema of a message."""
        known = _KNOWN.get(descriptor.full_name)
        if known is not None:
            return dict(known)
        if descriptor.name not in self.components:
            self.components[descriptor.name] = {}  # it may hold itself
            self.components[descriptor.name] = self.message(descriptor)
        return {"$ref": f"#/components/schemas/{descriptor.name}"}

    def enum(self, enum: EnumDescriptor) -> Schema:
        """Return what refers to the schema of an enum."""
        if enum.name not in self.components:
            self.components[enum.name] = _enum(enum)
        return {"$ref": f"#/components/schemas/{enum.name}"}

    def message(self, descriptor: Descriptor, without: frozenset[str] = frozenset()) -> Schema:
        """Return the schema of a message, but for the fields `without`."""
        fields = [field for field in descriptor.fields if field.name not in without]
        added = dict(_ADDED) if descriptor.full_name in _RESOURCES else {}
        needed = [field.json_name for field in fields if is_needed(field) and field.name != "key"]
        schema: Schema = {
            "type": "object",
            "description": comment(descriptor.full_name),
            "properties": added | {field.json_name: self.described(field) for field in fields},
            "additionalProperties": False,
        }
        return schema | ({"required": needed} if needed else {})

    def described(self, field: FieldDescriptor) -> Schema:
        """Return the schema of a field with its comment, null allowed for."""
        schema = self.field(field)
        described: Schema = {"description": comment(field.full_name)} if comment(field.full_name) else {}
        if is_output(field):
            described["readOnly"] = True
        if "$ref" in schema:
            return {"anyOf": [schema, {"type": "null"}], **described}
        return _nullable(schema) | described

    def field(self, field: FieldDescriptor) -> Schema:
        """Return the schema of a field's value."""
        of: Any = field.message_type
        if of is not None and of.GetOptions().map_entry:
            return {"type": "object", "additionalProperties": self.single(of.fields_by_name["value"])}
        single = self.single(field)
        return {"type": "array", "items": single} if field.is_repeated else single

    def single(self, field: FieldDescriptor) -> Schema:
        """Return the schema of one value of a field."""
        if field.message_type is not None:
            return self.reference(field.message_type)
        if field.enum_type is not None:
            return self.enum(field.enum_type)
        return _scalar(field)


def is_output(field: FieldDescriptor) -> bool:
    """Tell whether a field is ignored on writes."""
    return field_behavior_pb2.OUTPUT_ONLY in field.GetOptions().Extensions[field_behavior_pb2.field_behavior]


def _enum(enum: EnumDescriptor) -> Schema:
    words = tokens(enum)
    said = {value.number: comment(f"{enum.full_name}.{value.name}") for value in enum.values}
    told = [comment(enum.full_name), "", *(f"- `{word}`: {said[number]}" for number, word in words.items())]
    return {"type": "string", "description": "\n".join(told), "enum": list(words.values())}


def _scalar(field: FieldDescriptor) -> Schema:
    kind = field.cpp_type
    if kind in _RANGES:
        least, most = _RANGES[kind]
        schema: Schema = {"type": ["integer", "string"], "minimum": least, "maximum": most}
        return schema | {"pattern": "^-?[0-9]+$" if least else "^[0-9]+$"}
    names = {
        FieldDescriptor.CPPTYPE_STRING: "string",
        FieldDescriptor.CPPTYPE_BOOL: "boolean",
        FieldDescriptor.CPPTYPE_DOUBLE: "number",
        FieldDescriptor.CPPTYPE_FLOAT: "number",
    }
    return {"type": names[kind]}


def _nullable(schema: Schema) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]}
