"""Paths of fields in errors, as the one who wrote JSON knows them. Pure.

`backend.members[0].last_known` of a request whose body is the backend is `members[0].lastKnown` to its
author. Parameters of the query are documented by their names in the protos, and keep these.
"""

import re
from typing import Final

from google.protobuf.descriptor import Descriptor

from aqueduct.errors import Invalid, Violation
from aqueduct.gateway.routes import Route

_INDEX: Final = re.compile(r"(?P<name>[^\[]*)(?P<index>.*)", re.DOTALL)


def as_written(error: Invalid, route: Route) -> Invalid:
    """Return an error of a method in the names of its HTTP caller."""
    return type(error)(
        Violation(_as_written(violation.field, route), violation.description)
        for violation in error.violations
    )


def _as_written(path: str, route: Route) -> str:
    first, _, rest = path.partition(".")
    if route.body == "*":
        return path if first in route.template.variables else json_path(path, route.input)
    if route.body and _INDEX.fullmatch(first)["name"] == route.body:  # type: ignore[index] # it matches anything
        of = route.input.fields_by_name[route.body].message_type
        is_list = route.input.fields_by_name[route.body].is_repeated
        return json_path(path, route.input) if is_list or of is None else json_path(rest, of)
    return path


def json_path(path: str, descriptor: Descriptor) -> str:
    """Return a path through a message by the names that JSON has; what leads out of it stays as it is."""
    at: Descriptor | None = descriptor
    parts = path.split(".")
    for position, part in enumerate(parts):
        found = _INDEX.fullmatch(part)
        field = at.fields_by_name.get(found["name"]) if at is not None and found is not None else None
        if field is None or found is None:
            break
        parts[position] = field.json_name + found["index"]
        at = field.message_type
    return ".".join(parts)
