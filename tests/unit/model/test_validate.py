"""The gate of the model: defaults, and every way to be wrong."""

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct

from aqueduct.errors import Invalid
from aqueduct.model.fields import LONGEST_LINE
from aqueduct.model.resources import put
from aqueduct.model.validate import validated
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, Member, SwitchPolicy
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend

FRONTEND: dict[str, Any] = {"key": "web", "bind": "*:80", "backend": "app"}
RULE: dict[str, Any] = {"operation": "RULE_OPERATION_PATH", "value": "/a", "backend": "app"}
HEADER: dict[str, Any] = {"operation": "RULE_OPERATION_HDR", "header": "Host", "value": "a", "backend": "app"}
LENGTH: dict[str, Any] = {"operation": "RULE_OPERATION_PATH_LEN", "value": "1", "backend": "app"}
BACKEND: dict[str, Any] = {"key": "app", "type": "BACKEND_TYPE_STATIC"}
DYNAMIC: dict[str, Any] = {"key": "app", "type": "BACKEND_TYPE_DYNAMIC"}
MEMBER: dict[str, Any] = {"host": "127.0.0.1", "port": 80}


def frontend(**fields: Any) -> Change:
    return put(ParseDict(FRONTEND | fields, Frontend()))


def backend(**fields: Any) -> Change:
    return put(ParseDict(BACKEND | fields, Backend()))


def rule(**fields: Any) -> Change:
    return frontend(rules=[RULE | fields])


def violations(change: Change) -> list[tuple[str, str]]:
    try:
        validated(change)
    except Invalid as error:
        return [(violation.field, violation.description) for violation in error.violations]
    return []


def test_the_defaults_of_a_frontend() -> None:
    complete = validated(frontend(rules=[RULE, HEADER], revision=7)).put_frontend
    assert MessageToDict(complete) == FRONTEND | {
        "mode": "MODE_HTTP",
        "keepalive": "KEEPALIVE_DEFAULT",
        "rules": [RULE | {"type": "RULE_TYPE_PATH"}, HEADER | {"type": "RULE_TYPE_HEADER"}],
    }


def test_the_defaults_of_a_backend() -> None:
    complete = validated(backend(health={}, members=[MEMBER], revision=7)).put_backend
    assert MessageToDict(complete) == BACKEND | {
        "mode": "MODE_HTTP",
        "balance": "roundrobin",
        "health": {
            "method": "HEALTH_METHOD_GET",
            "uri": "/",
            "httpVersion": "HTTP_VERSION_1_0",
            "interval": 2000,
        },
        "members": [MEMBER],
    }


def test_what_is_given_stays() -> None:
    given = {
        "mode": "MODE_TCP",
        "balance": "leastconn",
        "health": {
            "method": "HEALTH_METHOD_POST",
            "uri": "*",
            "httpVersion": "HTTP_VERSION_1_1",
            "interval": 1,
        },
        "host": "a:80",
        "members": [MEMBER | {"weight": 0, "meta": {"a": ["b", {"c": 1.0}]}, "id": "/a", "lastKnown": "5"}],
        "natives": ["\toption tcp-check", "  # a comment", "no option x", "no", "tcp-check send PING\\r\\n"],
    }
    assert MessageToDict(validated(backend(**given)).put_backend) == BACKEND | given


def test_the_change_itself_is_left_alone_and_its_precondition_kept() -> None:
    change = backend()
    change.expected_revision = 5
    before = Change.FromString(change.SerializeToString())
    assert validated(change).expected_revision == 5
    assert change == before


def test_members_that_a_caller_gives_to_a_dynamic_backend_are_ignored() -> None:
    change = put(ParseDict(DYNAMIC | {"name": "a", "members": [{"host": "a\nb"}]}, Backend()))
    assert not validated(change).put_backend.members


def test_a_dynamic_backend_may_lack_name_and_version() -> None:
    assert violations(put(ParseDict(DYNAMIC, Backend()))) == []


