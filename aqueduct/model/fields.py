"""Rules of single fields that frontends and backends share, and the collector of what breaks them.

Invariant: a field has at most one violation, the first that was found.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from aqueduct.errors import Violation
from aqueduct.model.natives import check_native
from aqueduct.model.tokens import tokens_of
from aqueduct.model.words import has_control
from aqueduct.v1.common_pb2 import Annotation

LONGEST_LINE = 8_192
"""Characters of a raw line."""

_LONGEST_WORD = 256
"""Characters of the name or the version of a service, and of a line that somebody tells."""
_LONGEST_MESSAGE = 4_096
_NANOS = 10**9
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
RESERVED_PREFIX = "_aqueduct"
"""What no key begins with: proxies and servers of that name are Aqueduct's own."""
RESERVED_SUFFIX = ":frontend"
"""What no key ends with: names a frontend's section beside a backend of its key."""
_NATIVE_FIELD = re.compile(r"natives\[\d+\]")


class Faults:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._fields: set[str] = set()

    def add(self, field: str, description: str) -> None:
        """Note that `field` is wrong, unless that is known already."""
        if field not in self._fields:
            self._fields.add(field)
            self.violations.append(Violation(field, description))

    def knows(self, field: str) -> bool:
        """Tell whether something is wrong with `field`."""
        return field in self._fields

    def check(self, field: str, rule: Callable[[], object]) -> bool:
        """Apply `rule`; where it raises ValueError note its text. Return whether the field was right."""
        try:
            rule()
        except ValueError as error:
            self.add(field, str(error))
        return not self.knows(field)


def check_values(message: Message, faults: Faults) -> None:
    """Refuse control characters in every string of `message`, and numbers that JSON does not have.

    At any depth. Raw lines may hold tabs.
    """
    for path, value in _values(message, ""):
        if isinstance(value, float):
            if not math.isfinite(value):
                faults.add(path, "must be a finite number")
        elif has_control(value.replace("\t", " ") if _NATIVE_FIELD.fullmatch(path) else value):
            faults.add(path, "must be one line without control characters")


def _values(message: Message, prefix: str) -> Iterator[tuple[str, str | float]]:
    for field, value in message.ListFields():
        path = f"{prefix}{field.name}"
        if not field.is_repeated:
            yield from _within(value, path)
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            for key in value:
                yield f"{prefix}{field.name}", key
                yield from _within(value[key], f"{path}[{key!r}]")
        else:
            for index, item in enumerate(value):
                yield from _within(item, f"{path}[{index}]")


def _within(value: object, path: str) -> Iterator[tuple[str, str | float]]:
    if isinstance(value, str | float):
        yield path, value
    elif isinstance(value, Message):
        yield from _values(value, f"{path}.")


def check_key(key: str, field: str, faults: Faults) -> None:
    """Check the name of a frontend or a backend."""
    if not _KEY.fullmatch(key):
        faults.add(field, "must be 1 to 128 characters: letters, digits and - _ . :")
    elif key.startswith(RESERVED_PREFIX):
        faults.add(field, f"must not begin with {RESERVED_PREFIX}, which is reserved")
    elif key.endswith(RESERVED_SUFFIX):
        faults.add(field, f"must not end with {RESERVED_SUFFIX}, which is reserved")


def check_backend_key(key: str, field: str, faults: Faults) -> None:
    """Check the name of a backend that is routed to; whether it exists does not matter."""
    if key:
        check_key(key, field, faults)
    else:
        faults.add(field, "must be the key of a backend")


def check_enum(message: Message, field: str, path: str, faults: Faults) -> None:
    """Refuse a value that the enum does not have. "Not given" (0) passes."""
    value = getattr(message, field)
    known = tokens_of(message, field)
    if value and value not in known:
        faults.add(path, f"{value} is no such value: it must be one of {', '.join(known.values())}")


def check_service_word(text: str, field: str, faults: Faults) -> None:
    """Check the name or the version of a service."""
    if not 1 <= len(text) <= _LONGEST_WORD or "/" in text or any(map(str.isspace, text)):
        faults.add(field, f"must be 1 to {_LONGEST_WORD} characters without / and blanks")


def check_duration(duration: Duration, limits: tuple[int, int], field: str, faults: Faults) -> None:
    """Check a duration against its least and its greatest value, in seconds."""
    least, most = limits
    is_normal = 0 <= duration.nanos < _NANOS
    if not is_normal or not least * _NANOS <= duration.seconds * _NANOS + duration.nanos <= most * _NANOS:
        faults.add(field, f"must be from {least} s to {most:,} s")


def check_annotation(annotation: Annotation, field: str, faults: Faults) -> None:
    """Check what a caller says of a change."""
    message = annotation.message
    check_line(annotation.author, f"{field}.author", faults)
    if len(message) > _LONGEST_MESSAGE or has_control(message.replace("\n", " ").replace("\t", " ")):
        told = f"must be text of at most {_LONGEST_MESSAGE:,} characters"
        faults.add(f"{field}.message", told)


def check_line(text: str, field: str, faults: Faults) -> None:
    """Check what is told in a line."""
    if len(text) > _LONGEST_WORD or has_control(text):
        faults.add(field, f"must be one line of at most {_LONGEST_WORD} characters")


def check_length(text: str, longest: int, field: str, faults: Faults) -> None:
    """Refuse a text of more than `longest` characters."""
    if len(text) > longest:
        faults.add(field, f"must be at most {longest} characters long")


def check_natives(natives: Sequence[str], faults: Faults) -> None:
    """Check that raw lines stay lines of their own section. What they say is HAProxy's to judge."""
    for index, native in enumerate(natives):
        field = f"natives[{index}]"
        check_length(native, LONGEST_LINE, field, faults)
        faults.check(field, lambda native=native: check_native(native))  # type: ignore[misc] # bound on purpose
