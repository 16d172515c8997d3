"""Messages as JSON and YAML hold them."""

from datetime import date
from typing import Any

import pytest
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import DoubleValue

from aqueduct.errors import Invalid
from aqueduct.model.documents import field_named, read_document, to_document
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    Member,
    PutBackendRequest,
)
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import RULE_OPERATION_PATH_BEG, Frontend, Rule
from aqueduct.v1.haproxy_pb2 import HAProxyInfo
from aqueduct.v1.history_pb2 import Configuration


def _faults(document: object, message: Message) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read_document(document, message)
    return {violation.field: violation.description for violation in caught.value.violations}


def test_a_message_is_written_in_the_words_of_haproxy() -> None:
    backend = Backend(key="app", type=BACKEND_TYPE_STATIC, revision=2**40)
    backend.members.add(host="127.0.0.1", port=80, weight=0, last_known=1_700_000_000_000)
    backend.members[0].meta.update({"zone": "a", "cores": 4})
    backend.switch_policy.drain_timeout.FromSeconds(30)
    assert to_document(backend) == {
        "key": "app",
        "type": "static",
        "members": [
            {
                "host": "127.0.0.1",
                "port": 80,
                "weight": 0,
                "meta": {"zone": "a", "cores": 4},
                "lastKnown": 1_700_000_000_000,
            }
        ],
        "revision": 2**40,
        "switchPolicy": {"drainTimeout": "30s"},
    }


def test_a_value_without_a_token_has_its_name_and_one_unknown_its_number() -> None:
    backend = Backend()
    backend.type = 77  # type: ignore[assignment] # as a later version might send
    assert to_document(backend) == {"type": 77}
    rules = Frontend(rules=[Rule(operation=RULE_OPERATION_PATH_BEG)])
    assert to_document(rules) == {"rules": [{"operation": "path_beg"}]}


def test_maps_are_written_in_order_and_read() -> None:
    info = HAProxyInfo(version="2.8", fields={"b": "2", "a": "1"})
    document = to_document(info)
    assert list(document["fields"]) == ["a", "b"]
    again = HAProxyInfo()
    read_document(document, again)
    assert again == info


@pytest.mark.parametrize(
    "document",
    [
        {"key": "app", "type": "dynamic", "members": [{"host": "h", "lastKnown": 5, "meta": {"a": [1]}}]},
        {"key": "app", "type": "BACKEND_TYPE_DYNAMIC", "members": [{"host": "h", "last_known": "5",
         "meta": {"a": [1.0]}, "port": None}]},
        {"key": "app", "type": "dynamic", "members": [{"host": "h", "lastKnown": 5.0, "meta": {"a": [1]}}]},
    ],
)  # fmt: skip
def test_both_spellings_are_read(document: dict[str, object]) -> None:
    read = Backend()
    read_document(document, read)
    member = Member(host="h", last_known=5)
    member.meta.update({"a": [1]})
    assert read == Backend(key="app", type=BACKEND_TYPE_DYNAMIC, members=[member])


def test_what_is_written_is_read() -> None:
    backend = Backend(key="app", natives=["a", "b"], host="", health={}, members=[Member(weight=0)])
    configuration = Configuration(backends=[backend], frontends=[Frontend(key="web")])
    read = Configuration()
    read_document(to_document(configuration), read)
    assert read == configuration


def test_what_the_gateway_adds_to_resources_is_ignored() -> None:
    read = Configuration()
    backend = {"id": "backend/app", "_type": "backend", "key": "app", "host": None}
    read_document({"backends": [backend], "frontends": [{"id": 1, "_type": 2, "key": "web"}]}, read)
    assert read == Configuration(backends=[Backend(key="app")], frontends=[Frontend(key="web")])
    assert "is no field" in _faults({"id": "x"}, Configuration())["id"]
    assert "is no field" in _faults({"_id": "x"}, Backend())["_id"]


def test_fields_by_either_spelling() -> None:
    descriptor: Any = Member.DESCRIPTOR
    for name in ("lastKnown", "last_known"):
        found = field_named(name, descriptor)
        assert found is not None
        assert found.name == "last_known"
    assert field_named("lastknown", descriptor) is None


