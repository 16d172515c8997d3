"""`get`, `put` and `delete`: what they take, print and do."""

import asyncio
import getpass

import pytest
import yaml

from aqueduct.demo.ports import free_port
from tests.integration.command import Cli, backend, frontend
from tests.load import fetch
from tests.web import Web

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_put_serves(cli: Cli) -> None:
    port = free_port()
    async with Web("hello") as web:
        cli.file(
            "all.yaml", yaml.safe_dump_all([frontend("serves", port, "serves"), backend("serves", web.port)])
        )
        done = await cli.ok("put", "all.yaml")
        assert (await fetch(port)).body == b"hello"
    assert done.lines[:2] == ["frontends/serves stored", "backends/serves stored"]
    assert "applied by one reload in " in done.lines[2]
    again = await cli.ok("put", "all.yaml")
    assert again.lines[2] == f"{done.lines[2].partition(',')[0]}, nothing to apply"


async def test_files_directories_and_standard_input_are_read(cli: Cli) -> None:
    cli.file("conf/b.yml", backend("in-b"))
    cli.file("conf/a.json", {"backends": [{"key": "in-a", "type": "static"}]})
    cli.file("conf/notes.txt", "no document")
    original = {
        "id": "backend/in-stdin",
        "_type": "backend",
        "key": "in-stdin",
        "type": "static",
        "host": None,
    }
    done = await cli.ok("put", "conf", "--file", "-", "-o", "name", stdin=yaml.safe_dump([original]))
    assert done.lines == ["backends/in-stdin", "backends/in-a", "backends/in-b"]
    assert await cli.refuses(2, "put", "-", stdin="backends: []") == "the files hold no resources"


async def test_get_shows_tables_documents_and_names(cli: Cli) -> None:
    port = free_port()
    rules = [{"operation": "path_beg", "value": "/x", "backend": "shown-2"}]
    await cli.ok(
        "put",
        cli.file("f.json", frontend("shown", port, "shown-1", rules=rules)),
        cli.file("b.json", backend("shown-1", 1, 2, balance="leastconn")),
        cli.file("c.json", backend("shown-2")),
    )
    table, one, several, singular, by_name, everything, parsed = await asyncio.gather(
        cli.ok("get", "backends/shown-1", "frontends/shown"),
        cli.ok("get", "backend", "shown-1", "--output", "json"),
        cli.ok("get", "backends", "shown-1", "shown-2", "-o", "json"),
        cli.ok("get", "frontend/shown", "-o", "yaml"),
        cli.ok("get", "frontends", "-o", "name"),
        cli.ok("get", "-o", "name"),
        cli.having(AQUEDUCT_OUTPUT="json").ok("get", "frontends/shown"),
    )
    assert table.lines[0].split() == [
        "KEY",
        "TYPE",
        "MODE",
        "BALANCE",
        "SERVICE",
        "MEMBERS",
        "SWITCH",
        "REVISION",
    ]
    assert table.lines[1].split()[:6] == ["shown-1", "static", "http", "leastconn", "-", "2"]
    assert table.lines[2] == ""
    assert table.lines[4].split()[:5] == ["shown", f"127.0.0.1:{port}", "http", "shown-1", "1"]
    assert (one.document["kind"], one.document["balance"]) == ("backend", "leastconn")
    assert [each["key"] for each in several.document["backends"]] == ["shown-1", "shown-2"]
    assert yaml.safe_load(singular.out)["rules"][0]["operation"] == "path_beg"
    assert "frontends/shown" in by_name.lines
    assert {"frontends/shown", "backends/shown-1"} <= set(everything.lines)
    assert parsed.document["key"] == "shown"


async def test_what_get_prints_can_be_put(cli: Cli) -> None:
    await cli.ok(
        "put", cli.file("b.json", backend("round", 1, health={"uri": "/x"}, check=None)), "--no-wait"
    )
    shown = await cli.ok("get", "backend", "round", "-o", "yaml")
    await cli.ok("diff", "-f", "-", stdin=shown.out)
    await cli.ok("put", "--no-wait", "-", stdin=shown.out)


