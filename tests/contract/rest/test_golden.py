"""Each reply recorded from the original (0.5.3), and what is answered here."""

import json
from pathlib import Path
from typing import Any

import pytest

from .departures import ADDED, DEPARTURES
from .site import Reply, Site

pytestmark = pytest.mark.asyncio(loop_scope="package")

CASES = [json.loads(line) for line in Path(__file__).with_name("golden.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
async def test_case(case: dict[str, Any], site: Site) -> None:
    departure = DEPARTURES.get(case["name"])
    made = [await make(site, step) for step in site.here(case["setup"])]
    replies = [reply for reply in made if reply is not None]
    if departure is not None and departure.refused is not None:
        refused = replies.pop()
        assert refused.status == 400
        assert set(refused.fields) == departure.refused
    assert {reply.status for reply in replies} <= {200}
    request, recorded = site.here(case["request"]), site.here(case["response"])
    body = request["body"].encode() if _is_text(request) else request["body"]
    reply = await site.ask(request["method"], request["path"], body, request["headers"])
    if departure is None:
        check(request, reply, recorded)
        return
    departure.check(reply)
    if departure.body is not None:
        assert plain(reply.json) == masked(site.here(departure.body), reply.json)


async def make(site: Site, step: dict[str, Any]) -> Reply | None:
    """Do what was done before, and wait for what the original was given time for."""
    reply = await site.ask(step["method"], step["path"], step.get("body")) if "method" in step else None
    await site.settled()
    return reply


def _is_text(request: dict[str, Any]) -> bool:
    return isinstance(request["body"], str) and request["headers"].get("Content-Type") != "application/json"


def check(request: dict[str, Any], reply: Reply, recorded: dict[str, Any]) -> None:
    """Compare a reply with the one recorded. General departures are listed in docs/departures.md."""
    assert reply.status == recorded["status"], reply.body
    if request["method"] == "HEAD":
        assert reply.headers["Content-Type"] == recorded["content_type"]
    elif reply.status != 200:
        check_error(reply, recorded)
    elif recorded["body"] == 200:  # the original's whole body, which told nobody anything
        assert reply.json["id"] == f"{request['path'].strip('/').replace('s/', '/')}"
    else:
        assert reply.headers["Content-Type"] == recorded["content_type"]
        assert plain(reply.json) == masked(recorded["body"], reply.json)


def check_error(reply: Reply, recorded: dict[str, Any]) -> None:
    """Errors are JSON always; their words are ours, the fields that they name those of the original."""
    told = reply.json
    assert told["code"] == reply.status
    if isinstance(recorded["body"], str):  # of a resource that is not there
        assert told["message"] == recorded["body"]
        return
    assert told["error"] == recorded["body"]["error"]
    keys = recorded["body"].get("validation", {}).get("keys", [])
    assert set(keys) <= reply.fields.keys()


def plain(document: Any) -> Any:
    """Return a document without the fields that the original did not have."""
    if isinstance(document, list):
        return [plain(each) for each in document]
    if isinstance(document, dict):
        return {name: plain(value) for name, value in document.items() if name not in ADDED}
    return document


def masked(recorded: Any, found: Any) -> Any:
    """Return what was recorded, with what is found where the recording has a mask."""
    if recorded == "<<TIME>>":
        assert isinstance(found, int)
        return found
    if isinstance(recorded, list):
        return [masked(one, other) for one, other in zip(recorded, found, strict=True)]
    if isinstance(recorded, dict):
        return {name: masked(value, found.get(name)) for name, value in recorded.items()}
    return recorded


async def test_every_departure_is_of_a_case_and_has_a_reason() -> None:
    assert DEPARTURES.keys() <= {case["name"] for case in CASES}
    assert all(departure.reason for departure in DEPARTURES.values())


async def test_config(site: Site) -> None:
    """What the configuration says is what the original's said, but for what HAProxy has dropped since."""
    recorded = next(case for case in CASES if case["name"] == "config_empty")["response"]
    reply = await site.ask("GET", "/haproxy/config")
    assert (reply.status, reply.headers["Content-Type"]) == (200, recorded["content_type"])
    lines = {line.strip() for line in reply.body.decode().splitlines()}
    theirs = {line.strip() for line in recorded["body"].splitlines()}
    dropped = {line for line in theirs - lines if not line.startswith(("stats", "listen stats", "#"))}
    assert dropped == {"user haproxy", "group haproxy", "daemon", "mode http"}
