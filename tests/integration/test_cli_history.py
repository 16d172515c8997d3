"""`history`, `diff REVISION` and `restore`."""

import asyncio
import re

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, PutBackendRequest
from aqueduct.v1.common_pb2 import Annotation
from tests.integration.command import Cli

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _put(aqueduct: Aqueduct, key: str, balance: str = "") -> str:
    """Put a backend; return its revision."""
    request = PutBackendRequest(
        backend=Backend(key=key, type=BACKEND_TYPE_STATIC, balance=balance),
        annotation=Annotation(author="ann", message="step"),
    )
    return str((await aqueduct.backends.PutBackend(request)).revision)


async def test_the_history_is_told_newest_first(cli: Cli, shared: Aqueduct) -> None:
    first, second = await _put(shared, "told"), await _put(shared, "told", balance="first")
    table, limited, named, all_, one, one_named, one_document = await asyncio.gather(
        cli.ok("history", "backends/told"),
        cli.ok("history", "--limit", "1", "backend", "told"),
        cli.ok("history", "backends/told", "-o", "name"),
        cli.ok("history", "-n", "0", "-o", "yaml"),
        cli.ok("history", second),
        cli.ok("history", second, "--output", "name"),
        cli.ok("history", second, "-o", "json"),
    )
    assert table.lines[0].split() == ["REVISION", "TIME", "AUTHOR", "CAUSE", "CHANGES", "MESSAGE"]
    assert re.fullmatch(
        rf"{second} +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +ann +call +backends/told +step", table.lines[1]
    )
    assert len(limited.lines) == 2
    assert named.lines == [second, first]
    assert f"revision: {first}" in all_.out
    assert one.lines[:5][0].split() == ["revision", second]
    assert "~ backends/told: balance" in one.lines
    assert {"-balance: roundrobin", "+balance: first"} <= set(one.lines)
    assert one_named.lines == ["backends/told"]
    assert one_document.document["changes"][0]["after"]["backend"]["balance"] == "first"


async def test_two_revisions_are_compared(cli: Cli, shared: Aqueduct) -> None:
    first, second = await _put(shared, "compared"), await _put(shared, "compared", balance="first")
    third = await _put(shared, "other")
    now, between, same, named, document, none = await asyncio.gather(
        cli("diff", first),
        cli("diff", first, second, "backends/compared"),
        cli("diff", second, third, "backend", "compared"),
        cli("diff", first, "-o", "name"),
        cli("diff", first, "-o", "json"),
        cli("diff", "9999"),
    )
    assert (now.code, now.lines[0]) == (1, "~ backends/compared: balance")
    assert "+ backends/other" in now.lines
    assert "+    balance first" in now.lines
    assert (between.code, "+ backends/other" in between.lines) == (1, False)
    assert (same.code, same.out) == (0, "")
    assert (named.code, named.lines) == (1, ["backends/compared", "backends/other"])
    assert document.document["configDiff"].startswith("---")
    assert (none.code, none.err) == (
        4,
        "aqueduct: revision 9999 not found. `aqueduct history` lists those that can be gone back to.\n",
    )


async def test_the_way_back(cli: Cli, shared: Aqueduct) -> None:
    fine = await _put(shared, "back")
    await _put(shared, "back", balance="first")
    await _put(shared, "added")
    dry, named = await asyncio.gather(
        cli.ok("restore", fine, "--dry-run"), cli.ok("restore", fine, "--dry-run", "-o", "name")
    )
    assert {"~ backends/back: balance", "-balance: first", "-backend added"} <= set(dry.lines)
    assert set(named.lines) == {"backends/back", "backends/added"}
    some = await cli.ok("restore", fine, "backends/back", "-m", "worse", "--author", "ann")
    assert "backends/back changed" in some.lines
    refused = await cli("restore", fine)
    assert (refused.code, "deletes backends/added" in refused.err) == (2, True)
    done = await cli.ok("restore", fine, "--yes", "--no-wait", "-o", "json")
    assert [change["deleteBackend"] for change in done.document["changes"]] == ["added"]
    assert (await cli.ok("restore", fine, "-y")).out == "nothing to change\n"
    table = await cli.ok("history", "-n", "1")
    assert f"restore of {fine}" in table.out
