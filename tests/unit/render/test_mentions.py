"""Which sections name a backend other than by routing to it."""

from aqueduct.render.mentions import mentioning, mentions_of
from tests.unit.render.build import backend, frontend, renderer, snapshot

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
