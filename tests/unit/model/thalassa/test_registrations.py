"""Thalassa's JSON of registrations."""

from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from aqueduct.errors import Invalid
from aqueduct.model.registrations import completed
from aqueduct.model.thalassa.registrations import DEFAULT_TTL, document_of, member_of, registration_of
from aqueduct.v1.registry_pb2 import Registration

TOLD = {
    "name": "web",
    "version": "1.0.0",
    "host": "10.0.0.1",
    "port": 80,
    "lastKnown": 1_795_399_104_789,
    "meta": {"secondsToExpire": 5, "nested": {"a": [1, None, "x"]}, "hostname": "h"},
    "id": "/web/1.0.0/10.0.0.1/80",
}


def _posted(body: object, port: str = "80") -> Registration:
    return registration_of("web", "1.0.0", "10.0.0.1", port, body)


def test_a_registration_is_told_as_the_original_tells_it() -> None:
    registration = completed(_posted(TOLD["meta"]))
    registration.renew_time.FromMilliseconds(1_795_399_104_789)
    document = document_of(registration)
    assert document == TOLD
    assert list(document) == list(TOLD)
    assert repr(document["meta"]["secondsToExpire"]) == "5"


def test_a_registration_tells_its_host_where_it_has_no_host_name() -> None:
    assert document_of(completed(_posted(None)))["meta"] == {"hostname": "10.0.0.1"}


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, 10), (0, 10), ("", 10), (False, 10), (3, 3), ("3", 3), (1.5, 1.5), (86_400, 86_400)],
)
def test_seconds_to_expire_are_the_time_to_live(given: object, seconds: float) -> None:
    registration = _posted({"secondsToExpire": given})
    assert registration.ttl.ToMilliseconds() == seconds * 1_000
    assert _posted({}).ttl.ToSeconds() == DEFAULT_TTL


@pytest.mark.parametrize(
    "given", [-1, "-1", "abc", 0.5, 86_401, 1e400, True, [], {}, float("nan"), 10**400, "1" * 5_000]
)
def test_seconds_to_expire_that_are_none_are_refused(given: object) -> None:
    with pytest.raises(Invalid) as caught:
        _posted({"secondsToExpire": given})
    assert caught.value.violations[0].field == "secondsToExpire"
    assert "from 1 to 86,400" in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (True, "not true"),
        (float("nan"), "not the number NaN"),
        (float("inf"), "not the number Infinity"),
        ("x", "not 'x'"),
        ([None], "not a list"),
        ("\ud800", "not '?'"),
    ],
)
def test_values_are_told_as_json_spells_them(given: object, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        _posted({"secondsToExpire": given})
    assert caught.value.violations[0].description.encode().endswith(told.encode())


def test_places_within_meta_are_told_as_json_has_them() -> None:
    with pytest.raises(Invalid, match=r"^meta\.a\.b\[1\]: must be a finite number$"):
        completed(_posted({"a": {"b": [None, float("nan"), True]}}))
    with pytest.raises(Invalid, match=r"^meta\.a: must be one line"):
        completed(_posted({"a": {"\n": "x"}}))


@pytest.mark.parametrize("body", [[1, 2], "text", 7, True])
def test_a_body_that_is_no_object_is_kept_as_a_value(body: object) -> None:
    assert document_of(_posted(body))["meta"]["value"] == body


@pytest.mark.parametrize("port", ["", "x", "-1", "123456", "\u0663"])
def test_a_port_that_is_no_number_is_refused(port: str) -> None:
    with pytest.raises(Invalid, match="port: must be a number"):
        _posted(None, port)


def _nested(depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(depth):
        document = {"in": document}
    return document


@pytest.mark.parametrize("meta", [_nested(200), _nested(5_000), {"a": "\ud800"}])
def test_meta_that_could_not_be_stored_is_refused(meta: object) -> None:
    with pytest.raises(Invalid, match="meta: must be JSON"):
        _posted(meta)


def test_a_member_is_what_its_registration_says() -> None:
    member = member_of(TOLD)
    assert (member.host, member.port, member.name, member.version) == ("10.0.0.1", 80, "web", "1.0.0")
    assert (member.id, member.last_known) == (TOLD["id"], TOLD["lastKnown"])
    assert MessageToDict(member.meta) == TOLD["meta"]
    assert not member.HasField("weight")


def test_a_member_may_lack_what_is_not_needed() -> None:
    member = member_of(TOLD | {"lastKnown": None, "meta": None, "host": "[::1]"})
    assert (member.last_known, member.host) == (0, "::1")
    assert MessageToDict(member_of(TOLD | {"meta": [1]}).meta) == {"value": [1]}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"host": "a b"}, "host: 'a b' is no host"),
        ({"host": None}, "host: must be text"),
        ({"port": None}, "port: must be a number"),
        ({"port": True}, "port: must be a number"),
        ({"port": 70_000}, "port: must be a number"),
        ({"port": 0}, "port: "),
        ({"name": ""}, "name: must be 1 to"),
        ({"version": 1}, "version: must be text"),
        ({"version": "1 0"}, "version: must be 1 to"),
        ({"id": None}, "id: must be text"),
        ({"id": "\ud800"}, "id: "),
        ({"meta": {"a": "\n"}}, "meta"),
    ],
)
def test_what_cannot_be_a_member_is_named(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        member_of(TOLD | wrong)


def test_a_registration_must_be_an_object() -> None:
    with pytest.raises(ValueError, match="must be an object"):
        member_of([])
