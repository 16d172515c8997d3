"""`switch`, `drain`, `maint`, `ready` and `weight`."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.registry_pb2 import RegisterRequest, Registration
from tests.integration.command import Cli, backend
from tests.web import Web

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _register(aqueduct: Aqueduct, name: str, version: str, port: int) -> None:
    registration = Registration(name=name, version=version, host="127.0.0.1", port=port)
    registration.ttl.FromSeconds(3_600)
    await aqueduct.registry.Register(RegisterRequest(registration=registration))


async def _dynamic(cli: Cli, key: str, name: str) -> None:
    document = {"kind": "backend", "key": key, "type": "dynamic", "name": name, "version": "1"}
    await cli.ok("put", cli.file(f"{key}.json", document))


async def test_a_switch(cli: Cli, shared: Aqueduct) -> None:
    async with AsyncExitStack() as stack:
        for name, version in (("app", "1"), ("app", "2"), ("other", "3")):
            web = await stack.enter_async_context(Web(version))
            await _register(shared, name, version, web.port)
        await _dynamic(cli, "app", "app")
        dry = await cli.ok("switch", "app", "2", "--dry-run")
        assert dry.lines[0].startswith("HAProxy: ")
        done = await cli.ok(
            *("switch", "app", "2", "-m", "go", "--author", "ann"),
            *("--min-healthy", "1", "--switch-timeout", "20s", "--drain-timeout", "1s"),
        )
        assert done.lines[0] == "backends/app serves app 2"
        revision = (await cli.ok("get", "backends/app", "-o", "json")).document["revision"]
        await cli.refuses(3, "switch", "app", "1", "--expected-revision", revision - 1)
        other = await cli.ok(
            "switch", "backends/app", "3", "--name", "other", "--expected-revision", revision, "-o", "json"
        )
        assert other.document["backend"]["name"] == "other"
    annotation = (await cli.ok("history", revision, "-o", "json")).document["annotation"]
    assert annotation == {"author": "ann", "message": "go"}


async def test_a_switch_that_fails_tells_the_words_of_the_check(cli: Cli, shared: Aqueduct) -> None:
    async with Web("1") as old:
        await _register(shared, "fails", "1", old.port)
        await _register(shared, "fails", "2", free_port())
        await _dynamic(cli, "fails", "fails")
        said, none = await asyncio.gather(
            cli.refuses(3, "switch", "fails", "2", "--switch-timeout", "1s"),
            cli.refuses(3, "switch", "fails", "9", "--dry-run"),
        )
        assert "the old ones serve on (" in said
        assert "L4" in said.upper() or "refused" in said.lower()
        assert none.endswith("`--allow-empty` switches all the same.")
        empty = await cli.ok("switch", "fails", "9", "--allow-empty", "--no-wait", "-o", "name")
        assert empty.lines == ["backends/fails"]


async def test_members_are_drained_and_come_back(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", backend("ops", 7001, 7002)))
    one, two = "127.0.0.1:7001", "127.0.0.1:7002"

    async def states() -> list[str]:
        found = (await cli.ok("get", "members", "ops", "-o", "json")).document["members"]
        return [each.get("adminState", "ready") for each in found]

    drained = await cli.ok("drain", "ops", one, two)
    assert drained.lines[0] == f"{one} of backends/ops: drain"
    assert "applied without a reload" in drained.lines[1]
    maint = await cli.ok("maint", "backends/ops", two, "-o", "name", "--no-wait")
    assert maint.lines == [two]
    assert await states() == ["drain", "maint"]
    ready = await cli.ok("ready", "ops", "--all", "--output", "json")
    assert [each["member"]["port"] for each in ready.document["changes"]] == [7001, 7002]
    assert await states() == ["ready", "ready"]
    await asyncio.gather(
        cli.ok("drain", "ops", "--all", "--no-wait", "-o", "name"), cli.ok("maint", "ops", "--all")
    )
    await cli.ok("ready", "ops", one, two, "--no-wait", "-o", "name")


async def test_one_member_that_is_not_there_holds_up_no_other(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", [backend("some", 7003), backend("none")]))
    done = await cli("drain", "some", "127.0.0.1:1", "127.0.0.1:7003", "-o", "name")
    assert (done.code, done.lines) == (4, ["127.0.0.1:7003"])
    assert done.err == (
        "aqueduct: member 127.0.0.1:1 of backend some not found. `aqueduct get members` lists all.\n"
    )
    assert await cli.refuses(4, "drain", "none", "--all") == "backends/none has no members"
    assert "or --all" in await cli.refuses(2, "drain", "some")
    assert "names no backend" in await cli.refuses(2, "drain", "frontends/some", "--all")


async def test_weights(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", backend("heavy", 7004)))
    member = "127.0.0.1:7004"
    done = await cli.ok("weight", "heavy", member, 7)
    assert done.lines[0] == f"{member} of backends/heavy: weight 7"
    assert "7 (its own: 1)" in (await cli.ok("get", "members", "heavy")).lines[1]
    back = await cli.ok("weight", "heavy", member, "default", "-o", "yaml", "--no-wait")
    assert "adminWeight" not in back.out
    said = await cli.refuses(2, "weight", "heavy", member, "heavy")
    assert said.endswith("'heavy' is neither from 0 to 256 nor default.")
