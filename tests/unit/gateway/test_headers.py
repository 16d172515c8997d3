"""What headers say: types, tags, timeouts, origins."""

import pytest

from aqueduct.gateway.conditions import Conditions, Tags, entity_tag, read_tags
from aqueduct.gateway.deadlines import timeout_of
from aqueduct.gateway.errors import HttpError
from aqueduct.gateway.negotiation import check_json, chosen
from aqueduct.gateway.origins import Origins

TYPES = ["application/x-ndjson", "text/event-stream"]


class TestAccept:
    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            (None, 0),
            ("", 0),
            ("*/*", 0),
            ("text/*", 1),
            ("TEXT/Event-Stream", 1),
            ("text/html, text/event-stream;q=0.1", 1),
            ("application/x-ndjson;q=0.5, */*;q=0.8", 1),
            ("text/event-stream;q=0, */*", 0),
            ("text/event-stream;charset=utf-8;q=1", 1),
            ("text/event-stream;q=5", 1),
        ],
    )
    def test_what_is_liked_best(self, accept: str | None, media_type: int) -> None:
        assert chosen(accept, TYPES) == TYPES[media_type]

    @pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "application/json", "text/*;q=x", ";", ","])
    def test_nothing_is_liked(self, accept: str) -> None:
        with pytest.raises(HttpError, match="one of: application/x-ndjson, text/event-stream") as raised:
            chosen(accept, TYPES)
        assert raised.value.http == 406


class TestContentType:
    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/merge-patch+json",
            'application/json; charset="utf-8"',
        ],
    )
    def test_json(self, content_type: str | None) -> None:
        check_json(content_type, None)
        check_json(content_type, "identity")

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=latin-1",
            "json",
            "application/jsonp",
        ],
    )
    def test_what_is_none(self, content_type: str) -> None:
        with pytest.raises(HttpError) as raised:
            check_json(content_type, None)
        assert raised.value.http == 415

    def test_what_is_compressed(self) -> None:
        with pytest.raises(HttpError, match="'gzip'"):
            check_json("application/json", "gzip")


class TestTags:
    @pytest.mark.parametrize(
        ("text", "tags"),
        [
            ("*", Tags(any=True, strong=frozenset(), weak=frozenset())),
            ('"a"', Tags(any=False, strong=frozenset({"a"}), weak=frozenset())),
            (' W/"a" , "b",,"c d"'.replace("c d", "c"), Tags(False, frozenset({"b", "c"}), frozenset({"a"}))),  # noqa: FBT003 # as above
            ("", Tags(any=False, strong=frozenset(), weak=frozenset())),
            ('""', Tags(any=False, strong=frozenset({""}), weak=frozenset())),
        ],
    )
    def test_lists(self, text: str, tags: Tags) -> None:
        assert read_tags("If-Match", text) == tags

    @pytest.mark.parametrize("text", ["17", '"a', '"a" "b"', 'w/"a"', '"a\x7f"', "*, *"])
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(HttpError, match="If-Match must be"):
            read_tags("If-Match", text)

    @pytest.mark.parametrize(
        ("headers", "expected", "allowed"),
        [
            ({"if-match": '"7"'}, 7, {7}),
            ({"if-match": '"7-0a"'}, 7, {7}),
            ({"if-match": "*"}, None, {1, 7, 8}),
            ({"if-match": '"7", "8-aa"'}, None, {7, 8}),
            ({"if-match": 'W/"7"'}, None, set()),
            ({"if-match": '"other"'}, None, set()),
            ({"if-match": '"0"'}, None, set()),
            ({"if-none-match": '"0"'}, None, {0, 1, 7, 8}),
            ({"if-match": '"7' + "0" * 30 + '"'}, None, set()),
            ({"if-none-match": "*"}, 0, {0}),
            ({"if-none-match": '"7"'}, None, {0, 1, 8}),
            ({"if-match": "*", "if-none-match": '"7"'}, None, {1, 8}),
        ],
    )
    def test_conditions_of_writes(
        self, headers: dict[str, str], expected: int | None, allowed: set[int]
    ) -> None:
        conditions = Conditions.read(headers)
        assert conditions
        assert conditions.expected() == expected
        assert {revision for revision in (0, 1, 7, 8) if conditions.allow(revision)} == allowed

    def test_no_conditions(self) -> None:
        assert not Conditions.read({})
        assert Conditions.read({}).allow(0)

    def test_a_tag_is_told_again(self) -> None:
        tag = entity_tag(b"body", 5)
        assert read_tags("If-None-Match", f'"x", W/{tag}').holds(tag)
        assert not read_tags("If-None-Match", '"5"').holds(tag)
        assert read_tags("If-None-Match", "*").holds(tag)

    def test_the_failure_says_what_there_is(self) -> None:
        conditions = Conditions.read({"if-match": "*"})
        assert conditions.failure(0) == "the resource does not exist"
        assert conditions.failure(5) == "the resource is at revision 5"


