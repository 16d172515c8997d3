"""The OpenAPI document of the sample, and of the API."""

from typing import Any

from aqueduct.gateway.openapi.comments import comment
from aqueduct.gateway.openapi.document import openapi
from aqueduct.gateway.openapi.pages import pages

from .test_routes import API, SAMPLE


def _named(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {parameter["name"]: parameter for parameter in parameters}


class TestSample:
    document = openapi(SAMPLE, "http://127.0.0.1:1")

    def test_every_binding_that_openapi_has_a_word_for_is_an_operation(self) -> None:
        paths = self.document["paths"]
        assert {path: set(item) for path, item in paths.items()} == {
            "/all": {"post"},
            "/raw/{name}": {"put"},
            "/samples/{id}": {"get"},
            "/samples/{id}/inner": {"put"},
            "/samples/{id}/texts": {"put"},
            "/samples:search": {"post"},
            "/samples:watch": {"get"},
            "/v1/{name}": {"get"},
        }
        names = [operation["operationId"] for item in paths.values() for operation in item.values()]
        assert len(set(names)) == len(names)
        assert self.document["servers"] == [{"url": "http://127.0.0.1:1"}]

    def test_parameters_have_their_place_and_type(self) -> None:
        found = _named(self.document["paths"]["/samples/{id}"]["get"]["parameters"])
        assert (found["id"]["in"], found["id"]["required"], found["id"]["schema"]["type"]) == (
            "path",
            True,
            "integer",
        )
        assert found["texts"]["schema"] == {"type": "array", "items": {"type": "string"}}
        assert found["ratio"]["schema"] == {"type": "number"}
        assert found["colour"]["schema"] == {"$ref": "#/components/schemas/Colour"}
        assert found["wait_time"]["schema"]["pattern"]
        assert {"inner.name", "inner.count", "is_dry", "If-None-Match", "Request-Timeout"} <= found.keys()
        assert "inners" not in found

    def test_streams(self) -> None:
        operation = self.document["paths"]["/samples:watch"]["get"]
        assert operation["responses"]["200"]["content"].keys() == {
            "application/x-ndjson",
            "text/event-stream",
        }
        assert "Last-Event-ID" in _named(operation["parameters"])

    def test_raw_bodies(self) -> None:
        operation = self.document["paths"]["/raw/{name}"]["put"]
        assert operation["responses"]["200"]["content"] == {"*/*": {}}
        assert operation["requestBody"]["content"] == {"*/*": {}}

    def test_schemas(self) -> None:
        schemas = self.document["components"]["schemas"]
        assert schemas["Inner"]["properties"]["inners"] == {
            "type": ["array", "null"],
            "items": {"$ref": "#/components/schemas/Inner"},
        }
        assert schemas["Request"]["properties"]["labels"]["additionalProperties"] == {"type": "string"}
        assert schemas["Colour"]["enum"] == ["red"]
        assert schemas["Request"]["properties"]["inner"]["anyOf"][1] == {"type": "null"}


class TestApi:
    document = openapi(API)

    def test_what_is_put_and_what_is_answered(self) -> None:
        operation = self.document["paths"]["/backends/{key}"]["put"]
        assert operation["summary"] == "Creates or replaces a backend, whole"
        backend = {"$ref": "#/components/schemas/Backend"}
        assert operation["requestBody"]["content"]["application/json"]["schema"] == backend
        answers = operation["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
        assert answers == [backend, {"$ref": "#/components/schemas/PutBackendResponse"}]
        assert {"If-Match", "validate_only", "annotation.author"} <= _named(operation["parameters"]).keys()

    def test_a_body_that_is_everything_else_leaves_options_to_the_query(self) -> None:
        operation = self.document["paths"]["/backends/{key}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert "key" not in body["properties"]
        assert body["required"] == ["version"]
        assert "switch_policy.min_healthy" not in _named(operation["parameters"])

    def test_text(self) -> None:
        content = self.document["paths"]["/haproxy/config"]["get"]["responses"]["200"]["content"]
        assert content["text/plain"]["schema"] == {"type": "string"}

    def test_comments(self) -> None:
        assert comment("aqueduct.v1.Backend.key").startswith("Name of the backend")
        assert comment("aqueduct.v1.nothing") == ""

    def test_pages_are_made_once(self) -> None:
        found = pages(API)
        assert found["/openapi.json"](None) is found["/openapi.json"]("application/json")
        for path in ("/docs", "/docs.js", "/docs.css"):
            assert found[path](None).body
