"""Which registrations are valid, and what is made of them."""

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from aqueduct.errors import Invalid
from aqueduct.model.registrations import BYTES, completed, member_of, service_of, ttl_of
from aqueduct.v1.backend_pb2 import Member
from aqueduct.v1.registry_pb2 import Registration


def registration(**fields: object) -> Registration:
    return Registration(**{"name": "web", "version": "1.0.0", "host": "10.0.0.1", "port": 80, **fields})  # type: ignore[arg-type] # whatever a test gives


def meta(**fields: str) -> Struct:
    struct = Struct()
    struct.update(fields)
    return struct


def test_what_is_left_out_is_filled() -> None:
    given = registration(id="mine", renew_time=Timestamp(seconds=1))
    assert completed(given) == registration(id="/web/1.0.0/10.0.0.1/80", ttl=Duration(seconds=30))
    assert given.id == "mine"


@pytest.mark.parametrize(
    ("host", "port", "spelled"),
    [
        ("[0:0::1]", 80, "::1"),
        ("10.0.0.1", 80, "10.0.0.1"),
        ("web.example", 80, "web.example"),
        ("/run//web.sock", 0, "unix@/run/web.sock"),
        ("unix@/run/web.sock", 0, "unix@/run/web.sock"),
        ("abns@web", 0, "abns@web"),
    ],
)
def test_a_host_has_one_spelling_and_the_id_holds_it(host: str, port: int, spelled: str) -> None:
    made = completed(registration(host=host, port=port))
    assert (made.host, made.id) == (spelled, f"/web/1.0.0/{spelled}/{port}")
    assert service_of(made.id) == ("web", "1.0.0")


WORD = "must be 1 to 256 characters without / and blanks"
TTL = "must be from 1 s to 86,400 s"


@pytest.mark.parametrize(
    ("fields", "field", "description"),
    [
        ({"name": ""}, "name", WORD),
        ({"name": "a/b"}, "name", WORD),
        ({"name": "a b"}, "name", WORD),
        ({"name": "a\u00a0b"}, "name", WORD),
        ({"name": "n" * 257}, "name", WORD),
        ({"name": "a\x00"}, "name", "must be one line without control characters"),
        ({"version": ""}, "version", WORD),
        ({"version": "1/0"}, "version", WORD),
        (
            {"host": ""},
            "host",
            "must be an IP address, a name, or a socket: /path, unix@/path or abns@name",
        ),
        (
            {"host": "a b"},
            "host",
            "'a b' is no host: it must be an IP address or a name of letters, digits and - _ .",
        ),
        ({"port": 0}, "port", "0 is no port: it must be a number from 1 to 65535"),
        ({"host": "/run/a", "port": 1}, "port", "must be 0 or absent for a socket"),
        ({"weight": 257}, "weight", "must be from 0 to 256"),
        ({"ttl": Duration(nanos=999_999_999)}, "ttl", TTL),
        ({"ttl": Duration(seconds=86_400, nanos=1)}, "ttl", TTL),
        ({"ttl": Duration(seconds=-5)}, "ttl", TTL),
        ({"ttl": Duration(seconds=2, nanos=-1)}, "ttl", TTL),
        (
            {"meta": meta(a="b\nc")},
            "meta.a",
            "must be one line without control characters",
        ),
        ({"meta": meta(a="b" * BYTES)}, "", "must be at most 8,192 bytes as a protobuf message: it is 8,231"),
    ],
)
def test_what_is_wrong_is_told_by_field(fields: dict[str, object], field: str, description: str) -> None:
    with pytest.raises(Invalid) as raised:
        completed(registration(**fields))
    assert [(each.field, each.description) for each in raised.value.violations] == [(field, description)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        completed(Registration())
    assert [each.field for each in raised.value.violations] == ["name", "version", "host"]


@pytest.mark.parametrize("seconds", [1, 86_400])
def test_times_to_live_at_the_ends_are_right(seconds: int) -> None:
    assert ttl_of(completed(registration(ttl=Duration(seconds=seconds)))) == seconds


def test_a_member_says_what_was_registered() -> None:
    made = completed(registration(weight=0, meta=meta(zone="a", hostname="h")))
    made.renew_time.FromMilliseconds(1_234)
    assert member_of(made) == Member(
        host="10.0.0.1",
        port=80,
        weight=0,
        name="web",
        version="1.0.0",
        meta=meta(zone="a", hostname="h"),
        last_known=1_234,
        id="/web/1.0.0/10.0.0.1/80",
    )
    plain = member_of(completed(registration()))
    assert not plain.HasField("weight")
    assert plain.meta == meta(hostname="10.0.0.1")


@pytest.mark.parametrize(
    "hostname", [Value(), Value(null_value=NULL_VALUE), Value(string_value=""), Value(bool_value=False)]
)
def test_a_member_has_a_hostname_as_the_originals(hostname: Value) -> None:
    posted = registration()
    posted.meta.fields["hostname"].CopyFrom(hostname)
    posted.meta.fields["zone"].string_value = "a"
    assert member_of(completed(posted)).meta == meta(zone="a", hostname="10.0.0.1")
