"""Which method an HTTP request is for: the `google.api.http` annotations as a table. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from aqueduct.gateway.errors import malformed, no_such_path, not_allowed
from aqueduct.gateway.templates import Template, normal
from aqueduct.rpc.servicers import Method


@dataclass(frozen=True)
class Route:
    """One HTTP binding of a method."""

    method: Method
    verb: str
    template: Template
    body: str
    """The field that the body is, `*` for all that the path does not bind, empty for none."""
    response_body: str
    """The field of the response that is the answer's body, empty for all of it."""

    def __post_init__(self) -> None:
        for path in (*self.template.variables, *filter(None, [self.body.removesuffix("*")])):
            field_at(self.input, path)
        if self.response_body:
            field_at(self.output, self.response_body)

    @cached_property
    def input(self) -> Descriptor:
        """The type of the requests."""
        return self.method.descriptor.input_type

    @cached_property
    def output(self) -> Descriptor:
        """The type of the responses."""
        return self.method.descriptor.output_type

    @property
    def streams(self) -> bool:
        """Whether there may be any number of responses."""
        return bool(self.method.descriptor.server_streaming)

    @cached_property
    def answer_field(self) -> FieldDescriptor | None:
        """The field of the response that the body is, None for all of it."""
        return self.output.fields_by_name[self.response_body] if self.response_body else None

    @cached_property
    def is_paged(self) -> bool:
        """Whether the answer is a list that comes in pages."""
        field = self.answer_field
        asked = all(name in self.input.fields_by_name for name in ("page_size", "page_token"))
        told = "next_page_token" in self.output.fields_by_name
        return field is not None and bool(field.is_repeated) and asked and told

    def request(self) -> Message:
        """Return an empty request."""
        return new(self.input)


def new(descriptor: Descriptor) -> Message:
    """Return an empty message."""
    return GetMessageClass(descriptor)()


def field_at(descriptor: Descriptor, path: str) -> FieldDescriptor:
    """Return the field at a path of names; ValueError where there is none."""
    at: Descriptor | None = descriptor
    field = None
    for name in path.split("."):
        field = at.fields_by_name.get(name) if at is not None else None
        if field is None:
            raise ValueError(f"{descriptor.full_name} has no field {path}")
        at = field.message_type
    assert field is not None  # noqa: S101 # a path has a name
    return field


def routes_of(methods: Iterable[Method]) -> Iterator[Route]:
    """Yield the bindings of `methods`, additional ones too. Methods whose requests stream have none."""
    for method in methods:
        rule = method.descriptor.GetOptions().Extensions[annotations_pb2.http]
        if not method.descriptor.client_streaming:
            for binding in (rule, *rule.additional_bindings):
                if binding.WhichOneof("pattern"):
                    yield _route(method, binding)


def _route(method: Method, rule: HttpRule) -> Route:
    kind = rule.WhichOneof("pattern")
    verb, path = (rule.custom.kind, rule.custom.path) if kind == "custom" else (kind, getattr(rule, kind))
    return Route(method, verb.upper(), Template(path), rule.body, rule.response_body)


class Router:
    """Finds the route of a request. ValueError for two routes that take the same requests."""

    def __init__(self, routes: Iterable[Route]) -> None:
        shapes: dict[str, _Place] = {}
        for route in routes:
            place = shapes.setdefault(route.template.shape, _Place(route.template, {}))
            if route.verb in place.routes:
                raise ValueError(f"{route.verb} {route.template.text} is bound twice")
            place.routes[route.verb] = route
        self._places: dict[str, list[_Place]] = defaultdict(list)
        for place in sorted(shapes.values(), key=lambda place: -place.template.literals):
            self._places[_head(place.template.text)].append(place)

    def find(self, verb: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """Return the route of a request, and the values that its path holds, by field.

        HttpError 404 where nothing is at `path`, 405 where it is not for `verb`, 400 where it is no text.
        """
        path = normal(path)
        place = self._at(path)
        if place is None:
            raise no_such_path()
        route = place.routes.get(verb) or (place.routes.get("GET") if verb == "HEAD" else None)
        if route is None:
            raise not_allowed(verb, ", ".join(place.verbs()))
        return route, _match(route.template, path) or {}

    def allowed(self, path: str) -> Sequence[str]:
        """Return the verbs that `path` is for, none where nothing is there."""
        place = self._at(normal(path))
        return place.verbs() if place is not None else ()

    def _at(self, path: str) -> "_Place | None":
        """Return what is at a path. Of several that match, the first is meant: it fixes the most."""
        places = self._places.get(_head(path), ())
        return next((place for place in places if _match(place.template, path) is not None), None)

    def __iter__(self) -> Iterator[Route]:
        for places in self._places.values():
            for place in places:
                yield from place.routes.values()


@dataclass(frozen=True)
class _Place:
    """What is at the paths of one shape."""

    template: Template
    routes: dict[str, Route]

    def verbs(self) -> list[str]:
        """Return what it is for."""
        of_get = {"HEAD"} if "GET" in self.routes else set()
        return sorted({*self.routes, *of_get, "OPTIONS"})


def _match(template: Template, path: str) -> Mapping[str, str] | None:
    try:
        return template.match(path)
    except UnicodeDecodeError:
        raise malformed("the path is no UTF-8 once it is decoded") from None


def _head(path: str) -> str:
    """Return the first segment, which no template has a variable in, without a verb."""
    return path.split("/", 2)[1].partition(":")[0] if path.startswith("/") else ""