@pytest.mark.parametrize(
    ("document", "field", "words"),
    [
        ([], "", "must be a mapping of fields, not a list"),
        (None, "", "must be a mapping of fields, not nothing"),
        ({"kee": "a"}, "kee", "is no field: did you mean key?"),
        ({"zzzzz": "a"}, "zzzzz", "is no field: there are key, type, name"),
        ({7: "a"}, "7", "is no field: there are"),
        ({"version": 1.0}, "version", "must be text, not the number 1.0: write it in quotes, '1.0'"),
        ({"version": True}, "version", "must be text, not true: write it in quotes"),
        ({"version": ["1"]}, "version", "must be text, not a list"),
        ({"version": "\ud800"}, "version", "must be Unicode text"),
        ({"version": date(2030, 1, 31)}, "version", "must be text, not a date"),
        ({"type": "statik"}, "type", "must be one of static, dynamic, not 'statik'"),
        ({"type": 1}, "type", "must be one of static, dynamic, not the number 1"),
        ({"type": "x" * 100}, "type", "not a longer text"),
        ({"members": {}}, "members", "must be a list, not a mapping"),
        ({"members": ["h:1"]}, "members[0]", "must be a mapping of fields, not 'h:1'"),
        ({"members": [{"port": "80"}, {"port": -1}]}, "members[1].port", "must be from 0 to 4294967295"),
        ({"members": [{"port": "9" * 5_000}]}, "members[0].port", "must be from 0 to"),
        ({"members": [{"port": 1.5}]}, "members[0].port", "must be an integer, not the number 1.5"),
        ({"members": [{"port": False}]}, "members[0].port", "must be an integer, not false"),
        ({"members": [{"meta": 7}]}, "members[0].meta", "must be a mapping, not the number 7"),
        ({"natives": [7]}, "natives[0]", "must be text, not the number 7"),
        ({"switchPolicy": {"drainTimeout": "soon"}}, "switchPolicy.drainTimeout", 'such as "30s"'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: object, field: str, words: str) -> None:
    assert words in _faults(document, Backend())[field]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert _faults({"key": 1, "mode": "udp", "natives": 3}, Backend()).keys() == {"key", "mode", "natives"}


def test_of_many_mistakes_the_first_are_told() -> None:
    assert list(_faults({"members": [1] * 1_000, "key": 1}, Backend())) == [
        f"members[{n}]" for n in range(100)
    ]


def test_fields_that_exclude_each_other() -> None:
    document = {"putFrontend": {"key": "a"}, "deleteBackend": "b"}
    assert _faults(document, Change()) == {"deleteBackend": "is given as putFrontend already"}
    assert "is given as lastKnown" in str(_faults({"lastKnown": 1, "last_known": 2}, Member()))


def test_booleans_and_real_numbers() -> None:
    request = PutBackendRequest()
    read_document({"validateOnly": True}, request)
    assert request.validate_only
    assert "must be true or false, not 'yes'" in _faults({"validateOnly": "yes"}, request)["validateOnly"]
    real = DoubleValue()
    read_document({"value": 2}, real)
    assert real.value == 2.0
    assert "must be a number, not true" in _faults({"value": True}, DoubleValue())["value"]


def test_a_map_that_is_none() -> None:
    assert "must be a mapping" in _faults({"fields": []}, HAProxyInfo())["fields"]
    assert "must be text" in _faults({"fields": {"a": 1}}, HAProxyInfo())["fields.a"]


def test_whole_numbers_of_a_struct_are_integers() -> None:
    member = Member()
    member.meta.update({"pid": 7, "part": 0.5, "large": 1e300, "in": [{"deep": 1}, "1", True, None]})
    told = to_document(member)["meta"]
    assert told == {"pid": 7, "part": 0.5, "large": 1e300, "in": [{"deep": 1}, "1", True, None]}
    kinds = (type(told["pid"]), type(told["large"]), type(told["in"][0]["deep"]), type(told["in"][2]))
    assert kinds == (int, float, int, bool)
