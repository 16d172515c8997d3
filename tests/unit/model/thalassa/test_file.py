"""The original's file: what it wrote, and what is written for it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.errors import Invalid
from aqueduct.model.thalassa.file import file_of, read_file
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    Member,
)
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_PATH_BEG, Frontend, Rule
from aqueduct.v1.history_pb2 import Configuration

FRONTEND = {
    "id": "frontend/web",
    "_type": "frontend",
    "key": "web",
    "bind": "*:8080,*:80",
    "backend": "live",
    "mode": "http",
    "keepalive": "server-close",
    "rules": [
        {
            "type": "header",
            "operation": "hdr_dom",
            "header": "host",
            "value": "staged.myapp.com",
            "backend": "live",
        }
    ],
    "natives": ["maxconn 100"],
}
STATIC = {
    "id": "backend/live",
    "_type": "backend",
    "key": "live",
    "type": "static",
    "balance": "source",
    "mode": "http",
    "host": "myapp.com",
    "members": [{"host": "127.0.0.1", "port": 8081}],
    "natives": [],
    "health": {"method": "GET", "uri": "/c", "httpVersion": "HTTP/1.1", "interval": 5000},
}
MEMBER = {
    "host": "10.10.240.121",
    "port": 8080,
    "name": "myapp",
    "version": "1.0.0",
    "meta": {"hostname": "h", "pid": 17941},
    "lastKnown": 1378762056885,
    "id": "/myapp/1.0.0/10.10.240.121/8080",
}
DYNAMIC = {
    "id": "backend/other",
    "_type": "backend",
    "key": "other",
    "type": "dynamic",
    "name": "myapp",
    "version": "1.0.0",
    "balance": "roundrobin",
    "mode": "http",
    "host": None,
    "members": [MEMBER],
    "natives": [],
}


def _file(**changed: Any) -> bytes:
    file = {"version": 1, "frontends": [FRONTEND], "backends": [STATIC, DYNAMIC]}
    return json.dumps(file | changed).encode()


def _with_rule(**rule: Any) -> bytes:
    whole = {"operation": "path_beg", "value": "/a", "backend": "live"} | rule
    return _file(frontends=[FRONTEND | {"rules": [whole]}])


def test_what_the_original_wrote_is_read_and_written_alike() -> None:
    read = read_file(_file())
    assert [backend.type for backend in read.backends] == [BACKEND_TYPE_STATIC, BACKEND_TYPE_DYNAMIC]
    assert not read.backends[1].members
    filled = Backend()
    filled.CopyFrom(read.backends[1])
    filled.members.add(host="10.10.240.121", port=8080, name="myapp", version="1.0.0", id=MEMBER["id"])
    filled.members[0].last_known = 1378762056885
    filled.members[0].meta.update({"hostname": "h", "pid": 17941})
    filled.members[0].admin_state = ADMIN_STATE_DRAIN
    filled.revision = 7
    written = file_of(read.frontends, [filled, read.backends[0]])
    assert json.loads(written) == json.loads(_file())
    assert read_file(written) == read


def test_fields_come_in_the_order_of_the_original() -> None:
    told = json.loads(file_of([], [Backend(key="b", type=BACKEND_TYPE_STATIC)]))
    assert list(told["backends"][0])[:4] == ["id", "_type", "key", "type"]


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), min_size=1, max_size=4))
def test_values_of_rules_survive_the_way_there_and_back(values: list[str]) -> None:
    rule = Rule(operation=RULE_OPERATION_PATH_BEG, backend="b")
    if len(values) > 1:
        rule.values.extend(values)
    else:
        rule.value = values[0]
    frontend = Frontend(key="web", rules=[rule])
    assert read_file(file_of([frontend], [])) == Configuration(frontends=[frontend])


@pytest.mark.parametrize(
    ("value", "values"),
    [
        ("/a", ["/a"]),
        ("/a /b", ["/a", "/b"]),
        (r"/a\ b", ["/a b"]),
        (r"^/x\.y$", [r"^/x\.y$"]),
        ("'/a b' /c", ["/a b", "/c"]),
        ("-- -x", ["-x"]),
        ("", [""]),
    ],
)
def test_values_are_words_of_haproxy_as_in_the_original(value: str, values: list[str]) -> None:
    rule = read_file(_with_rule(value=value)).frontends[0].rules[0]
    assert (list(rule.values) or [rule.value]) == values


def test_what_meant_nothing_in_the_original_is_left_out() -> None:
    odd = STATIC | {"name": "x", "version": "1", "members": [{"host": "h", "port": "80", "id": None, "x": 1}]}
    odd["health"] = {"uri": "/", "interval": 1500.4}
    backend = read_file(_file(backends=[odd])).backends[0]
    assert (backend.name, backend.version, backend.health.interval) == ("", "", 1_500)
    assert list(backend.members) == [Member(host="h", port=80)]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b'{"version": 1,\n x}', "line 2, column 2"),
        (b"\xff", "byte 0"),
        (b"[" * 100_000, "file"),
        (b"1" * 5_000, "file"),
        (b"[]", "version"),
        (b'{"version": 2, "frontends": [], "backends": []}', "version"),
        (b'{"version": true, "frontends": [], "backends": []}', "version"),
        (b'{"version": 1, "backends": []}', "frontends"),
        (_file(backends={}), "backends"),
        (_file(frontends=[1]), "frontends[0]"),
        (_file(frontends=[FRONTEND | {"mode": "udp"}]), "frontends[0].mode"),
        (_file(frontends=[FRONTEND | {"rules": 1}]), "frontends[0].rules"),
        (_file(frontends=[FRONTEND | {"rules": [1]}]), "frontends[0].rules[0]"),
        (_with_rule(value=1), "frontends[0].rules[0].value"),
        (_with_rule(value="'a"), "frontends[0].rules[0].value"),
        (_with_rule(value="-i /a"), "frontends[0].rules[0].value"),
        (_file(backends=[STATIC | {"members": [1]}]), "backends[0].members[0]"),
        (_file(backends=[STATIC | {"members": 1}]), "backends[0].members"),
        (_file(backends=[STATIC | {"health": 1}]), "backends[0].health"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(content: bytes, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(content)
    assert [violation.field for violation in caught.value.violations] == [field]
