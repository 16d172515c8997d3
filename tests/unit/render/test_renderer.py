"""Snapshots become sections; what did not change is taken from before."""

import pytest

from aqueduct.errors import Unmet
from aqueduct.model.resources import Kind, Ref, delete
from aqueduct.model.snapshot import Snapshot, after
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

WEB, APP = Ref(Kind.FRONTEND, "web"), Ref(Kind.BACKEND, "app")


def test_sections_stand_in_a_fixed_order() -> None:
    resources = (frontend("web", "b"), frontend("api", "z", bind="*:81"), backend("b"), backend("a"))
    rendered = renderer(stats_page="*:9").render(snapshot(*resources))
    assert list(rendered.sections) == [
        "global",
        "defaults",
        "listen _aqueduct_stats",
        "frontend api",
        "frontend web",
        "backend a",
        "backend b",
        "backend z",
    ]
    assert rendered.missing == ("z",)
    assert split_sections(rendered.text) == rendered.sections


def test_resources_own_their_sections() -> None:
    rendered = renderer().render(snapshot(frontend("web", "app", "gone"), backend("app")))
    assert rendered.owners == {"frontend web": WEB, "backend app": APP}


def test_what_did_not_change_is_not_rendered_again() -> None:
    counting = renderer()
    first = counting.render(snapshot(frontend("web", "app"), backend("app"), backend("old")))
    second = counting.render(snapshot(backend("app", 80), base=first.snapshot), first)
    assert second.frontends["web"] is first.frontends["web"]
    assert second.backends["old"] is first.backends["old"]
    assert second.sections["backend app"] != first.sections["backend app"]
    assert second.sections == counting.render(second.snapshot).sections


def test_a_resource_that_went_is_gone() -> None:
    first = renderer().render(snapshot(frontend("web", "app"), backend("app")))
    second = renderer().render(after(first.snapshot, [delete(APP)], 2), first)
    assert "does not exist" in second.sections["backend app"]
    assert (second.missing, "backend app" in second.owners) == (("app",), False)


def test_placeholders_are_kept_while_their_mode_stays() -> None:
    one = renderer()
    first = one.render(snapshot(tcp_frontend("db", "gone")))
    second = one.render(snapshot(backend("other"), base=first.snapshot), first)
    third = one.render(snapshot(frontend("web", "gone"), base=second.snapshot), second)
    assert second.placeholders["gone"] is first.placeholders["gone"]
    assert [rendered.placeholders["gone"].mode for rendered in (first, third)] == ["tcp", "http"]


def test_http_wins_where_both_modes_lead_to_a_missing_backend() -> None:
    rendered = renderer().render(snapshot(frontend("a", "gone"), tcp_frontend("b", "gone")))
    assert "mode http" in rendered.sections["backend gone"]


def test_raw_lines_lead_to_missing_backends_too() -> None:
    natives = ("use_backend gone if { path / }", "use_backend %[path]")
    assert renderer().render(snapshot(frontend("web", "app", natives=natives), backend("app"))).missing == (
        "gone",
    )


def test_a_frontend_gives_way_where_names_cannot_be_shared() -> None:
    one = renderer(capabilities=SEPARATE)
    first = one.render(snapshot(frontend("web", "web")))
    assert list(first.sections)[2:] == ["frontend web:frontend", "backend web"]
    assert first.owners == {"frontend web:frontend": WEB}
    second = one.render(snapshot(backend("web"), base=first.snapshot), first)
    assert second.frontends["web"] is first.frontends["web"]
    third = one.render(snapshot(frontend("web", "x"), backend("x"), base=first.snapshot), second)
    assert "frontend web" in third.sections


def test_names_are_shared_where_they_can_be() -> None:
    assert list(renderer().render(snapshot(frontend("web", "web"))).sections)[2:] == [
        "frontend web",
        "backend web",
    ]


def test_a_template_may_make_several_sections_and_begin_with_a_comment() -> None:
    text = """# {{ backend.key }}'s
backend {{ backend.key }}
    mode http
userlist u
backend {{ backend.key }}x
"""
    rendered = renderer(backend=text).render(snapshot(backend("a"), backend("b"), frontend("web", "ax")))
    assert list(rendered.sections)[3:] == [
        "backend a",
        "userlist u",
        "backend ax",
        "backend b",
        "userlist u (2)",
        "backend bx",
    ]
    assert rendered.sections["backend a"] == "backend a\n# a's\n    mode http\n"
    assert rendered.owners["userlist u (2)"] == Ref(Kind.BACKEND, "b")
    assert rendered.missing == ()
    assert split_sections(rendered.text) == rendered.sections


def test_a_template_may_make_nothing() -> None:
    assert list(renderer(backend="# none").render(snapshot(backend("a"))).sections) == ["global", "defaults"]


def test_the_fixed_sections_may_hold_and_route_to_backends() -> None:
    text = """listen own
    mode http
    bind *:1
    use_backend gone
    default_backend here
backend here
"""
    rendered = renderer(stats_page="*:9", stats=text).render(snapshot(frontend("web", "own", "here")))
    assert rendered.missing == ("gone",)


@pytest.mark.parametrize("whole", [None, WHOLE])
def test_a_broken_template_is_found_when_the_renderer_is_made(whole: str | None) -> None:
    with pytest.raises(Unmet, match=r"templates/backend.cfg.j2:1: "):
        renderer(whole=whole, backend="{% if %}")


def test_a_failing_template_is_told() -> None:
    with pytest.raises(Unmet, match=r"templates/backend.cfg.j2:2: UndefinedError"):
        renderer(backend="\n{{ nothing }}").render(snapshot(backend("a")))


def test_an_empty_snapshot_has_the_fixed_sections() -> None:
    assert list(renderer().render(Snapshot()).sections) == ["global", "defaults"]