class TestTimeouts:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, 9.0),
            ({"request-timeout": "2.5"}, 2.5),
            ({"request-timeout": "99999999"}, 86_400.0),
            ({"grpc-timeout": "2500m"}, 2.5),
            ({"grpc-timeout": "2H"}, 7_200.0),
        ],
    )
    def test_seconds(self, headers: dict[str, str], seconds: float) -> None:
        assert timeout_of(headers, 9.0) == seconds

    @pytest.mark.parametrize(
        "headers",
        [{"request-timeout": "1s"}, {"request-timeout": "0.0"}, {"grpc-timeout": "5"}, {"grpc-timeout": ""}],
    )
    def test_what_is_none(self, headers: dict[str, str]) -> None:
        with pytest.raises(HttpError, match="Timeout must be"):
            timeout_of(headers, None)


OPS = "https://ops.example"


class TestOrigins:
    @pytest.mark.parametrize(
        ("verb", "headers"),
        [
            ("GET", {"origin": OPS}),
            ("PUT", {}),
            ("PUT", {"origin": "http://127.0.0.1:10000", "host": "127.0.0.1:10000"}),
            ("PUT", {"origin": OPS, "sec-fetch-site": "same-origin"}),
        ],
    )
    def test_what_is_let(self, verb: str, headers: dict[str, str]) -> None:
        Origins().check(verb, headers)

    @pytest.mark.parametrize(
        ("verb", "headers"),
        [
            ("PUT", {"origin": OPS, "host": "127.0.0.1:10000"}),
            ("POST", {"origin": "null", "host": "127.0.0.1:10000"}),
            ("GET", {"origin": OPS, "upgrade": "websocket", "host": "x"}),
            ("PUT", {"origin": OPS, "sec-fetch-site": "same-site"}),
        ],
    )
    def test_what_is_not(self, verb: str, headers: dict[str, str]) -> None:
        with pytest.raises(HttpError, match="--cors-origin") as raised:
            Origins().check(verb, headers)
        assert raised.value.http == 403
        if headers["origin"] == OPS:
            Origins([OPS]).check(verb, headers)
        Origins("*").check(verb, headers)

    def test_nothing_is_said_of_origins_by_default(self) -> None:
        assert Origins().headers({"origin": OPS}) == {}
        assert Origins().preflight({"origin": OPS}, "GET") == {}

    def test_what_those_allowed_are_told(self) -> None:
        origins = Origins([OPS])
        assert origins.headers({"origin": OPS})["Access-Control-Allow-Origin"] == OPS
        assert origins.headers({"origin": "https://other"}) == origins.headers({}) == {"Vary": "Origin"}
        told = origins.preflight({"origin": OPS}, "GET, PUT")
        assert told["Access-Control-Allow-Methods"] == "GET, PUT"
        assert "If-Match" in told["Access-Control-Allow-Headers"]
        assert Origins("*").headers({"origin": OPS})["Access-Control-Allow-Origin"] == "*"
