"""Which sections name a backend other than by routing to it."""

import pytest

from aqueduct.model.resources import Resource
from aqueduct.render.mentions import mentioning, mentioning_any, mentions_of, needs_whole_check
from tests.unit.render.build import backend, frontend, membership, renderer, snapshot

RESOURCES = (
    frontend("a", "app", natives=("http-request deny if { nbsrv(app) lt 1 }",)),
    frontend("b", "app", "app", bind="*:81", natives=("use_backend app", 'use_"backend" app')),
    frontend("c", "x", bind="*:82", natives=("http-request track-sc0 src table app",)),
    frontend("d", "x", bind="*:83", natives=("http-request deny if { nbsrv(app2) lt 1 }",)),
    backend("app", 80),
)


def test_mentions_are_found_by_the_word() -> None:
    assert mentioning(renderer().render(snapshot(*RESOURCES)), "app") == {"frontend a", "frontend c"}


def test_headers_and_routes_are_no_mentions() -> None:
    text = "frontend web\n  acl x nbsrv(app),add(1) # note\n  use_backend y\n\n  default_backend z\n"
    assert mentions_of(text) == {"acl", "x", "nbsrv", "app", "add", "1", "note"}


def test_mentions_are_found_however_they_are_spelled() -> None:
    hidden = frontend("a", "x", natives=("http-request deny if { nbsrv(a'p'\\x70) lt 1 }",))
    rendered = renderer().render(snapshot(hidden, backend("app", 80)))
    assert mentioning(rendered, "app") == {"frontend a"}
    assert mentioning_any(rendered, ["app"]) == {"frontend a"}


def test_raw_lines_mention_frontends_backends_and_servers() -> None:
    resources = (
        frontend("a", "x", "x", natives=("http-request deny if { srv_is_up(app/app_127.0.0.1:80) }",)),
        frontend("b", "x", bind="*:81", natives=("use_backend app", "acl busy fe_conn(a) gt 9")),
        frontend("c", "app", bind="*:82"),
        backend("app", 80, natives=("# app2",)),
    )
    rendered = renderer().render(snapshot(*resources))
    assert mentioning_any(rendered, ["app"]) == {"frontend a", "frontend b"}
    assert mentioning_any(rendered, {"app_127.0.0.1:80"}) == {"frontend a"}
    assert mentioning_any(rendered, {"a"}) == {"frontend b"}
    assert mentioning_any(rendered, {"dontlognull"}) == {"defaults"}
    assert mentioning_any(rendered, ()) == set()


@pytest.mark.parametrize(
    ("resource", "whole"),
    [
        (frontend("a", "x"), False),
        (frontend("a", "x", bind="*:80 guid x"), True),
        (frontend("a", "x", natives=("id 5",)), True),
        (frontend("a", "x", natives=("acl id path /id",)), False),
        (frontend("a", "x", natives=("bind *:81 g'uid' x",)), True),
        (backend("a", 80), False),
        (backend("a", natives=('"stick-table" type ip size 1k',)), True),
        (backend("a", natives=("server x 127.0.0.1:1",)), True),
    ],
)
def test_claims_of_what_is_unique_need_a_whole_check(resource: Resource, whole: bool) -> None:
    assert needs_whole_check(resource) is whole


def test_members_claim_nothing() -> None:
    assert not needs_whole_check(membership("app", 80))
