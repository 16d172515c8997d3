"""HTTP requests as messages."""

import json
from typing import Any

import pytest

from aqueduct.errors import Invalid
from aqueduct.gateway.errors import HttpError
from aqueduct.gateway.requests import NO_BODY, Body, read_request

from .sample import message
from .test_routes import API, SAMPLE


def read(verb: str, url: str, body: Any = None) -> Any:
    """Return the request that an HTTP request makes."""
    path, _, query = url.partition("?")
    router = SAMPLE if path.startswith(("/samples", "/raw", "/all", "/v1/shelves")) else API
    route, values = router.find(verb, path)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_request(route, values, query, Body(content, "a/b") if body is not None else NO_BODY)


def faults(verb: str, url: str, body: Any = None) -> dict[str, str]:
    """Return what is wrong with a request, by field."""
    with pytest.raises(Invalid) as raised:
        read(verb, url, body)
    return {violation.field: violation.description for violation in raised.value.violations}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {}),
        ("texts=a&texts=b", {"texts": ["a", "b"]}),
        ("is_dry", {"is_dry": True}),
        ("isDry=false", {}),
        ("is_dry=true&ratio=0.5&colour=red", {"is_dry": True, "ratio": 0.5, "colour": 1}),
        (
            "colour=COLOUR_RED&wait_time=2.5s",
            {"colour": 1, "wait_time": {"seconds": 2, "nanos": 500_000_000}},
        ),
        ("inner.name=a%20b+c&inner.count=-3", {"inner": {"name": "a b c", "count": -3}}),
    ],
)
def test_parameters(query: str, fields: dict[str, Any]) -> None:
    assert read("GET", f"/samples/5?{query}") == message("Request", id=5, **fields)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("nothing=1", "nothing", "is no parameter: there are inner.name, inner.count, texts, is_dry, ratio"),
        ("inner.nothing=1", "inner.nothing", "is no parameter"),
        ("texts.x=1", "texts.x", "is no parameter"),
        ("inner=1", "inner", "is no parameter"),
        ("inner.inners.name=1", "inner.inners.name", "is no parameter"),
        ("inners=1", "inners", "is no parameter"),
        ("labels=1", "labels", "is no parameter"),
        ("wait_time.seconds=1", "wait_time.seconds", "is no parameter"),
        ("id=6", "id", "is no parameter"),
        ("is_dry=yes", "is_dry", "must be true or false, not 'yes'"),
        ("is_dry=", "is_dry", "must be true or false, not ''"),
        ("texts", "texts[0]", "must be text, not true"),
        ("is_dry=true&is_dry=true", "is_dry", "is given twice"),
        ("isDry=true&is_dry=true", "is_dry", "is given as isDry already"),
        ("ratio=x", "ratio", "must be a number, not 'x'"),
        ("colour=blue", "colour", "must be one of red, not 'blue'"),
        ("wait_time=soon", "wait_time", "must be a time in seconds"),
        ("inner.count=2147483648", "inner.count", "must be from -2147483648 to 2147483647"),
    ],
)
def test_parameters_that_are_none(query: str, field: str, words: str) -> None:
    assert words in faults("GET", f"/samples/5?{query}")[field]


def test_parameters_that_are_needed() -> None:
    assert faults("GET", "/v1/revisions:diff?to_revision=1") == {"from_revision": "is needed"}
    assert read("GET", "/v1/revisions:diff?fromRevision=0&&").from_revision == 0


def test_a_path_that_holds_no_number() -> None:
    assert faults("GET", "/samples/x") == {"id": "must be an integer, not 'x'"}


@pytest.mark.parametrize("query", ["texts=%FF", "&".join("texts=a" for _ in range(1_001))])
def test_queries_that_cannot_be_read(query: str) -> None:
    with pytest.raises(HttpError, match="the query"):
        read("GET", f"/samples/5?{query}")


def test_a_variable_in_the_path_of_a_field() -> None:
    assert read("GET", "/v1/shelves/1/books/2?id=3") == message(
        "Request", id=3, inner={"name": "shelves/1/books/2"}
    )


class TestBodies:
    def test_a_body_that_is_one_field(self) -> None:
        body = {
            "id": "backend/x",
            "_type": "x",
            "key": "other",
            "type": "static",
            "revision": 5,
            "host": None,
        }
        request = read("PUT", "/backends/web?expected_revision=0&wait_for=commit&annotation.author=me", body)
        assert (request.backend.key, request.backend.type) == ("web", 1)
        assert request.HasField("expected_revision")
        assert (request.expected_revision, request.wait_for, request.annotation.author) == (0, 2, "me")

    def test_its_faults_are_named_without_the_field(self) -> None:
        found = faults("PUT", "/backends/web?nothing=1", {"members": [{"port": "x"}], "color": "red"})
        assert found.keys() == {"nothing", "members[0].port", "color"}

    def test_the_field_is_no_parameter(self) -> None:
        assert "backend.type" in faults("PUT", "/backends/web?backend.type=static", {})

    def test_it_is_needed(self) -> None:
        assert faults("PUT", "/backends/web", b" ") == {"": "a body is needed: the backend as JSON"}

    def test_a_body_that_is_a_list(self) -> None:
        assert list(read("PUT", "/samples/1/texts", ["a", "b"]).texts) == ["a", "b"]
        assert faults("PUT", "/samples/1/texts", ["a", 1]).keys() == {"texts[1]"}

    def test_a_body_that_is_everything_else(self) -> None:
        body = {"version": "2", "key": "other", "switchPolicy": {"minHealthy": 1}}
        request = read("POST", "/backends/web?wait_for=commit&annotation.author=me", body)
        assert (request.key, request.version, request.wait_for) == ("web", "2", 2)
        assert (request.switch_policy.min_healthy, request.annotation.author) == (1, "me")

    def test_it_may_be_left_out(self) -> None:
        assert read("POST", "/v1/haproxy:reload?validate_only").validate_only

    @pytest.mark.parametrize("name", ["waitFor", "wait_for"])
    def test_a_field_that_is_in_the_query_too(self, name: str) -> None:
        found = faults("POST", "/backends/web?wait_for=commit", {"version": "2", name: "serving"})
        assert found == {name: "is given in the query already"}

    def test_one_that_is_no_mapping(self) -> None:
        assert faults("POST", "/backends/web", [1]) == {"": "must be a mapping of fields, not a list"}

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"{", "no JSON"),
            (b'{"key": NaN}', "NaN is no number of JSON"),
            (b"\xff", "not UTF-8"),
            ('{"key": "a"}'.encode("utf-16"), "not UTF-8"),
            (b"\xef\xbb\xbf{}", "no JSON"),
            (b"[" * 100_000, "nested too deeply"),
            (b'{"revision": ' + b"9" * 5_000 + b"}", "no JSON"),
        ],
    )
    def test_what_cannot_be_read(self, body: bytes, words: str) -> None:
        with pytest.raises(HttpError, match=words) as raised:
            read("PUT", "/backends/web", body)
        assert raised.value.http == 400

    def test_one_that_says_too_much(self) -> None:
        with pytest.raises(HttpError, match="500,000 values") as raised:
            read("PUT", "/samples/1/texts", b"[" + b"1," * 500_001 + b"1]")
        assert raised.value.http == 413

    def test_raw_bodies(self) -> None:
        request = read("PUT", "/raw/x", b"\xff\x00")
        assert (request.name, request.body.data, request.body.content_type) == ("x", b"\xff\x00", "a/b")
        assert read("POST", "/all", b"\xff").data == b"\xff"
