"""From lines back to fields."""

import pytest

from aqueduct.model.resources import Kind, Ref, delete
from aqueduct.model.snapshot import after
from aqueduct.render.locate import locate
from aqueduct.render.rendered import Rendered
from aqueduct.v1.backend_pb2 import HTTP_VERSION_1_1, Health
from aqueduct.v1.frontend_pb2 import KEEPALIVE_CLOSE
from tests.unit.render.build import SEPARATE, backend, frontend, renderer, snapshot


def example() -> Rendered:
    web = frontend(
        "web", "app", "one", "two", natives=("  option forwardfor", "bind *:82", "use_backend one if x")
    )
    web.keepalive = KEEPALIVE_CLOSE
    app = backend("app", 80, 81, natives=("http-request deny",))
    app.balance, app.host = "source", "a"
    app.health.CopyFrom(Health(http_version=HTTP_VERSION_1_1))
    return renderer(capabilities=SEPARATE).render(snapshot(web, frontend("app", "app", bind="*:83"), app))


RENDERED = example()
WEB, APP = Ref(Kind.FRONTEND, "web"), Ref(Kind.BACKEND, "app")


def located(line: str, header: str) -> tuple[Ref, str] | None:
    """Locate the first line that begins with `line` in the section of `header`."""
    lines = RENDERED.text.split("\n")
    number = lines.index(header)
    while not lines[number].strip().startswith(line):
        number += 1
    return locate(RENDERED.text, number + 1, RENDERED.owners, RENDERED.snapshot)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("frontend", ""),
        ("mode", "mode"),
        ("bind *:80", "bind"),
        ("bind *:82", "natives[1]"),
        ("option httplog", ""),
        ("option httpclose", "keepalive"),
        ("option forwardfor", "natives[0]"),
        ("acl", "rules[0]"),
        ("use_backend two", "rules[1]"),
        ("use_backend one if x", "natives[2]"),
        ("default_backend", "backend"),
    ],
)
def test_lines_of_a_frontend(line: str, field: str) -> None:
    assert located(line, "frontend web") == (WEB, field)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("backend", ""),
        ("mode", "mode"),
        ("balance", "balance"),
        ("hash-type", "balance"),
        ("option httpchk", "health"),
        ("http-check", "health"),
        ("http-request set-header", "host"),
        ("http-request deny", "natives[0]"),
        ("server app_127.0.0.1:81", "members[1]"),
    ],
)
def test_lines_of_a_backend(line: str, field: str) -> None:
    assert located(line, "backend app") == (APP, field)


def test_a_frontend_that_gave_way_is_known_by_its_key() -> None:
    assert located("bind", "frontend app:frontend") == (Ref(Kind.FRONTEND, "app"), "bind")


def test_lines_that_no_field_made_belong_to_the_resource_alone() -> None:
    body = (
        "frontend web\n\n  acl unknown path /\nbackend app\n  server unknown\n  server\n  timeout server 1s\n"
    )
    fields = [locate(body, line, RENDERED.owners, RENDERED.snapshot) for line in (2, 3, 5, 6, 7)]
    assert fields == [(WEB, ""), (WEB, ""), (APP, ""), (APP, ""), (APP, "")]


@pytest.mark.parametrize("line", [None, 0, -1, 1, 10_000])
def test_lines_that_are_nobodys(line: int | None) -> None:
    assert locate(RENDERED.text, line, RENDERED.owners, RENDERED.snapshot) is None


def test_a_line_before_the_first_section_is_nobodys() -> None:
    assert locate("# note\n", 1, RENDERED.owners, RENDERED.snapshot) is None


def test_a_section_whose_owner_is_gone_is_nobodys() -> None:
    later = after(RENDERED.snapshot, [delete(WEB)], 9)
    assert locate("frontend web\n", 1, RENDERED.owners, later) is None


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("Proxy 'web': unable to find required use_backend: 'gone'.", (WEB, "")),
        ("proxy 'app': cannot find something", (APP, "")),
        (
            "http frontend 'app:frontend' (x) tries to use incompatible tcp backend 'app' (y)",
            (Ref(Kind.FRONTEND, "app"), ""),
        ),
        ("backend 'app' has no server", (APP, "")),
        ("'server app/app_127.0.0.1:80' : unknown keyword", (APP, "")),
        ("Proxy 'gone': no", None),
        ("Fatal errors found in configuration.", None),
    ],
)
def test_without_a_line_the_message_tells_the_resource(message: str, place: tuple[Ref, str] | None) -> None:
    assert locate(RENDERED.text, None, RENDERED.owners, RENDERED.snapshot, message) == place
