"""`activity` and `watch activity` through the program, over a restart of the server."""

import json
import signal
from asyncio.subprocess import Process

import pytest

from aqueduct.cli.commands.activity import VERBS
from aqueduct.demo.processes import Aqueduct
from aqueduct.model.tokens import tokens
from aqueduct.v1.activity_pb2 import Verb
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, PutBackendRequest
from aqueduct.v1.common_pb2 import Annotation
from tests.integration.command import Cli, backend
from tests.refusals import refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def line_of(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().removesuffix("\n")


async def interrupted(process: Process) -> int:
    process.send_signal(signal.SIGINT)
    await process.communicate()
    assert process.returncode is not None
    return process.returncode


async def test_the_words_are_those_of_the_api() -> None:
    assert list(tokens(Verb.DESCRIPTOR).values()) == VERBS


async def test_what_happened(cli: Cli) -> None:
    await cli.ok("put", cli.file("b.json", backend("told", 7001)), "-m", "first")
    newest = await cli.ok("activity", "backends/told", "--event", "configChanged", "--since", "1h")
    assert newest.lines[0].split() == ["TIME", "EVENT", "WHAT"]
    assert "configChanged" in newest.lines[1]
    assert "told" in newest.lines[1]
    found = await cli.ok("activity", "-n", "1", "--text", "TOLD", "-e", "configChanged", "-o", "json")
    (event,) = found.document["events"]
    assert event["config"]["revision"]["annotation"]["message"] == "first"
    assert (await cli("activity", "frontends/")).err == "nothing happened\n"


async def test_a_write_that_was_refused(cli: Cli, shared: Aqueduct) -> None:
    app = Backend(key="bad", type=BACKEND_TYPE_STATIC, natives=["bogus-keyword x"])
    await refused(
        shared.backends.PutBackend(PutBackendRequest(backend=app, annotation=Annotation(author="ann")))
    )
    lines = await cli.start("watch", "activity", "backends/bad", "-e", "refused", "--after", "0")
    told = " refused a write of backends/bad by ann was refused: natives[0]: unknown keyword 'bogus-keyword'"
    assert told in await line_of(lines)
    assert await interrupted(lines) == 130
    listed = await cli.ok("activity", "backends/bad", "--event", "refused")
    assert told.removeprefix(" refused ") in listed.lines[1]
    (event,) = (await cli.ok("activity", "-e", "refused", "-o", "json")).document["events"]
    assert event["refusal"]["write"]["annotation"] == {"author": "ann"}
    assert event["refusal"]["write"]["resources"] == ["backends/bad"]


async def test_what_happens_over_a_restart(cli: Cli, shared: Aqueduct) -> None:
    lines = await cli.start("watch", "activity", "backends/", "-e", "configChanged", "--after", "0")
    documents = await cli.start("watch", "activity", "--event", "configChanged", "-o", "json")
    assert "last_id" not in await line_of(documents)
    while "again" not in (line := await line_of(lines)):
        assert line
        if "told" in line:
            await cli.ok("put", cli.file("c.json", backend("again", 7001)))
    await shared.end(signal.SIGKILL)
    await shared.start()
    await cli.ok("put", cli.file("d.json", backend("later", 7001)))
    assert "later" in await line_of(lines)
    told: list[str] = []
    while not any("later" in each for each in told):
        told += [event["message"] for event in json.loads(await line_of(documents)).get("events", [])]
    assert sum("again" in each for each in told) == 1
    assert (await interrupted(lines), await interrupted(documents)) == (130, 130)
