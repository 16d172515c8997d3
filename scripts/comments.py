"""Writes the comments of the protos as JSON, by the full names of what they are on: `comments.py SET FILE`.

SET is a descriptor set with source information, which is not in the generated code: the gateway's OpenAPI
document takes its descriptions from FILE.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM = 2, 3, 4
_VALUE, _METHOD = 2, 2
"""Numbers of the fields that hold them: paths of source information are made of these (descriptor.proto)."""

Place = tuple[int, ...]


def comments(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    """Yield the full names of what has a comment, and the comment."""
    names = dict(_in_file(file))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name and location.leading_comments:
            lines = (line.removeprefix(" ").rstrip() for line in location.leading_comments.splitlines())
            yield name, "\n".join(lines).strip()


def _in_file(file: FileDescriptorProto) -> Iterator[tuple[Place, str]]:
    for number, message in enumerate(file.message_type):
        yield from _in_message(message, (_MESSAGE, number), file.package)
    for number, enum in enumerate(file.enum_type):
        yield from _in_enum(enum, (_ENUM, number), file.package)
    for number, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield (_SERVICE, number), name
        for position, method in enumerate(service.method):
            yield (_SERVICE, number, _METHOD, position), f"{name}.{method.name}"


def _in_message(message: DescriptorProto, place: Place, scope: str) -> Iterator[tuple[Place, str]]:
    name = f"{scope}.{message.name}"
    yield place, name
    for number, field in enumerate(message.field):
        yield (*place, _FIELD, number), f"{name}.{field.name}"
    for number, nested in enumerate(message.nested_type):
        yield from _in_message(nested, (*place, _NESTED, number), name)
    for number, enum in enumerate(message.enum_type):
        yield from _in_enum(enum, (*place, _NESTED_ENUM, number), name)


def _in_enum(enum: EnumDescriptorProto, place: Place, scope: str) -> Iterator[tuple[Place, str]]:
    name = f"{scope}.{enum.name}"
    yield place, name
    for number, value in enumerate(enum.value):
        yield (*place, _VALUE, number), f"{name}.{value.name}"


def main(source: str, target: str) -> None:
    """Write the comments of all files of a set."""
    files = FileDescriptorSet.FromString(Path(source).read_bytes()).file
    found = dict(sorted(pair for file in files for pair in comments(file)))
    Path(target).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
