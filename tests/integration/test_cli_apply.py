"""`apply`, `diff -f`, `export` and `import`: configurations that are kept in files."""

import asyncio
import json
from typing import Any

import pytest
import yaml

from aqueduct.demo.processes import Aqueduct
from aqueduct.model.documents import read_document
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, PutBackendRequest
from aqueduct.v1.config_pb2 import IMPORT_MODE_REPLACE, ImportRequest
from aqueduct.v1.history_pb2 import Configuration
from tests.integration.command import Cli, backend, frontend

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _alone(aqueduct: Aqueduct, *documents: dict[str, Any]) -> None:
    """Have the shared Aqueduct hold these resources and no others."""
    configuration = Configuration()
    for document in documents:
        into = configuration.backends if document["kind"] == "backend" else configuration.frontends
        fields = {name: value for name, value in document.items() if name != "kind"}
        read_document(fields, into.add())
    request = ImportRequest(configuration=configuration, mode=IMPORT_MODE_REPLACE)
    await aqueduct.config.Import(request)


async def test_the_plan_is_shown_and_done(cli: Cli, shared: Aqueduct) -> None:
    await _alone(shared, backend("kept", 7001), backend("changes", 7002))
    cli.file("conf/kept.json", backend("kept", 7001))
    cli.file("conf/more.json", [backend("changes", 7002, balance="leastconn"), backend("new")])
    dry, named = await asyncio.gather(
        cli.ok("apply", "-f", "conf", "--dry-run"), cli.ok("apply", "-f", "conf", "--dry-run", "-o", "name")
    )
    assert dry.lines[0] == "~ backends/changes: balance"
    assert {"+balance: leastconn", "+    balance leastconn", "+backend new"} <= set(dry.lines)
    assert named.lines == ["backends/changes", "backends/new"]
    done = await cli.ok("apply", "-f", "conf", "-m", "why", "--author", "ann")
    assert done.lines[:3] == [
        "~ backends/changes: balance",
        "+ backends/new",
        "1 to create, 1 to change, 1 unchanged",
    ]
    assert done.lines[3].startswith("HAProxy: one reload: ")
    assert done.lines[4:6] == ["backends/changes changed", "backends/new created"]
    assert (await cli.ok("apply", "-f", "conf")).out == "nothing to change\n"
    (newest,) = (await cli.ok("history", "-n", "1", "-o", "json")).document["revisions"]
    assert newest["annotation"] == {"author": "ann", "message": "why"}


async def test_pruning_needs_a_yes_where_nobody_can_be_asked(cli: Cli, shared: Aqueduct) -> None:
    await _alone(shared, backend("stays"), backend("goes"), frontend("goes", 7999, "goes"))
    cli.file("all.json", backend("stays"))
    refused = await cli("apply", "-f", "all.json", "--prune")
    assert (refused.code, refused.lines[:3]) == (
        2,
        ["- frontends/goes", "- backends/goes", "2 to delete, 1 unchanged"],
    )
    assert "that needs --yes" in refused.err
    assert len((await cli.ok("get", "-o", "name")).lines) == 3
    done = await cli.ok("apply", "-f", "all.json", "--prune", "--yes", "--verbose", "--no-wait")
    assert "-backend goes" in done.lines
    assert (await cli.ok("get", "-o", "name")).lines == ["backends/stays"]
    emptied = await cli.ok("apply", "-f", "-", "--prune", "-y", "-o", "name", stdin="backends: []")
    assert emptied.lines == ["backends/stays"]


async def test_what_somebody_changed_after_the_plan_is_not_overwritten(cli: Cli, shared: Aqueduct) -> None:
    await _alone(shared, backend("raced", 7001))
    cli.file("raced.json", backend("raced", 7001, balance="leastconn"))
    terminal = await cli.terminal("apply", "-f", "raced.json")
    await terminal.shows("Do this?")
    theirs = Backend(key="raced", type=BACKEND_TYPE_STATIC, balance="source")
    await shared.backends.PutBackend(PutBackendRequest(backend=theirs))
    terminal.type("y\n")
    done = await terminal.end()
    assert done.code == 3
    assert "aqueduct: backend raced is at revision" in done.out
    assert done.out.endswith("Somebody changed it meanwhile: look again.\n")
    assert (await cli.ok("get", "backends/raced", "-o", "json")).document["balance"] == "source"


async def test_documents_for_programs(cli: Cli, shared: Aqueduct) -> None:
    await _alone(shared)
    cli.file("b.json", backend("told"))
    done, same = (
        await cli.ok("apply", "-f", "b.json", "-o", "json"),
        await cli.ok("apply", "b.json", "-o", "yaml"),
    )
    assert done.document["changes"][0]["putBackend"]["key"] == "told"
    assert done.document["apply"]["kind"] == "reload"
    assert yaml.safe_load(same.out)["plan"] == {"kind": "nothing"}