@pytest.mark.parametrize("change", [Change(delete_frontend="web"), Change(delete_backend="app")])
def test_deletions_pass(change: Change) -> None:
    assert validated(change) == change


def test_a_change_must_say_what_to_do() -> None:
    ((field, description),) = violations(Change(expected_revision=1))
    assert field == ""
    assert "put_frontend" in description


def test_everything_that_is_wrong_is_told_at_once() -> None:
    change = put(ParseDict({"key": "a b", "rules": [{}], "natives": [""]}, Frontend()))
    assert [field for field, _ in violations(change)] == [
        "key",
        "bind",
        "backend",
        "natives[0]",
        "rules[0].operation",
        "rules[0].value",
        "rules[0].backend",
    ]


def test_a_field_is_told_once() -> None:
    assert violations(frontend(bind="a\nb\0")) == [("bind", "must be one line without control characters")]


@pytest.mark.parametrize("key", ["a", "A-z_0.9:x", "x" * 128, "if", "1"])
def test_keys(key: str) -> None:
    assert violations(frontend(key=key, backend=key)) == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "1 to 128 characters"),
        ("x" * 129, "1 to 128 characters"),
        ("a b", "letters, digits"),
        ("a/b", "letters, digits"),
        ("é", "letters, digits"),
        ("a\n", "letters, digits"),
        ("_aqueduct_stats", "must not begin with _aqueduct"),
        ("a:frontend", "must not end with :frontend"),
    ],
)
def test_what_is_no_key(key: str, told: str) -> None:
    for change in (Change(delete_frontend=key), Change(delete_backend=key)):
        ((field, description),) = violations(change)
        assert field == ""
        assert told in description
    assert violations(put(ParseDict(BACKEND | {"key": key}, Backend())))[0][0] == "key"


def _struct(number: float) -> Struct:
    made = Struct()
    made.fields["a"].number_value = number
    return made


