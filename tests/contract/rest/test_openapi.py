"""The OpenAPI document: complete, and held to by what is answered."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from aqueduct.gateway.openapi.comments import comments
from aqueduct.rpc.activity import Activity
from aqueduct.rpc.backends import Backends
from aqueduct.rpc.config import Config
from aqueduct.rpc.frontends import Frontends
from aqueduct.rpc.haproxy import HAProxy
from aqueduct.rpc.registry import Registry
from aqueduct.rpc.servicers import DESCRIPTORS, methods_of
from aqueduct.rpc.stats import Stats

from .site import Site, running

_LONG = os.environ.get("AQUEDUCT_TEST_LONG") == "1"
_REQUESTS = 10_000 if _LONG else 150
_OPTIONS = ("--max-examples=250",) if _LONG else ("--max-examples=6", "--phases=fuzzing", "--seed=1")
_SERVICERS = (Frontends, Backends, Config, HAProxy, Registry, Stats, Activity)
_CONFIG = """[checks.negative_data_rejection]
expected-statuses = [400, 404, 405, 406, 409, 412, 415]
"""
"""A precondition is looked at before the content (RFC 9110, 13.2.1): 412 answers wrong content too."""
_EXCLUDED = (
    "--exclude-checks=positive_data_acceptance",  # more than a schema judges names and addresses
    "--exclude-path-regex=:watch$",  # which never ends
    "--suppress-health-check=all",
    "--header=Request-Timeout: 60",  # a deadline that passes is a 504, as asked for
)


@pytest.mark.asyncio(loop_scope="package")
async def test_every_method_is_told_with_its_comment(site: Site) -> None:
    document = (await site.ask("GET", "/openapi.json")).json
    assert document["openapi"] == "3.1.0"
    told = {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }
    coded = [method for pair in zip(DESCRIPTORS, _SERVICERS, strict=True) for method in methods_of(*pair)]
    assert told.keys() == {each.descriptor.name for each in coded if not each.descriptor.client_streaming}
    for operation in told.values():
        assert operation["summary"]
        assert operation["responses"].keys() >= {"200", "default"}
        assert all(parameter["description"] for parameter in operation["parameters"])


@pytest.mark.asyncio(loop_scope="package")
async def test_schemas_are_schemas_and_say_what_fields_are(site: Site) -> None:
    schemas: dict[str, Any] = (await site.ask("GET", "/openapi.json")).json["components"]["schemas"]
    for name, schema in schemas.items():
        jsonschema_rs.validator_for(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        )
        assert schema["description"]
        for field in schema.get("properties", {}).values():
            assert field["description"]
    assert schemas["BackendType"]["enum"] == ["static", "dynamic"]
    assert schemas["Frontend"]["required"] == ["bind", "backend"]
    assert schemas["Backend"]["properties"]["revision"]["readOnly"]


def test_every_part_of_the_protos_has_a_comment() -> None:
    for service in DESCRIPTORS:
        assert comments()[service.full_name]
        for method in service.methods:
            assert comments()[method.full_name]


@pytest.mark.asyncio(loop_scope="package")
async def test_the_page_asks_nobody_else(site: Site) -> None:
    for path, media_type in (
        ("/docs", "text/html"),
        ("/docs.js", "text/javascript"),
        ("/docs.css", "text/css"),
    ):
        reply = await site.ask("GET", path)
        assert (reply.status, reply.headers["Content-Type"]) == (200, f"{media_type}; charset=utf-8")
        assert b"://" not in reply.body
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


@pytest.mark.timeout(600 if _LONG else 120)
async def test_nothing_that_is_answered_contradicts_it(tmp_path: Path) -> None:
    """Requests by the schema, and against it, are answered by the schema, and none by a fault."""
    async with running(tmp_path) as site:
        url = f"{site.url}/openapi.json"
        config = tmp_path / "schemathesis.toml"
        config.write_text(_CONFIG)
        command = [sys.executable, "-m", "schemathesis.cli", f"--config-file={config}", "run", url]
        process = await asyncio.create_subprocess_exec(
            *command, "--continue-on-failure", *_OPTIONS, *_EXCLUDED, stdout=PIPE, stderr=STDOUT, cwd=tmp_path
        )
        output = (await process.communicate())[0].decode()
        assert process.returncode == 0, output[-10_000:]
        made = re.search(r"(\d+) generated", output)
        assert made is not None, output[-10_000:]
        assert int(made[1]) >= _REQUESTS
        assert "fault of Aqueduct's" not in site.aqueduct.log.read_text()
