"""The routes as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1). Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from aqueduct import __version__
from aqueduct.gateway.answers import is_resource, offered
from aqueduct.gateway.negotiation import EVENTS, JSON, TEXT
from aqueduct.gateway.openapi.comments import comment
from aqueduct.gateway.openapi.schemas import Schema, Schemas
from aqueduct.gateway.parameters import is_needed, names_of
from aqueduct.gateway.requests import RAW, is_raw
from aqueduct.gateway.routes import Route, field_at
from aqueduct.gateway.streams import resume_of

_VARIABLE: Final = re.compile(r"\{([a-z0-9_.]+)(?:=[^}]*)?\}")
_SENTENCE: Final = re.compile(r"\.\s+(?=[A-Z]|$)|:\s")
_ABOUT: Final = (
    "The control plane of an HAProxy, as REST. Each operation is a call of the gRPC API, which "
    "`docs/rest.md` puts beside it: lists, entity tags, preconditions, streams and limits.\n\n"
    "Enum values are HAProxy's own words, null is a field that is not given, 64-bit integers are numbers."
)
_VERBS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "PATCH"})
_ERROR: Final[Schema] = {
    "type": "object",
    "description": "What went wrong: HTTP's code and phrase, what to do about it, and gRPC's status.",
    "required": ["code", "error", "message", "status", "details"],
    "properties": {
        "code": {"type": "integer", "description": "HTTP's code."},
        "error": {"type": "string", "description": "HTTP's phrase."},
        "message": {"type": "string", "description": "What is wrong, and what would be right."},
        "status": {"type": "string", "description": "The gRPC status, such as `INVALID_ARGUMENT`."},
        "details": {
            "type": "array",
            "description": "google.rpc error details, by their `@type`: fields, resources, reasons.",
            "items": {"type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"]},
        },
    },
}
_HEADERS: Final[dict[str, tuple[str, str]]] = {
    "If-Match": ("The tag or the revision that the resource must have, or `*`.", '"17"'),
    "If-None-Match": ("The tags that the resource must not have, or `*`.", '"17-5f0c2a9d1b3e4c68"'),
    "Request-Timeout": ("Seconds that the call may take; by default 300.", "2.5"),
    "Last-Event-ID": ("The id of the event after which the stream is to go on.", "17"),
}


def openapi(routes: Iterable[Route], server: str = "/") -> dict[str, Any]:
    """Return the document of `routes`."""
    schemas = Schemas()
    schemas.components["Error"] = _ERROR
    paths: dict[str, dict[str, Any]] = {}
    services = {}
    bindings: Counter[str] = Counter()
    for route in sorted(routes, key=lambda route: (route.template.text, route.verb)):
        if route.verb not in _VERBS:  # one that OpenAPI has no word for
            continue
        path = _VARIABLE.sub(lambda found: f"{{{_last(found[1])}}}", route.template.text)
        operation = _operation(route, schemas)
        bindings[operation["operationId"]] += 1
        if (count := bindings[operation["operationId"]]) > 1:  # an additional binding
            operation["operationId"] += str(count)
        paths.setdefault(path, {})[route.verb.lower()] = operation
        service = route.method.descriptor.containing_service
        services[_tag(route)] = comment(service.full_name)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aqueduct",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": text} for name, text in services.items()],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.components.items()))},
    }


def _tag(route: Route) -> str:
    return str(route.method.descriptor.containing_service.name).removesuffix("Service")


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    about = comment(route.method.descriptor.full_name)
    operation: dict[str, Any] = {
        "operationId": route.method.descriptor.name,
        "tags": [_tag(route)],
        "summary": _summary(about, route.method.descriptor.name),
        "description": about,
        "parameters": [*_in_path(route, schemas), *_in_query(route, schemas), *_in_header(route)],
    }
    if route.body:
        operation["requestBody"] = _request_body(route, schemas)
    operation["responses"] = _responses(route, schemas)
    return operation


def _summary(about: str, name: str) -> str:
    """Return the first sentence of a comment, without the name that it begins with."""
    sentence = _SENTENCE.split(f"{about} ")[0].replace("\n", " ").removeprefix(f"{name} ")
    return sentence[:1].upper() + sentence[1:]


def _in_path(route: Route, schemas: Schemas) -> Iterable[dict[str, Any]]:
    for path in route.template.variables:
        field = field_at(route.input, path)
        yield _parameter(_last(path), "path", field, schemas) | {"required": True}


def _in_query(route: Route, schemas: Schemas) -> Iterable[dict[str, Any]]:
    bound = {path.partition(".")[0] for path in route.template.variables} | {route.body}
    for name in names_of(route.input, bound):
        field = field_at(route.input, name)
        if route.body != "*" or _is_option(name, field):
            yield _parameter(name, "query", field, schemas) | {"required": is_needed(field)}


def _is_option(name: str, field: FieldDescriptor) -> bool:
    """Tell whether a parameter says how a write is made, and not what is written."""
    return name in _OPTIONS or (name.startswith("annotation.") and not field.is_repeated)


_OPTIONS: Final = frozenset({"validate_only", "wait_for", "expected_revision"})


def _parameter(name: str, place: str, field: FieldDescriptor, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.field(field)
    if "integer" in schema.get("type", ()):  # all parameters are text: that it may be in quotes means nothing
        schema = {**schema, "type": "integer"}
        del schema["pattern"]
    return {"name": name, "in": place, "description": comment(field.full_name), "schema": schema}


def _in_header(route: Route) -> Iterable[dict[str, Any]]:
    names = []
    if route.verb == "GET" and not route.streams:
        names += ["If-None-Match"]
    elif "expected_revision" in route.input.fields_by_name:
        names += ["If-Match", "If-None-Match"]
    if resume_of(route).after:
        names.append("Last-Event-ID")
    if not route.streams:
        names.append("Request-Timeout")
    for name in names:
        text, example = _HEADERS[name]
        yield {
            "name": name,
            "in": "header",
            "description": text,
            "schema": {"type": "string"},
            "example": example,
        }


def _request_body(route: Route, schemas: Schemas) -> dict[str, Any]:
    if is_raw(route):
        return {"required": True, "content": {"*/*": {}}}
    if route.body == "*":
        bound = frozenset(path for path in route.template.variables if "." not in path)
        schema = schemas.message(route.input, bound)
        must_be = "required" in schema
    else:
        schema, must_be = schemas.field(route.input.fields_by_name[route.body]), True
    return {"required": must_be, "content": {JSON: {"schema": schema}}}


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    content = {media_type: {"schema": _body(route, media_type, schemas)} for media_type in offered(route)}
    answer: dict[str, Any] = {"description": _answer(route), "content": content or {"*/*": {}}}
    responses: dict[str, Any] = {"200": answer}
    if route.verb == "GET" and not route.streams:
        responses["304"] = {"description": "The client has it already."}
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    responses["default"] = {"description": "An error.", "content": {JSON: error}}
    return responses


def _answer(route: Route) -> str:
    if route.streams:
        return "A stream: lines of JSON, Server-Sent Events, or messages of a WebSocket."
    field = route.answer_field
    about = comment(field.full_name) if field is not None else comment(route.output.full_name)
    return about or "The answer."


def _body(route: Route, media_type: str, schemas: Schemas) -> Schema:
    if media_type in (TEXT, EVENTS):
        return {"type": "string"}
    field = route.answer_field
    if field is None:
        return _message(route.output, schemas)
    schema = schemas.field(field)
    if route.verb != "GET" and is_resource(route) and "validate_only" in route.input.fields_by_name:
        return {"anyOf": [schema, _message(route.output, schemas)]}
    return schema


def _message(descriptor: Descriptor, schemas: Schemas) -> Schema:
    return {} if descriptor.full_name == RAW else schemas.reference(descriptor)
