"""Errors as HTTP tells them."""

from http import HTTPStatus

import pytest
from google.rpc import code_pb2

from aqueduct.errors import AqueductError, Exhausted, Invalid, NotFound, Unavailable, Violation
from aqueduct.gateway import errors
from aqueduct.gateway.fields import as_written
from aqueduct.rpc.calls import Refused
from aqueduct.rpc.status import internal_status, status_of

from .test_routes import API, SAMPLE


def refused(error: AqueductError) -> Refused:
    return Refused(status_of(error), error)


def test_an_error_of_a_method() -> None:
    assert errors.error_document(refused(NotFound("backend", "app"))) == {
        "code": 404,
        "error": "Not Found",
        "message": "backend app not found",
        "status": "NOT_FOUND",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "NOT_FOUND",
                "domain": "aqueduct",
            },
            {
                "@type": "type.googleapis.com/google.rpc.ResourceInfo",
                "resourceType": "backend",
                "resourceName": "backends/app",
                "description": "backend app not found",
            },
        ],
    }


def test_a_fault() -> None:
    fault = Refused(internal_status("abc"), None)
    document = errors.error_document(fault)
    assert (document["code"], document["error"], document["status"]) == (
        500,
        "Internal Server Error",
        "INTERNAL",
    )


@pytest.mark.parametrize(
    ("error", "http", "phrase", "header"),
    [
        (errors.malformed("x"), 400, "Bad Request", {}),
        (errors.no_such_path(), 404, "Not Found", {}),
        (errors.not_allowed("PUT", "GET"), 405, "Method Not Allowed", {"Allow": "GET"}),
        (errors.not_acceptable("a/b"), 406, "Not Acceptable", {}),
        (errors.too_slow(5), 408, "Request Timeout", {"Connection": "close"}),
        (errors.precondition_failed("x"), 412, "Precondition Failed", {}),
        (errors.too_large(5), 413, "Content Too Large", {"Connection": "close"}),
        (
            errors.unsupported("x"),
            415,
            "Unsupported Media Type",
            {"Accept": "application/json", "Accept-Encoding": "identity"},
        ),
        (errors.foreign("x"), 403, "Forbidden", {}),
        (errors.too_many("x"), 503, "Service Unavailable", {"Connection": "close", "Retry-After": "5"}),
        (refused(Exhausted("DISK_FULL", "x")), 429, "Too Many Requests", {"Retry-After": "5"}),
        (refused(Unavailable("DOWN", "x")), 503, "Service Unavailable", {"Retry-After": "5"}),
    ],
)
def test_codes_phrases_and_headers(error: Refused, http: int, phrase: str, header: dict[str, str]) -> None:
    document = errors.error_document(error)
    assert (document["code"], document["error"], errors.http_headers(error)) == (http, phrase, header)
    assert document["details"][0]["domain"] == "aqueduct"
    assert HTTPStatus(errors.http_code(error))


@pytest.mark.parametrize(
    ("verb", "path", "field", "written"),
    [
        ("PUT", "/backends/a", "backend.members[0].last_known", "members[0].lastKnown"),
        ("PUT", "/backends/a", "backend.members[0].meta.a_b", "members[0].meta.a_b"),
        ("PUT", "/backends/a", "backend", ""),
        ("PUT", "/backends/a", "annotation.author", "annotation.author"),
        ("PUT", "/backends/a", "wait_for", "wait_for"),
        ("POST", "/backends/a", "switch_policy.drain_timeout", "switchPolicy.drainTimeout"),
        ("POST", "/backends/a", "key", "key"),
        (
            "POST",
            "/v1/config:apply",
            "changes[2].put_frontend.rules[0].value",
            "changes[2].putFrontend.rules[0].value",
        ),
        ("POST", "/v1/config:apply", "no_field.at_all", "no_field.at_all"),
        ("GET", "/backends", "page_size", "page_size"),
        ("PUT", "/samples/1/texts", "texts[3]", "texts[3]"),
        ("PUT", "/samples/1/texts", "is_dry", "is_dry"),
    ],
)
def test_fields_as_their_caller_wrote_them(verb: str, path: str, field: str, written: str) -> None:
    route, _ = (SAMPLE if path.startswith("/samples") else API).find(verb, path)
    error = as_written(Invalid([Violation(field, "is wrong")]), route)
    assert error.violations == (Violation(written, "is wrong"),)


def test_http_errors_are_statuses_too() -> None:
    assert errors.not_allowed("PUT", "GET").status.code == code_pb2.UNIMPLEMENTED
