"""No field can say more than itself: whatever passes the gate of the model keeps to its own words.

Texts are drawn from pieces that mean something to HAProxy, to quoting, or to line ends.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.errors import Invalid
from aqueduct.model.resources import Resource
from aqueduct.model.words import split
from aqueduct.render.rendered import Rendered
from aqueduct.render.routing import routes_of
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC as STATIC
from aqueduct.v1.backend_pb2 import Backend, Health, Member
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_HDR, RULE_OPERATION_PATH_BEG, Frontend, Rule
from tests.unit.render.build import WHOLE, renderer, snapshot

PIECES = st.sampled_from(
    [
        *(
            "\n",
            "\r",
            "\0",
            "\x0b",
            "\x85",
            "\u2028",
            "\\",
            "\\n",
            "\\x0a",
            "'",
            '"',
            "#",
            "$HOME",
            "${HOME}",
        ),
        *(
            " ",
            "\t",
            "a",
            "/a",
            "*:80",
            "127.0.0.1",
            ":",
            "80",
            ",",
            "%",
            "%[path]",
            "{",
            "}",
            "-i",
            "--",
            "if",
            "é",
        ),
        *("(", "backend x", "global", "roundrobin", "unix@/", "abns@", "use_backend y", ".if", "acl"),
    ]
)
TEXTS = st.lists(PIECES, max_size=6).map("".join)
NEIGHBOURS: list[Resource] = [
    Frontend(key="before", bind="*:1", backend="before"),
    Frontend(key="zzz", bind="*:2", backend="zzz"),
    Backend(key="before", type=STATIC),
    Backend(key="zzz", type=STATIC),
]
RENDERERS = [renderer(stats_page="*:9"), renderer(stats_page="*:9", whole=WHOLE)]


def filled(message: Any, fields: dict[str, Any]) -> Any:
    for field, value in fields.items():
        setattr(message, field, value)
    return message


def lines_of(text: str) -> list[str]:
    return text.splitlines()  # at every character that anybody takes for the end of a line


def rendered(hostile: Resource, harmless: Resource) -> Rendered | None:
    """Render `hostile`, and see that it differs from a `harmless` one within its own lines only.

    None where the gate does not let it pass.
    """
    try:
        changed = snapshot(*NEIGHBOURS, hostile)
    except Invalid:
        return None
    plain = snapshot(*NEIGHBOURS, harmless)
    after = [compared(one.render(plain), one.render(changed), hostile.key) for one in RENDERERS]
    return after[0]


def compared(before: Rendered, after: Rendered, key: str) -> Rendered:
    assert before.sections.keys() == after.sections.keys()
    own = {header for header, ref in after.owners.items() if ref.key == key}
    assert len(own) == 1
    assert all(before.sections[header] == after.sections[header] for header in before.sections.keys() - own)
    assert len(lines_of(before.text)) == len(lines_of(after.text))
    return after


@pytest.mark.parametrize("operation", [RULE_OPERATION_PATH_BEG, RULE_OPERATION_HDR])
@given(value=TEXTS, header=TEXTS)
def test_a_rule_looks_for_its_value(operation: Any, value: str, header: str) -> None:
    header = f"a{header}" if operation == RULE_OPERATION_HDR else ""
    hostile, harmless = (
        Frontend(
            key="own",
            bind="*:80",
            backend="zzz",
            rules=[Rule(operation=operation, value=text, header=name, backend="zzz")],
        )
        for text, name in ((value, header), ("a", header and "a"))
    )
    after = rendered(hostile, harmless)
    if after is None:
        return
    (acl,) = (line for line in after.sections["frontend own"].split("\n") if line.startswith("    acl "))
    criterion = f"hdr({header})" if header else "path_beg"
    assert split(acl)[2:] == [criterion, "--", value]


@given(TEXTS)
def test_a_bind_line_stays_a_bind_line(text: str) -> None:
    rendered(Frontend(key="own", bind=text, backend="zzz"), Frontend(key="own", bind="*:80", backend="zzz"))


@given(TEXTS)
def test_parameters_of_a_bind_line_stay_parameters(text: str) -> None:
    bind = f"*:80 {text}"
    rendered(Frontend(key="own", bind=bind, backend="zzz"), Frontend(key="own", bind="*:80", backend="zzz"))


@given(TEXTS)
def test_a_raw_line_is_one_line_of_its_section(text: str) -> None:
    same = " ".join(["use_backend", *routes_of(text)])
    for make in (Frontend, Backend):
        fields: dict[str, Any] = {"bind": "*:80", "backend": "zzz"} if make is Frontend else {"type": STATIC}
        hostile, harmless = (filled(make(key="own", natives=[line]), fields) for line in (text, same))
        rendered(hostile, harmless)


@pytest.mark.parametrize(("field", "plain"), [("balance", "first"), ("balance", "leastconn "), ("host", "a")])
@given(text=TEXTS)
def test_a_field_of_a_backend_stays_in_its_line(field: str, plain: str, text: str) -> None:
    hostile, harmless = (
        filled(Backend(key="own", type=STATIC), {field: value}) for value in (plain + text, plain)
    )
    rendered(hostile, harmless)


@given(TEXTS)
def test_a_health_check_asks_for_its_uri(text: str) -> None:
    hostile, harmless = (Backend(key="own", type=STATIC, health=Health(uri=uri)) for uri in (f"/{text}", "/"))
    after = rendered(hostile, harmless)
    if after is None:
        return
    assert split(after.sections["backend own"].split("\n")[4]) == [
        *("http-check", "send", "meth", "GET", "uri", f"/{text}", "ver", "HTTP/1.0")
    ]


@given(host=TEXTS, prefix=st.sampled_from(["", "/", "unix@/", "abns@"]))
def test_a_member_is_one_server(host: str, prefix: str) -> None:
    host = prefix + host
    port = 0 if prefix or host.startswith(("/", "unix@", "abns@")) else 80
    hostile, harmless = (
        Backend(key="own", type=STATIC, members=[Member(host=text, port=number)])
        for text, number in ((host, port), ("127.0.0.1", 80))
    )
    after = rendered(hostile, harmless)
    if after is None:
        return
    words = split(after.sections["backend own"].rstrip("\n").split("\n")[-1])
    assert words[0] == "server"
    assert words[3:6] == ["check", "inter", "2000ms"]
    assert words[6:] in ([], ["init-addr", "last,libc,none"])


@given(TEXTS)
def test_a_key_is_a_name(text: str) -> None:
    for resource in (
        Frontend(key=f"a{text}", bind="*:80", backend="b"),
        Backend(key=f"a{text}", type=STATIC),
    ):
        try:
            after = RENDERERS[0].render(snapshot(resource))
        except Invalid:
            continue
        (header,) = after.owners
        assert split(header)[1:] == [resource.key]
