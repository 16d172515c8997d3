"""Responses as answers: the body, what is in headers, and the original's JSON."""

import json
from typing import Any

import pytest
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.message import Message

from aqueduct.gateway.answers import (
    Answer,
    answer_of,
    is_resource,
    is_whole,
    list_answer,
    list_parts,
    offered,
    tag_of,
)
from aqueduct.v1.backend_pb2 import (
    Backend,
    GetBackendRequest,
    GetBackendResponse,
    ListBackendsResponse,
    Member,
    PutBackendRequest,
    PutBackendResponse,
)
from aqueduct.v1.frontend_pb2 import Frontend, GetFrontendResponse
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigResponse

from .sample import message
from .test_routes import API, SAMPLE


def answered(verb: str, path: str, response: Message, media_type: str = "application/json") -> Answer:
    """Return the answer that a response is."""
    router = SAMPLE if path.startswith(("/samples", "/raw", "/all", "/v1/shelves")) else API
    return answer_of(router.find(verb, path)[0], response, media_type)


@pytest.mark.parametrize(
    ("resource", "document"),
    [
        (
            Frontend(
                key="web",
                bind="*:80",
                backend="live",
                mode="MODE_HTTP",
                keepalive="KEEPALIVE_DEFAULT",
                revision=3,
            ),
            {
                "id": "frontend/web",
                "_type": "frontend",
                "key": "web",
                "bind": "*:80",
                "backend": "live",
                "mode": "http",
                "keepalive": "default",
                "rules": [],
                "natives": [],
                "revision": 3,
            },
        ),
        (
            Backend(
                key="live",
                type="BACKEND_TYPE_STATIC",
                members=[Member(host="h", port=1, last_known=2**41)],
                host="",
            ),
            {
                "id": "backend/live",
                "_type": "backend",
                "key": "live",
                "type": "static",
                "members": [{"host": "h", "port": 1, "lastKnown": 2**41}],
                "natives": [],
                "host": "",
            },
        ),
        (Backend(), {"id": "backend/", "_type": "backend", "members": [], "natives": [], "host": None}),
    ],
)
def test_resources_are_what_the_original_made_of_them(resource: Message, document: dict[str, Any]) -> None:
    if isinstance(resource, Backend):
        answer = answered("GET", "/backends/x", GetBackendResponse(backend=resource))
    else:
        answer = answered("GET", "/frontends/x", GetFrontendResponse(frontend=resource))  # type: ignore[arg-type] # it is one
    assert json.loads(answer.body) == document
    assert answer.content_type == "application/json; charset=utf-8"


def test_a_list_is_bare_and_made_in_parts() -> None:
    route, _ = API.find("GET", "/backends")
    backends = [Backend(key=f"b{number}") for number in range(600)]
    response = ListBackendsResponse(backends=backends, next_page_token="abc")  # noqa: S106 # of a page
    parts = list(list_parts(route, response))
    assert len(parts) == 5
    answer = list_answer(route, response, "".join(parts).encode())
    assert [each["id"] for each in json.loads(answer.body)] == [f"backend/b{number}" for number in range(600)]
    assert answer.headers == {"Aqueduct-Next-Page-Token": "abc"}
    assert "".join(list_parts(route, ListBackendsResponse())) == "[]"


def test_what_is_not_the_body_is_in_headers() -> None:
    response = PutBackendResponse(backend=Backend(key="a"), revision=7)
    response.apply.reason = "backend é\nadded"
    assert answered("PUT", "/backends/a", response).headers == {
        "Aqueduct-Revision": "7",
        "Aqueduct-Apply": '{"reason":"backend \\u00e9\\nadded"}',
    }
    response.apply.reason = "x" * 5_000
    assert answered("PUT", "/backends/a", response).headers == {"Aqueduct-Revision": "7"}


def test_a_change_that_is_only_tried_answers_with_its_plan() -> None:
    assert is_whole(PutBackendRequest(validate_only=True))
    assert not is_whole(PutBackendRequest())
    assert not is_whole(GetBackendRequest())
    response = PutBackendResponse(backend=Backend(key="a"))
    response.plan.reason = "why"
    answer = answer_of(API.find("PUT", "/backends/a")[0], response, "", whole=True)
    assert json.loads(answer.body) == {"backend": {"key": "a"}, "plan": {"reason": "why"}}


def test_text() -> None:
    route, _ = API.find("GET", "/haproxy/config")
    assert offered(route) == ("text/plain", "application/json")
    response = GetHAProxyConfigResponse(config="global\n", revision=6)
    answer = answer_of(route, response, "text/plain")
    assert (answer.body, answer.content_type) == (b"global\n", "text/plain; charset=utf-8")
    assert answer_of(route, response, "application/json").body == b'"global\\n"'
    assert tag_of(route, response, answer.body).startswith('"6-')


def test_fields_of_every_kind_as_the_body() -> None:
    response = message("Response", texts=["a"], text="t", inner={"name": "n"}, inners=[{"name": "n"}])
    assert answered("GET", "/v1/shelves/1/books/2", response).body == b'["a"]'
    assert answered("GET", "/v1/shelves/1/books/2", message("Response")).body == b"[]"
    assert answered("PUT", "/samples/1/texts", response).body == b'"t"'
    assert answered("PUT", "/samples/1/texts", message("Response")).body == b'""'
    assert answered("PUT", "/samples/1/inner", response).body == b'{"name":"n"}'
    assert answered("POST", "/samples:search", response).body == b'[{"name":"n"}]'
    assert json.loads(answered("GET", "/samples/1", response).body)["texts"] == ["a"]


def test_raw_bodies_have_their_own_type() -> None:
    answer = answered("PUT", "/raw/x", HttpBody(content_type="image/png", data=b"\xff"))
    assert (answer.body, answer.content_type) == (b"\xff", "image/png")
    answer = answered("POST", "/all", message("RawRequest", body=HttpBody(data=b"x")))
    assert answer.content_type == "application/octet-stream"
    assert offered(SAMPLE.find("PUT", "/raw/x")[0]) == ()


def test_tags_are_of_the_resources_revision_and_of_what_is_told() -> None:
    route, _ = API.find("GET", "/backends/x")
    assert is_resource(route)
    response = GetBackendResponse(backend=Backend(key="a", revision=5))
    tag = tag_of(route, response, b"one")
    assert tag.startswith('"5-')
    assert tag_of(route, response, b"two") != tag
    listed, _ = API.find("GET", "/backends")
    assert "-" not in tag_of(listed, ListBackendsResponse(), b"[]")
    assert not is_resource(API.find("GET", "/v1/status")[0])
    assert not is_resource(API.find("GET", "/v1/revisions:diff")[0])
