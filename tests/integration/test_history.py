"""The worst day, by its commands: a bad deploy behind hundreds of changes, found by diff, undone under load.

Beside that: who made a change, what was refused, and what a failed switch did, all told by the history.
"""

import asyncio
import signal
from pathlib import Path

import grpc
import pytest

from aqueduct.cli.client.forms import resource_document
from aqueduct.demo import ports
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import WAIT_FOR_COMMIT
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, PutBackendRequest
from aqueduct.v1.config_pb2 import (
    GetRevisionRequest,
    ListRevisionsRequest,
    RestoreRevisionRequest,
)
from aqueduct.v1.frontend_pb2 import PutFrontendRequest
from aqueduct.v1.history_pb2 import REVISION_CAUSE_RESTORE, REVISION_CAUSE_SWITCH, Revision
from tests.integration.command import Cli
from tests.integration.members import KEY, Live, dead_member, members, policy, services
from tests.integration.numbered import Numbered
from tests.load import Load
from tests.refusals import refused

REVISIONS = 500


async def _filler(aqueduct: Aqueduct, number: int) -> int:
    backend = Backend(key=f"filler-{number % 20}", type=BACKEND_TYPE_STATIC, balance="roundrobin")
    backend.natives.append(f"timeout server {number + 1}s")
    request = PutBackendRequest(backend=backend, wait_for=WAIT_FOR_COMMIT)
    return (await aqueduct.backends.PutBackend(request)).revision


async def _newest(aqueduct: Aqueduct) -> Revision:
    return (await aqueduct.config.ListRevisions(ListRevisionsRequest(page_size=1))).revisions[0]


async def test_a_bad_deploy_is_found_and_taken_back_under_load(
    aqueduct: Aqueduct, free_port: int, tmp_path: Path
) -> None:
    cli = Cli(aqueduct.target, tmp_path)
    async with services("good", 2) as good, services("bad", 2) as bad:
        live = await Live.on(aqueduct, members(good), free_port)
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        before = await asyncio.gather(*(_filler(aqueduct, number) for number in range(REVISIONS)))
        fine = max(before)
        async with Load(free_port, connections=8) as load:
            await live.put(members(bad))
            deployed = resource_document(numbered.resource(2))
            await cli.ok("put", cli.file("two.json", deployed), "-m", "deploy 2", "--author", "ann")
            newest = (await cli.ok("history", "-n", 1)).lines[1]
            assert all(words in newest for words in ("ann", "frontends/numbered", "deploy 2"))
            diff = await cli("diff", fine)
            assert diff.code == 1
            assert [line for line in diff.lines if line.startswith("~ ")] == [
                "~ frontends/numbered: natives",
                f"~ backends/{KEY}: members",
            ]
            assert any(f"127.0.0.1:{bad[0].port}" in line for line in diff.lines if line.startswith("+    "))
            assert await numbered.served() == 2
            restored = await cli.ok("restore", fine, "--yes", "-m", "back to what was fine")
            assert restored.lines[-3:-1] == ["frontends/numbered changed", f"backends/{KEY} changed"]
            assert await numbered.served() == 1
            await live.settled()
            load.answers.clear()
            await load.further(50)
        assert load.failures == []
        assert set(load.answers) == {"good"}
        newest_revision = await _newest(aqueduct)
        assert (newest_revision.cause, newest_revision.restored_revision) == (REVISION_CAUSE_RESTORE, fine)
        assert (await cli.ok("diff", fine)).out == ""
        assert len((await cli.ok("history", "-n", 0, "-o", "name")).lines) > REVISIONS


async def test_a_restore_that_haproxy_refuses_changes_nothing(aqueduct: Aqueduct, free_port: int) -> None:
    first, second = Numbered(aqueduct, "first", free_port), Numbered(aqueduct, "second", free_port)
    revision = (await first.put(1)).revision
    await first.put(2)
    request = RestoreRevisionRequest(revision=revision, resources=["frontends/first"])
    moved = first.resource(2)
    moved.bind = f"127.0.0.1:{ports.free_port()}"
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=moved))
    await second.put(3)  # where the first was
    refusal = await refused(aqueduct.config.RestoreRevision(request))
    assert refusal.code in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)
    assert await second.served() == 3
    assert (await first.stored()) == 2


async def test_a_switch_that_failed_is_told_with_what_it_took_back(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 1) as old:
        live = await Live.on(aqueduct, members(old), free_port)
        dead = dead_member()
        await refused(live.put([dead], policy(switch=1.0)))
        newest = await _newest(aqueduct)
        assert newest.cause == REVISION_CAUSE_SWITCH
        (change,) = (
            await aqueduct.config.GetRevision(GetRevisionRequest(revision=newest.revision))
        ).revision.changes
        assert change.before.backend.members[0].port == dead.port
        assert change.after.backend.members[0].port == old[0].port


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_it_survives_a_restart(aqueduct: Aqueduct, how: signal.Signals) -> None:
    last = [await _filler(aqueduct, number) for number in range(3)][-1]
    before = await aqueduct.config.ListRevisions(ListRevisionsRequest())
    await aqueduct.end(how)
    await aqueduct.start()
    assert await aqueduct.config.ListRevisions(ListRevisionsRequest()) == before
    assert before.revisions[0].revision == last
