"""Which method a request is for."""

from collections.abc import Mapping
from typing import Any

import pytest

from aqueduct.gateway.errors import HttpError
from aqueduct.gateway.routes import Route, Router, field_at, routes_of
from aqueduct.gateway.templates import Template
from aqueduct.rpc.servicers import DESCRIPTORS, Method
from aqueduct.v1.backend_pb2 import Backend

from .sample import methods


async def nothing(_request: object, _: object) -> None:
    """Stands in for a method."""


API = Router(routes_of(Method(method, nothing) for service in DESCRIPTORS for method in service.methods))
SAMPLE = Router(routes_of(methods()))


@pytest.mark.parametrize(
    ("verb", "path", "method", "values"),
    [
        ("GET", "/frontends", "ListFrontends", {}),
        ("HEAD", "/frontends", "ListFrontends", {}),
        ("GET", "/frontends/web", "GetFrontend", {"key": "web"}),
        ("PUT", "/frontends/web", "PutFrontend", {"frontend.key": "web"}),
        ("DELETE", "/frontends/web", "DeleteFrontend", {"key": "web"}),
        ("POST", "/backends/web", "SetBackendVersion", {"key": "web"}),
        ("POST", "/backends/a:b", "SetBackendVersion", {"key": "a:b"}),
        ("GET", "/%62ackends/web/members", "ListBackendMembers", {"key": "web"}),
        ("GET", "/haproxy/config", "GetHAProxyConfig", {}),
        ("GET", "/v1/revisions", "ListRevisions", {}),
        ("GET", "/v1/revisions:diff", "DiffRevisions", {}),
        ("GET", "/v1/revisions/7", "GetRevision", {"revision": "7"}),
        ("POST", "/v1/revisions/7:restore", "RestoreRevision", {"revision": "7"}),
        ("GET", "/v1/registrations:watch", "WatchRegistrations", {}),
        ("DELETE", "/v1/registrations//web/1/h/80", "Deregister", {"id": "/web/1/h/80"}),
        (
            "POST",
            "/v1/backends/web/members/10.0.0.1:80:setWeight",
            "SetMemberWeight",
            {"key": "web", "member": "10.0.0.1:80"},
        ),
    ],
)
def test_the_api(verb: str, path: str, method: str, values: Mapping[str, str]) -> None:
    route, found = API.find(verb, path)
    assert (route.method.descriptor.name, found) == (method, values)


@pytest.mark.parametrize(
    ("verb", "path", "http", "allowed"),
    [
        ("GET", "/", 404, None),
        ("GET", "", 404, None),
        ("GET", "*", 404, None),
        ("GET", "frontends", 404, None),
        ("GET", "/frontends/", 404, None),
        ("GET", "/frontends/../backends", 404, None),
        ("GET", "/v1/frontends", 404, None),
        ("POST", "/frontends/web", 405, "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("PUT", "/frontends", 405, "GET, HEAD, OPTIONS"),
        ("GET", "/v1/config:apply", 405, "OPTIONS, POST"),
        ("GET", "/v1/revisions/5:restore", 405, "OPTIONS, POST"),
        ("HEAD", "/v1/config:apply", 405, "OPTIONS, POST"),
        ("BREW", "/backends/web", 405, "DELETE, GET, HEAD, OPTIONS, POST, PUT"),
        ("GET", "/backends/%FF", 400, None),
    ],
)
def test_what_is_not_there(verb: str, path: str, http: int, allowed: str | None) -> None:
    with pytest.raises(HttpError) as raised:
        API.find(verb, path)
    assert (raised.value.http, raised.value.headers.get("Allow")) == (http, allowed)


def test_additional_bindings_and_verbs_of_their_own() -> None:
    assert SAMPLE.find("PURGE", "/samples/1")[0].verb == "PURGE"
    route, values = SAMPLE.find("GET", "/v1/shelves/1/books/2/3")
    assert (route.response_body, values) == ("texts", {"inner.name": "shelves/1/books/2/3"})
    assert SAMPLE.allowed("/samples/1") == ["GET", "HEAD", "OPTIONS", "PURGE"]


def test_methods_whose_requests_stream_and_those_without_code_have_no_route() -> None:
    assert {route.method.descriptor.name for route in SAMPLE} == {"Get", "Raw", "All", "Watch"}
    assert SAMPLE.allowed("/talk") == ()


def test_two_routes_for_the_same_requests_are_refused() -> None:
    routes = list(SAMPLE)
    with pytest.raises(ValueError, match=r"GET /samples/\{id\} is bound twice"):
        Router([*routes, next(route for route in routes if route.template.text == "/samples/{id}")])


@pytest.mark.parametrize(
    ("path", "body", "response_body"),
    [
        ("/samples/{nothing}", "", ""),
        ("/samples/{id.x}", "", ""),
        ("/a", "nothing", ""),
        ("/a", "", "nothing"),
    ],
)
def test_annotations_that_name_no_field_are_refused(path: str, body: str, response_body: str) -> None:
    method = methods()[0]
    with pytest.raises(ValueError, match="has no field"):
        Route(method, "GET", Template(path), body, response_body)


def test_fields_by_their_path() -> None:
    descriptor: Any = Backend.DESCRIPTOR
    assert field_at(descriptor, "health.uri").full_name == "aqueduct.v1.Health.uri"
