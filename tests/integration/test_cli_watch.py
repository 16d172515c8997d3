"""`watch config` through the program: lines, documents, differences, over a restart of the server."""

import json
import re
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

import pytest
import yaml

from aqueduct.demo.processes import Aqueduct
from aqueduct.model.resources import put as change_of
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, DeleteBackendRequest, PutBackendRequest
from aqueduct.v1.common_pb2 import Annotation
from tests.integration.command import Cli

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def put(aqueduct: Aqueduct, key: str, balance: str = "") -> int:
    """Put a backend; return its revision."""
    request = PutBackendRequest(
        backend=Backend(key=key, type=BACKEND_TYPE_STATIC, balance=balance),
        annotation=Annotation(author="ann", message="step"),
        wait_for=WAIT_FOR_COMMIT,
    )
    return (await aqueduct.backends.PutBackend(request)).revision


async def delete(aqueduct: Aqueduct, key: str) -> int:
    return (await aqueduct.backends.DeleteBackend(DeleteBackendRequest(key=key))).revision


class Watch:
    """A command that watches, line by line."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def out(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().removesuffix("\n")

    async def err(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.readline()).decode().removesuffix("\n")

    async def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return await self.process.wait()


@asynccontextmanager
async def watch(starting: Awaitable[Process]) -> AsyncIterator[Watch]:
    """Hold a command that runs, until it is left."""
    process = await starting
    try:
        yield Watch(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_line_for_each_change(cli: Cli, shared: Aqueduct) -> None:
    first = await put(shared, "told")
    async with watch(cli.start("watch", "config")) as watching:
        assert await watching.err() == f"at revision {first}"
        second, third = await put(shared, "told", "first"), await delete(shared, "told")
        time = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"
        assert re.fullmatch(rf"{second} {time} ann backends/told: step", await watching.out())
        assert re.fullmatch(rf"{third} {time} - backends/told deleted", await watching.out())
        assert await watching.interrupt() == 130
        assert (await watching.out(), await watching.err()) == ("", "")


async def test_what_changed_since_a_revision_of_what_is_named_with_differences(
    cli: Cli, shared: Aqueduct
) -> None:
    before = await put(shared, "named")
    await put(shared, "other")
    changed, gone = await put(shared, "named", "first"), await delete(shared, "named")
    starting = cli.start("watch", "config", "--after", before, "--diff", "backend", "named")
    async with watch(starting) as watching:
        lines = [await watching.out() for _ in range(4)]
        assert lines[0].startswith(f"{changed} ")
        assert lines[1] == "~ backends/named: balance"
        assert lines[2].startswith("@@")
        while lines[-1] != "- backends/named":
            lines.append(await watching.out())
        assert {"-balance: roundrobin", "+balance: first"} <= set(lines)
        assert lines[-2].startswith(f"{gone} ")
        assert not any("other" in line for line in lines)


async def test_documents(cli: Cli, shared: Aqueduct) -> None:
    await put(shared, "document")
    async with (
        watch(cli.start("watch", "config", "backends", "-o", "json")) as lines,
        watch(cli.start("watch", "config", "-o", "yaml")) as documents,
    ):
        snapshot = json.loads(await lines.out())
        assert "document" in [each["key"] for each in snapshot["snapshot"]["backends"]]
        assert await documents.out() == "---"
        revision = await put(shared, "document", "first")
        told = json.loads(await lines.out())
        assert told["change"]["changes"][0]["after"]["backend"]["balance"] == "first"
        assert told["revision"] == revision
        while await documents.out() != "---":
            pass
        assert yaml.safe_load(await documents.out()) == {"revision": revision}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--after", "99999"], 3, "is yet to come"),
        (["members"], 2, "cannot be watched here"),
        (["--diff", "-o", "json"], 2, "--diff is for people"),
    ],
)
async def test_what_cannot_be_watched(cli: Cli, words: list[str], code: int, told: str) -> None:
    done = await cli("watch", "config", *words)
    assert (done.code, told in done.err) == (code, True), done.err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_it_goes_on_over_a_restart(cli: Cli, shared: Aqueduct, how: signal.Signals) -> None:
    first = await put(shared, "again")
    async with watch(cli.start("watch", "config")) as watching:
        assert await watching.err() == f"at revision {first}"
        second = await put(shared, "again", "first")
        assert (await watching.out()).startswith(f"{second} ")
        await shared.end(how)
        assert (await watching.err()).endswith(": trying again")
        await shared.start()
        third, fourth = await put(shared, "again", "leastconn"), await put(shared, "again")
        assert [(await watching.out()).split()[0] for _ in range(2)] == [str(third), str(fourth)]
        assert await watching.err() == f"{shared.target} is back"
        assert await watching.interrupt() == 130


async def test_what_was_compacted_while_the_server_was_away(cli: Cli, shared: Aqueduct) -> None:
    first = await put(shared, "compacted")
    async with watch(cli.start("watch", "config")) as watching:
        assert await watching.err() == f"at revision {first}"
        await shared.end()
        assert (await watching.err()).endswith(": trying again")
        store = await LmdbStore.open(shared.data_dir / "store")
        stored = store.snapshot().backends["compacted"]
        for balance in ("first", "leastconn", "source"):
            backend = Backend()
            backend.CopyFrom(stored)
            backend.balance = balance
            await store.commit([change_of(backend)])
        await store.compact(1)
        last = store.snapshot().revision
        await store.close()
        await shared.start()
        assert (await watching.err()).startswith(
            f"the history goes back to revision {last - 1}, not to {first}"
        )
        assert await watching.err() == f"{shared.target} is back"
        assert await watching.err() == f"at revision {last}"
        following = await put(shared, "compacted")
        assert (await watching.out()).startswith(f"{following} ")
