"""Rendering by one template for the whole file."""

from aqueduct.model.resources import Kind, Ref
from aqueduct.render.sections import split_sections
from tests.unit.render.build import (
    SEPARATE,
    WHOLE,
    backend,
    frontend,
    renderer,
    snapshot,
    tcp_frontend,
)

RESOURCES = (
    frontend("web", "web", "gone", natives=("use_backend native if { path /n }",)),
    tcp_frontend("db", "gone"),
    tcp_frontend("sql", "nosql"),
    backend("web", 80),
    backend("app"),
)


def test_the_built_in_template_says_what_the_sections_say() -> None:
    for capabilities in (SEPARATE, renderer()._capabilities):
        single = renderer(capabilities=capabilities, stats_page="*:9").render(snapshot(*RESOURCES))
        whole = renderer(capabilities=capabilities, stats_page="*:9", whole=WHOLE).render(
            snapshot(*RESOURCES)
        )
        assert whole.sections == single.sections
        assert whole.owners == single.owners
        assert whole.missing == single.missing == ("gone", "native", "nosql")


def test_what_the_template_leads_to_without_making_it_gets_a_placeholder() -> None:
    text = """defaults
    mode http
listen a
    use_backend b
    default_backend c
frontend f
    mode tcp
    default_backend d
backend c
"""
    rendered = renderer(whole=text).render(snapshot())
    assert list(rendered.sections)[-3:] == ["backend c", "backend b", "backend d"]
    assert "mode http" in rendered.sections["backend b"]
    assert "mode tcp" in rendered.sections["backend d"]
    assert rendered.missing == ("b", "d")
    assert split_sections(rendered.text) == rendered.sections


def test_without_a_mode_anywhere_haproxys_own_holds() -> None:
    rendered = renderer(whole="frontend f\n  default_backend b\n").render(snapshot())
    assert "mode tcp" in rendered.sections["backend b"]


def test_http_wins_where_both_modes_lead_there() -> None:
    text = "frontend f\n  mode http\n  default_backend b\n\nfrontend g\n  mode tcp\n  default_backend b\n"
    assert "mode http" in renderer(whole=text).render(snapshot()).sections["backend b"]


def test_resources_that_the_template_leaves_out_own_nothing() -> None:
    rendered = renderer(whole="frontend web\n  mode http\n").render(snapshot(*RESOURCES))
    assert rendered.owners == {"frontend web": Ref(Kind.FRONTEND, "web")}
    assert rendered.missing == ()
