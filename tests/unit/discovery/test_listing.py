"""What a file of members may say, and where it is wrong."""

import json

import pytest

from aqueduct.discovery.listing import parse_listing
from aqueduct.ports.discovery import Service

from .doubles import WEB, spelled

ONE = {"name": "web", "version": "1.0.0", "host": "10.0.0.1", "port": 80}


def listed(*entries: object) -> bytes:
    return json.dumps(entries).encode()


def test_yaml_and_json_say_the_same() -> None:
    yaml = b"""
    - name: web
      version: 1.0.0
      host: "[0::1]"
      port: 80
      weight: 7
      meta: {zone: a, cores: 4, tags: [x, true, null]}
    - {name: web, version: 1.0.0, host: /run/web.sock}
    - {name: api, version: "2", host: api.example, port: 81}
    """
    json_text = listed(
        ONE | {"host": "::1", "weight": 7, "meta": {"zone": "a", "cores": 4, "tags": ["x", True, None]}},
        {"name": "web", "version": "1.0.0", "host": "unix@/run/web.sock"},
        {"name": "api", "version": "2", "host": "api.example", "port": 81},
    )
    found = parse_listing(yaml, is_json=False)
    assert found == parse_listing(json_text, is_json=True)
    assert {service: spelled(members) for service, members in found.items()} == {
        WEB: "::1:80*7 unix@/run/web.sock:0",
        Service("api", "2"): "api.example:81",
    }
    first = found[WEB][0]
    assert (first.id, first.last_known, first.meta["cores"]) == ("/web/1.0.0/::1/80", 0, 4)


def test_a_list_of_none_is_a_list() -> None:
    assert parse_listing(b"[]", is_json=False) == {}


@pytest.mark.parametrize(
    ("content", "is_json", "words"),
    [
        (b"", False, "must be a list of members; [] for none"),
        (b"web: 1", False, "must be a list of members; [] for none"),
        (b"- a\n- b: c: d", False, "no YAML at line 2, column 7: mapping values are not allowed"),
        (b"- !!python/object:os.system {}", False, "no YAML at line 1, column 3: could not determine"),
        (b"\x00", False, "no YAML: "),
        (b"[{]", True, "no JSON at line 1, column 3: "),
        (b"[\xff]", True, "no UTF-8 at byte 1"),
        (b"[" * 100_000, True, "nested too deeply"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, is_json: bool, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        parse_listing(content, is_json=is_json)
    assert str(raised.value).startswith(words)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("web", "[1]: must be a mapping with the fields name, version, host, port, weight, meta"),
        (ONE | {"addr": 1}, "[1].addr: is no field: there are name, version, host, port, weight, meta"),
        ({"name": "web"}, "[1].version: is needed"),
        (ONE | {"version": 1.1}, '[1].version: must be a string: put it in quotes, such as "1.1"'),
        (ONE | {"name": "\ud800"}, "[1].name: must be text: it holds half a surrogate pair"),
        (ONE | {"name": "a/b"}, "[1].name: must be 1 to 256 characters"),
        (ONE | {"host": "a b"}, "[1].host: 'a b' is no host"),
        (ONE | {"port": "80"}, "[1].port: must be a number from 0, not '80'"),
        (ONE | {"port": True}, "[1].port: must be a number from 0, not true"),
        (ONE | {"port": -1}, "[1].port: must be a number from 0, not the number -1"),
        (ONE | {"port": 0}, "[1].port: 0 is no port"),
        (ONE | {"weight": 257}, "[1].weight: must be from 0 to 256"),
        (ONE | {"weight": 1.5}, "[1].weight: must be a number from 0, not the number 1.5"),
        (ONE | {"meta": []}, "[1].meta: must be a mapping that JSON could hold"),
        (ONE | {"meta": {"a": float("nan")}}, "[1].meta: must be a mapping that JSON could hold"),
        (ONE | {"meta": {"a": "\ud800"}}, "[1].meta: must be a mapping that JSON could hold"),
        (ONE | {"meta": {"a": "b\nc"}}, "[1].meta.a: must be one line"),
        (ONE | {"host": "[::1]"}, "[1]: must differ from [0]: both are /web/1.0.0/::1/80"),
    ],
)
def test_the_place_of_the_first_fault_is_told(entry: object, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        parse_listing(listed(ONE | {"host": "::1"}, entry), is_json=True)
    assert str(raised.value).startswith(words)


def test_dates_of_yaml_are_no_json() -> None:
    with pytest.raises(ValueError, match="must be a mapping that JSON could hold"):
        parse_listing(b"- {name: a, version: b, host: c, port: 1, meta: {d: 2026-01-01}}", is_json=False)
