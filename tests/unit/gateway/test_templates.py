"""What path templates match."""

from collections.abc import Mapping

import pytest

from aqueduct.gateway.templates import Template, normal

MEMBER = "/v1/backends/{key}/members/{member=**}:setState"


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("/backends", "/backends", {}),
        ("/backends", "/backends/", None),
        ("/backends", "/backendz", None),
        ("/backends/{key}", "/backends/web", {"key": "web"}),
        ("/backends/{key}", "/backends/a:b.c-d_e", {"key": "a:b.c-d_e"}),
        ("/backends/{key}", "/backends/a%2Fb%20%C3%A9", {"key": "a/b é"}),
        ("/backends/{key}", "/backends/a/b", None),
        ("/backends/{key}", "/backends/", None),
        ("/backends/{key}", "/backends/..", {"key": ".."}),
        ("/backends/{backend.key}", "/backends/web", {"backend.key": "web"}),
        ("/backends/{key}/members", "/backends/web/members", {"key": "web"}),
        (MEMBER, "/v1/backends/web/members/[::1]:80:setState", {"key": "web", "member": "[::1]:80"}),
        (MEMBER, "/v1/backends/web/members/unix@/run/a:setState", {"key": "web", "member": "unix@/run/a"}),
        (MEMBER, "/v1/backends/web/members/unix@%2Frun:setState", {"key": "web", "member": "unix@/run"}),
        (MEMBER, "/v1/backends/web/members/10.0.0.1:80:setWeight", None),
        ("/v1/registrations/{id=**}", "/v1/registrations//web/1/h/80", {"id": "/web/1/h/80"}),
        ("/v1/registrations/{id=**}", "/v1/registrations/", {"id": ""}),
        ("/v1/{name=shelves/*/books/**}", "/v1/shelves/1/books/2/3", {"name": "shelves/1/books/2/3"}),
        ("/v1/{name=shelves/*/books/**}", "/v1/shelves/1/2/books/3", None),
        ("/v1/*/x", "/v1/anything/x", {}),
        ("/v1/config:apply", "/v1/config:apply", {}),
        ("/v1/config:apply", "/v1/config", None),
        ("/v1.0/a+b", "/v1x0/aab", None),
    ],
)
def test_matching(template: str, path: str, values: Mapping[str, str] | None) -> None:
    assert Template(template).match(path) == values


def test_what_is_no_text_once_decoded() -> None:
    with pytest.raises(UnicodeDecodeError):
        Template("/backends/{key}").match("/backends/%FF")


@pytest.mark.parametrize("text", ["", "backends", "/{key}", "/a/{key", "/a/{Key}", "/a/{k=b}}"])
def test_what_is_no_template(text: str) -> None:
    with pytest.raises(ValueError, match="no path template"):
        Template(text).match("/a")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a", "/a"),
        ("/%66rontends/%7E%2d%5F", "/frontends/~-_"),
        ("/a%2Fb%3A%40%60%7B", "/a%2Fb%3A%40%60%7B"),
    ],
)
def test_encodings_that_mean_nothing(path: str, expected: str) -> None:
    assert normal(path) == expected
