"""Parts of a configuration that can be checked by themselves."""

from aqueduct.render.excerpt import excerpt
from aqueduct.render.sections import split_sections
from aqueduct.v1.common_pb2 import MODE_TCP
from tests.unit.render.build import backend, frontend, renderer, snapshot, tcp_frontend


def headers(body: str) -> list[str]:
    return list(split_sections(body))


def test_a_part_has_the_fixed_sections_and_empty_backends_for_its_routes() -> None:
    resources = (
        frontend("web", "app", "gone"),
        backend("app", 80),
        backend("other", 80),
        frontend("x", "app", bind="*:1"),
    )
    body = excerpt(
        renderer(stats_page="*:9").render(snapshot(*resources)), ["frontend web", "frontend not there"]
    )
    assert headers(body) == [
        "global",
        "defaults",
        "listen _aqueduct_stats",
        "frontend web",
        "backend app",
        "backend gone",
    ]
    assert "backend app\n    mode http\n" in body
    assert "    server " not in body


def test_a_backend_that_is_part_of_it_is_there_as_it_is() -> None:
    body = excerpt(
        renderer().render(snapshot(frontend("web", "app"), backend("app", 80))),
        {"frontend web", "backend app"},
    )
    assert body.count("backend app\n") == 2  # the header, and default_backend
    assert "server app_127.0.0.1:80" in body


def test_empty_backends_have_the_mode_of_the_real_one() -> None:
    natives = ("use_backend db if { path / }",)
    database = backend("db")
    database.mode = MODE_TCP
    body = excerpt(
        renderer().render(snapshot(frontend("web", "x", natives=natives), database)), {"frontend web"}
    )
    assert "backend db\n    mode tcp\n" in body


def test_empty_backends_fit_who_leads_there() -> None:
    lines = ["defaults", " mode http", "frontend a", " default_backend x"]
    whole = "\n".join([*lines, "frontend b", " mode tcp", " default_backend y"])
    body = excerpt(renderer(whole=whole, missing="").render(snapshot()), {"frontend a", "frontend b"})
    assert body.endswith("backend x\n    mode http\n\nbackend y\n    mode tcp\n")
    bare = renderer(whole="frontend a\n  default_backend x\n", missing="").render(snapshot())
    assert excerpt(bare, {"frontend a"}).endswith("backend x\n    mode tcp\n")


def test_http_wins_where_both_modes_lead_there() -> None:
    rendered = renderer().render(snapshot(frontend("a", "gone"), tcp_frontend("b", "gone")))
    assert "backend gone\n    mode http\n" in excerpt(rendered, {"frontend a", "frontend b"})


def test_what_is_mentioned_is_there_with_what_it_mentions() -> None:
    resources = (
        frontend("web", "app", natives=("http-request track-sc0 src table rates",)),
        backend("rates", natives=("http-request deny if { nbsrv(next) lt 1 }",)),
        backend("next", 80, natives=("acl me nbsrv(rates) gt 0", "acl busy fe_conn(busy) gt 9")),
        backend("app", 80),
        backend("far"),
        frontend("busy", "app", bind="*:81"),
        frontend("idle", "app", bind="*:82"),
    )
    assert headers(excerpt(renderer().render(snapshot(*resources)), {"frontend web"}))[2:] == [
        "frontend busy",
        "frontend web",
        "backend next",
        "backend rates",
        "backend app",
    ]