async def test_diff_tells_what_apply_would_change(cli: Cli, shared: Aqueduct) -> None:
    await _alone(shared, backend("same"), backend("differs"))
    cli.file("same.json", backend("same"))
    cli.file("all.json", [backend("same"), backend("differs", balance="first")])
    none, all_, pruned, document, named = await asyncio.gather(
        cli("diff", "--file", "same.json"),
        cli("diff", "-f", "all.json"),
        cli("diff", "-f", "same.json", "--prune"),
        cli("diff", "-f", "all.json", "--output", "json"),
        cli("diff", "-f", "all.json", "-o", "name"),
    )
    assert (none.code, none.out, none.err) == (0, "", "")
    assert (all_.code, all_.lines[0]) == (1, "~ backends/differs: balance")
    assert "+    balance first" in all_.lines
    assert (pruned.code, pruned.lines[0]) == (1, "- backends/differs")
    assert document.document["changes"][0]["after"]["backend"]["balance"] == "first"
    assert (named.code, named.lines) == (1, ["backends/differs"])


async def test_faults_are_told_with_file_place_and_field(cli: Cli) -> None:
    wrong = {"backends": [backend("fine"), backend("x", version=1.5, balence="first") | {"type": "dynamic"}]}
    wrong["backends"][0].pop("kind")
    wrong["backends"][1].pop("kind")
    cli.file("wrong.json", wrong)
    cli.file("refused.yaml", yaml.safe_dump(backend("b", balance="best")))
    cli.file("raw.yaml", yaml.safe_dump({"backends": [{"key": "b", "type": "static", "natives": ["bogus"]}]}))
    cli.file("twice.yaml", yaml.safe_dump_all([backend("b"), backend("b")]))
    cli.file("number.yaml", "kind: backend\nkey: b\ntype: dynamic\nversion: 1.10\n")
    mine, server, haproxy, imported, twice, number = await asyncio.gather(
        cli("apply", "-f", "wrong.json"),
        cli("apply", "-f", "refused.yaml"),
        cli("put", "raw.yaml"),
        cli("import", "raw.yaml"),
        cli("put", "twice.yaml"),
        cli("put", "number.yaml"),
    )
    assert mine.code == twice.code == number.code == 2
    assert mine.err.splitlines() == [
        f"aqueduct: wrong.json: {words}"
        for words in (
            "backends[1].version: must be text, not the number 1.5: write it in quotes, '1.5'",
            "backends[1].balence: is no field: did you mean balance?",
        )
    ]
    assert server.code == haproxy.code == imported.code == 3
    assert server.err.startswith("aqueduct: refused.yaml: balance: must begin with")
    for each in (haproxy, imported):
        assert each.err.startswith("aqueduct: raw.yaml: backends[0].natives[0]: ")
    assert twice.err == (
        "aqueduct: twice.yaml (document 2): backends/b stands in twice.yaml (document 1) already\n"
    )
    assert "'1.10'" in number.err


async def test_what_is_exported_can_be_imported_and_applied(cli: Cli, shared: Aqueduct) -> None:
    await _alone(
        shared, backend("out-1", 7001, balance="leastconn"), backend("out-2"), frontend("out", 7998, "out-1")
    )
    to_yaml, some, to_json = await asyncio.gather(
        cli.ok("export"),
        cli.ok("export", "backend", "out-1", "-o", "json"),
        cli.ok("export", "--file", "out.json"),
    )
    assert to_json.out == ""
    written = json.loads((cli.directory / "out.json").read_text())
    assert yaml.safe_load(to_yaml.out) == written
    assert "revision" not in written["backends"][0]
    assert [each["key"] for each in some.document["backends"]] == ["out-1"]
    await cli.ok("diff", "-f", "out.json", "--prune")
    await cli.ok("delete", "backends/out-2", "frontends/out")
    plan = await cli.ok("import", "out.json", "--dry-run")
    assert plan.lines[0] == "+ frontends/out"
    done = await cli.ok("import", "--file", "out.json", "-m", "back", "--author", "ann")
    assert {"frontends/out created", "backends/out-2 created"} <= set(done.lines)
    (newest,) = (await cli.ok("history", "-n", "1", "-o", "json")).document["revisions"]
    assert (newest["cause"], newest["annotation"]["message"]) == ("import", "back")
    assert (await cli.ok("import", "out.json")).out == "nothing to change\n"
    document = await cli.ok("import", "out.json", "-o", "json")
    assert "changes" not in document.document
    await cli.refuses(1, "export", "-f", "/proc/nowhere/x")


async def test_import_replaces_all_on_demand(cli: Cli, shared: Aqueduct) -> None:
    await _alone(shared, backend("old"))
    cli.file("new.json", backend("new"))
    refused = await cli("import", "new.json", "--replace")
    assert (refused.code, "needs --yes" in refused.err) == (2, True)
    dry = await cli.ok("import", "new.json", "--replace", "--dry-run", "-o", "name")
    assert dry.lines == ["backends/new", "backends/old"]
    done = await cli.ok("import", "new.json", "--replace", "-y", "--no-wait")
    assert {"backends/new created", "backends/old deleted"} <= set(done.lines)