async def test_members_and_the_configuration(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", [backend("one", 7001, 7002), backend("two", 7003)]))
    table, by_name, document, every, config, text = await asyncio.gather(
        cli.ok("get", "members", "one"),
        cli.ok("get", "members/one", "-o", "name"),
        cli.ok("get", "member", "one", "two", "-o", "json"),
        cli.ok("get", "members"),
        cli.ok("get", "config"),
        cli.ok("get", "config", "-o", "json"),
    )
    assert table.lines[0].split() == ["BACKEND", "MEMBER", "STATE", "WEIGHT", "PHASE", "VERSION", "CUT"]
    assert table.lines[1].split() == ["one", "127.0.0.1:7001", "ready", "1", "serving", "-", "-"]
    assert by_name.lines == ["127.0.0.1:7001", "127.0.0.1:7002"]
    assert [each["member"] for each in document.document["members"]][2] == "127.0.0.1:7003"
    assert any(line.split()[:2] == ["two", "127.0.0.1:7003"] for line in every.lines)
    assert "backend one" in config.lines
    assert text.document["config"] == config.out


async def test_thousands_are_read_by_pages(cli: Cli) -> None:
    many = [{"key": f"many-{number:04}", "type": "static"} for number in range(2_500)]
    cli.file("many.json", {"backends": many})
    await cli.ok("put", "many.json", "--no-wait", "-o", "name")
    listed = await cli.ok("get", "backends", "-o", "name")
    assert sum(line.startswith("backends/many-") for line in listed.lines) == 2_500
    await cli.ok("delete", "backends", *(each["key"] for each in many), "-o", "name")


async def test_a_dry_run_changes_nothing(cli: Cli) -> None:
    cli.file("dry.json", backend("dry", 7001))
    plan, document = await asyncio.gather(
        cli.ok("put", "dry.json", "--dry-run"), cli.ok("put", "dry.json", "--dry-run", "-o", "json")
    )
    assert plan.lines[0] == "HAProxy: one reload: backend dry added"
    assert "+backend dry" in plan.lines
    assert document.document["plan"]["kind"] == "reload"
    assert await cli.refuses(4, "get", "backends/dry") == (
        "backend dry not found. `aqueduct get backends` lists all."
    )


async def test_commands_that_need_no_reload_are_told(cli: Cli) -> None:
    await cli.ok("put", cli.file("one.json", backend("live", 7001)))
    plan = await cli.ok("put", cli.file("two.json", backend("live", 7001, 7002)), "--dry-run")
    assert "no reload" in plan.lines[0]
    assert any("add server live/" in line for line in plan.lines)


async def test_revisions_are_conditions(cli: Cli) -> None:
    new = cli.file("if.json", backend("if", 7001))
    done = await cli.ok("put", new, "--expected-revision", 0, "-o", "json")
    said = await cli.refuses(3, "put", new, "--expected-revision", 0)
    assert said.endswith("it was expected not to exist. Somebody changed it meanwhile: look again.")
    revision = int(done.document["revision"])
    await cli.refuses(3, "delete", "backends/if", "--expected-revision", revision + 1)
    gone = await cli.ok("delete", "backends/if", "--expected-revision", revision)
    assert gone.lines[0] == "backends/if deleted"
    two = cli.file("two.json", [backend("if"), backend("then")])
    assert "is of one resource" in await cli.refuses(2, "put", "-f", two, "--expected-revision", 0)


async def test_the_history_tells_who_and_why(cli: Cli) -> None:
    cli.file("who.json", backend("who"))
    await cli.ok("put", "who.json", "-m", "the\nreason", "--author", "ann")
    await cli.having(AQUEDUCT_AUTHOR="bob").ok(
        "delete", "backend", "who", "--message", "gone", "--author", "cid"
    )
    await cli.having(SUDO_USER="").ok("put", "who.json")
    await cli.having(AQUEDUCT_AUTHOR="bob").ok("delete", "backends/who", "-o", "name")
    done = await cli.ok("history", "backends/who", "-o", "json")
    annotations = [revision["annotation"] for revision in done.document["revisions"]]
    assert annotations == [
        {"author": "bob"},
        {"author": getpass.getuser()},
        {"author": "cid", "message": "gone"},
        {"author": "ann", "message": "the\nreason"},
    ]


async def test_delete_is_all_or_nothing(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", [backend("gone-1"), backend("gone-2")]))
    await cli.refuses(4, "delete", "backends/gone-1", "backends/nope")
    plan = await cli.ok("delete", "backends", "gone-1", "gone-2", "--dry-run")
    assert "-backend gone-1" in plan.lines
    done = await cli.ok("delete", "backends/gone-1", "backends/gone-2", "--no-wait")
    assert done.lines[:2] == ["backends/gone-1 deleted", "backends/gone-2 deleted"]
    assert "stored. HAProxy serves by it soon" in done.lines[2]
    assert await cli.refuses(2, "delete") == "Name what to delete, such as backends/app."