WRONG: list[tuple[Change, str, str]] = [
    # frontends
    (frontend(bind=""), "bind", "must begin with an address"),
    (frontend(bind="*:99999"), "bind", "from 1 to 65535"),
    (frontend(bind="*:80 " + "a" * 4096), "bind", "at most 4096"),
    (frontend(backend=""), "backend", "must be the key of a backend"),
    (frontend(backend="a b"), "backend", "letters, digits"),
    (frontend(mode=9), "mode", "one of http, tcp"),
    (frontend(keepalive=9), "keepalive", "one of default, close, server-close"),
    (frontend(mode="MODE_TCP", rules=[RULE]), "rules", "must be empty in mode tcp"),
    # raw lines
    (frontend(natives=["a\nb"]), "natives[0]", "one line"),
    (frontend(natives=["a\0"]), "natives[0]", "one line"),
    (frontend(natives=["option x", " "]), "natives[1]", "must not be empty"),
    (frontend(natives=["a 'b"]), "natives[0]", "unbalanced quote"),
    (frontend(natives=["x" * (LONGEST_LINE + 1)]), "natives[0]", "at most"),
    (frontend(natives=["backend x"]), "natives[0]", "must not begin a section"),
    (frontend(natives=["  'fron'\"tend\" x"]), "natives[0]", "must not begin a section"),
    (frontend(natives=["\\x62ackend x"]), "natives[0]", "must not begin a section"),
    (frontend(natives=["no default listen x"]), "natives[0]", "must not begin a section"),
    (frontend(natives=["\u00a0listen evil"]), "natives[0]", "must not begin or end with a blank"),
    (frontend(natives=["\u2003"]), "natives[0]", "must not be empty"),
    (frontend(natives=["option x\u3000 "]), "natives[0]", "must not begin or end with a blank"),
    (frontend(natives=["listen\u00a0x"]), "natives[0]", "must begin with a keyword"),
    (frontend(natives=["global\\x00"]), "natives[0]", "must not hold control characters"),
    (frontend(natives=["listen\\x00z evil"]), "natives[0]", "must not hold control characters"),
    (frontend(natives=["option \\x00"]), "natives[0]", "must not hold control characters"),
    (backend(natives=["option \\x1b"]), "natives[0]", "must not hold control characters"),
    (backend(natives=["default\\ts"]), "natives[0]", "must begin with a keyword"),
    (frontend(natives=['"" backend x']), "natives[0]", "must begin with a keyword"),
    (frontend(natives=["no '' backend x"]), "natives[0]", "must begin with a keyword"),
    (frontend(natives=[".if defined(X)"]), "natives[0]", "must begin with a keyword"),
    (frontend(natives=['"$X" y']), "natives[0]", "must begin with a keyword"),
    (frontend(natives=["bind"]), "natives[0]", "must begin with an address"),
    (frontend(natives=['bind "127.0.0.1:80${NOSUCH}"']), "natives[0]", "must not hold $"),
    (frontend(natives=['"bi"nd 0x7f.1:80']), "natives[0]", "no IPv4 address"),
    (frontend(natives=["bind 'x"]), "natives[0]", "unbalanced quote"),
    (frontend(natives=["mode tcp"]), "natives[0]", "use the field mode"),
    (frontend(natives=["no 'mode' tcp"]), "natives[0]", "use the field mode"),
    (backend(natives=["\\x6dode tcp"]), "natives[0]", "use the field mode"),
    (backend(natives=["bind *:80"]), "natives[0]", "only frontends listen"),
    (backend(natives=["'bind' *:80"]), "natives[0]", "only frontends listen"),
    (frontend(natives=["acl path_beg_0123456789ab path /"]), "natives[0]", "reserved for rules"),
    (frontend(natives=["'acl' \"hdr\"_0123456789ab path /"]), "natives[0]", "reserved for rules"),
    # rules
    (rule(operation=0), "rules[0].operation", "must be one of path, path_beg"),
    (rule(operation=99), "rules[0].operation", "99 is no such value"),
    (rule(type=9), "rules[0].type", "one of path, url, header"),
    (rule(type="RULE_TYPE_URL"), "rules[0].type", "must be path or absent"),
    (rule(header="Host"), "rules[0].header", "must be empty"),
    (frontend(rules=[HEADER | {"header": ""}]), "rules[0].header", "name of a header"),
    (frontend(rules=[HEADER | {"header": "it's"}]), "rules[0].header", "name of a header"),
    (frontend(rules=[HEADER | {"header": "a b"}]), "rules[0].header", "name of a header"),
    (frontend(rules=[HEADER | {"header": "a" * 257}]), "rules[0].header", "at most 256"),
    (rule(value=""), "rules[0].value", "must not be empty"),
    (rule(value="a\nb"), "rules[0].value", "one line"),
    (rule(value="a\tb"), "rules[0].value", "one line"),
    (rule(value="a" * 4097), "rules[0].value", "at most 4096"),
    (rule(values=["b"]), "rules[0].values", "must be absent where value is given"),
    (rule(value="", values=["b", ""]), "rules[0].values[1]", "must not be empty"),
    (rule(value="", values=["b", "\u2028"]), "rules[0].values[1]", "one line"),
    (frontend(rules=[LENGTH | {"value": "a"}]), "rules[0].value", "a number of bytes"),
    (frontend(rules=[LENGTH | {"value": "20:10"}]), "rules[0].value", "a number of bytes"),
    (frontend(rules=[LENGTH | {"value": "-1"}]), "rules[0].value", "a number of bytes"),
    *(
        (frontend(rules=[HEADER | {"operation": f"RULE_OPERATION_HDR{kind}", "value": value}]), at, told)
        for at in ("rules[0].value",)
        for kind, value, told in [
            ("", "a,b", "must not hold a comma"),
            ("_SUB", "KHTML, like", "must not hold a comma"),
            ("_BEG", 'a"b,', "must not hold a comma"),
            ("_END", ",", "must not hold a comma"),
            ("", " a", "must not begin or end with a blank"),
            ("", "a ", "must not begin or end with a blank"),
            ("_BEG", " a", "must not begin or end with a blank"),
            ("_END", "a ", "must not begin or end with a blank"),
            ("_DOM", "a,b", "must not hold a comma"),
            ("_DOM", ".", "must hold more than / ? . :"),
        ]
    ),
    (rule(operation="RULE_OPERATION_PATH_DIR", value="/"), "rules[0].value", "must hold more than / ?:"),
    (rule(operation="RULE_OPERATION_PATH_DOM", value="."), "rules[0].value", "must hold more than / ? . :"),
    (
        rule(operation="RULE_OPERATION_URL_DIR", value="", values=["a", "/?"]),
        "rules[0].values[1]",
        "must hold",
    ),
    (rule(backend=""), "rules[0].backend", "must be the key of a backend"),
    (rule(backend="_aqueduct"), "rules[0].backend", "reserved"),
    # backends
    (backend(type=0), "type", "must be static or dynamic"),
    (backend(type=9), "type", "one of static, dynamic"),
    (backend(mode=9), "mode", "one of http, tcp"),
    (backend(check=9), "check", "one of none"),
    (backend(name="a"), "name", "unless type is dynamic"),
    (backend(version="a"), "version", "unless type is dynamic"),
    (put(ParseDict(DYNAMIC | {"name": "a" * 257}, Backend())), "name", "1 to 256"),
    (put(ParseDict(DYNAMIC | {"version": "1/2"}, Backend())), "version", "without / and blanks"),
    (
        put(
            Backend(
                key="b",
                type=BACKEND_TYPE_STATIC,
                switch_policy=SwitchPolicy(drain_timeout=Duration(seconds=2, nanos=-1)),
            )
        ),
        "switch_policy.drain_timeout",
        "from 0 s",
    ),
    (
        put(
            Backend(
                key="b",
                type=BACKEND_TYPE_STATIC,
                members=[Member(host="a", port=1, meta=_struct(float("inf")))],
            )
        ),
        "members[0].meta.a",
        "finite",
    ),
    (backend(balance="fastest"), "balance", "must begin with one of roundrobin"),
    (backend(balance="# x"), "balance", "must begin with one of roundrobin"),
    (backend(balance="hdr()"), "balance", "must begin with one of roundrobin"),
    (backend(balance="Roundrobin"), "balance", "must begin with one of roundrobin"),
    (backend(balance="uri 'a"), "balance", "unbalanced quote"),
    (backend(balance="uri a\\n"), "balance", "control characters"),
    (backend(balance="uri " + "a" * 1024), "balance", "at most 1024"),
    (backend(balance="hdr(Host)", mode="MODE_TCP"), "balance", "needs mode http"),
    (backend(host=""), "host", "must be absent, or"),
    (backend(host=":80"), "host", "must be absent, or"),
    (backend(host="a b"), "host", "no host"),
    (backend(host="a:b"), "host", "no port"),
    (backend(host="a:"), "host", "no port"),
    (backend(host="::1"), "host", "in brackets"),
    (backend(host="[::1]:0"), "host", "no port"),
    (backend(host="[::g]"), "host", "no IPv6 address"),
    (backend(host="%[path]"), "host", "no IPv6 address"),
    (backend(natives=["defaults"]), "natives[0]", "must not begin a section"),
    # health
    (backend(health={}, check="CHECK_NONE"), "health", "must be absent where check is none"),
    (backend(health={"method": 9}), "health.method", "one of GET, POST"),
    (backend(health={"httpVersion": 9}), "health.http_version", "one of HTTP/1.0, HTTP/1.1"),
    (backend(health={"httpVersion": "HTTP_VERSION_1_1"}), "host", "must be given"),
    (backend(health={"uri": "a"}), "health.uri", "must begin with /"),
    (backend(health={"uri": "/a b"}), "health.uri", "hold no blanks"),
    (backend(health={"uri": "/a\r"}), "health.uri", "one line"),
    (backend(health={"uri": "/" * 2049}), "health.uri", "at most 2048"),
    (backend(health={"interval": 0}), "health.interval", "at least 1"),
    (backend(health={"interval": -1}), "health.interval", "at least 1"),
    # members
    (backend(members=[{"port": 80}]), "members[0].host", "must be an IP address"),
    (backend(members=[{"host": "a b", "port": 80}]), "members[0].host", "no host"),
    (backend(members=[{"host": "a\nb", "port": 80}]), "members[0].host", "one line"),
    (backend(members=[{"host": "/$HOME"}]), "members[0].host", "must not hold $"),
    (backend(members=[{"host": "a"}]), "members[0].port", "from 1 to 65535"),
    (backend(members=[{"host": "a", "port": 65536}]), "members[0].port", "from 1 to 65535"),
    (backend(members=[{"host": "/a", "port": 1}]), "members[0].port", "0 or absent"),
    (backend(members=[MEMBER | {"weight": 257}]), "members[0].weight", "from 0 to 256"),
    (backend(members=[MEMBER | {"name": "a" * 1025}]), "members[0].name", "at most 1024"),
    (backend(members=[MEMBER | {"id": "a\n"}]), "members[0].id", "one line"),
    (
        backend(members=[MEMBER | {"meta": {"a": ["b\n"]}}]),
        "members[0].meta.a[0]",
        "one line",
    ),
    (backend(members=[MEMBER | {"meta": {"a\n": 1}}]), "members[0].meta", "one line"),
    (
        backend(members=[MEMBER, MEMBER]),
        "members[1]",
        "must differ from members[0]: both are at 127.0.0.1:80",
    ),
    (
        backend(members=[{"host": "::1", "port": 80}, MEMBER, {"host": "[0::1]", "port": 80}]),
        "members[2]",
        "must differ from members[0]",
    ),
    (
        backend(members=[{"host": "/a//b"}, {"host": "unix@/a/b"}]),
        "members[1]",
        "must differ from members[0]",
    ),
]


@pytest.mark.parametrize(
    ("change", "field", "told"), WRONG, ids=[f"{field}-{told}" for _, field, told in WRONG]
)
def test_what_is_wrong_is_told_with_its_field(change: Change, field: str, told: str) -> None:
    ((found, description),) = violations(change)
    assert found == field
    assert told in description


@pytest.mark.parametrize(
    "change",
    [
        rule(value="", values=["a b", "#", "it's", "$HOME", "é"]),
        *(
            frontend(rules=[HEADER | {"operation": f"RULE_OPERATION_HDR{kind}", "value": value}])
            for kind, value in [
                *(("", '"a,b" c'), ("_SUB", " a "), ("_BEG", "a "), ("_END", " a"), ("_REG", "a, ")),
                ("_DOM", "a.b"),
            ]
        ),
        rule(operation="RULE_OPERATION_PATH", value="/"),
        rule(operation="RULE_OPERATION_PATH_DIR", value="a/b"),
        frontend(natives=["acl", "acl path_beg_api path /", "use_backend a if path_0123456789ab", "# mode"]),
        frontend(rules=[HEADER | {"header": "X!#$%&*+-.^_`|~0"}]),
        frontend(rules=[LENGTH | {"value": "", "values": ["10:20", "5", "7:7"]}]),
        backend(balance="hash req.hdr(X-User),lower"),
        backend(balance="random(3)"),
        backend(balance="rdp-cookie(mstshash)", mode="MODE_TCP"),
        backend(host="[::1]:80"),
        backend(host="10.0.0.1:80"),
        backend(host="[::1]"),
        backend(health={"uri": "/a?b=%20#'\"$é"}),
        backend(members=[MEMBER, MEMBER | {"port": 81}, MEMBER | {"host": "abns@x", "port": 0}]),
        backend(check="CHECK_NONE"),
    ],
)
def test_what_is_right_passes(change: Change) -> None:
    assert violations(change) == []
