"""What breaks beneath live changes: HAProxy's processes, its socket, and members that flap."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_RUNTIME, APPLY_KIND_START
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_READY,
    BACKEND_TYPE_STATIC,
    CHECK_NONE,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_SERVING,
    Backend,
    Health,
    PutBackendRequest,
)
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest
from tests.integration.asking import master_pid, status_of
from tests.integration.members import KEY, Live, dead_member, members, policy, services, worker_pid
from tests.integration.numbered import Numbered
from tests.integration.registering import deregister, put_dynamic, register
from tests.load import Load, fetch

_FLAPPING = 60.0 if os.environ.get("AQUEDUCT_TEST_LONG") == "1" else 5.0
"""Seconds in which members flap."""


@pytest.mark.parametrize("victim", ["master_pid", "worker_pid"])
async def test_a_switch_outlives_haproxy(aqueduct: Aqueduct, free_port: int, victim: str) -> None:
    async with services("1", 1) as old, services("2", 1) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        await new[0].__aexit__()  # so that it is not proven before HAProxy is killed
        switch = asyncio.create_task(live.put(members(new)))
        while MEMBER_PHASE_INCOMING not in (await live.phases()).values():
            await asyncio.sleep(0)
        info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
        os.kill(getattr(info, victim), signal.SIGKILL)
        await status_of(aqueduct, lambda status: status.last_apply.kind == APPLY_KIND_START)
        assert (await fetch(free_port)).body == b"1"
        await new[0].__aenter__()
        await switch
        assert await live.settled() == {new[0].port: MEMBER_PHASE_SERVING}
        assert (await fetch(free_port)).body == b"2"


async def test_what_was_proven_to_a_haproxy_that_died_is_proven_anew(
    aqueduct: Aqueduct, free_port: int
) -> None:
    """A new HAProxy has new members down: a proof of before must not open the gate."""
    async with services("1", 2) as old, services("2", 2) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        await new[1].__aexit__()
        backend = Backend(
            key=KEY,
            type=BACKEND_TYPE_STATIC,
            members=members(new),
            health=Health(interval=60_000),
            switch_policy=policy(),
        )
        switch = aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
        while not new[0].requests:  # its check
            await asyncio.sleep(0.01)
        while (await live.phases()).get(new[0].port) != MEMBER_PHASE_INCOMING:
            await asyncio.sleep(0.01)
        os.kill(await master_pid(aqueduct), signal.SIGKILL)
        await status_of(aqueduct, lambda status: status.last_apply.kind == APPLY_KIND_START)
        await new[1].__aenter__()
        await switch
        before = [each.requests for each in new]
        assert {(await fetch(free_port)).body for _ in range(8)} == {b"2"}
        assert all(each.requests > count for each, count in zip(new, before, strict=True))


async def test_reloads_amid_a_switch_hold_nobody_up(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as old:
        live = await Live.on(aqueduct, members(old), free_port)
        numbered = Numbered.on(aqueduct)
        switch = asyncio.create_task(live.put([dead_member()], policy(switch=60.0)))
        while MEMBER_PHASE_INCOMING not in (await live.phases()).values():
            await asyncio.sleep(0)
        for number in range(25):
            await numbered.put(number)
            await live.set_state(members(old)[0], ADMIN_STATE_DRAIN)
            await live.set_state(members(old)[0], ADMIN_STATE_READY)
        log = aqueduct.log.read_text()
        assert "cannot be looked at" not in log
        assert "falls through" not in log
        switch.cancel()


async def test_with_its_socket_gone_changes_are_live_all_the_same(aqueduct: Aqueduct, free_port: int) -> None:
    """They go by way of the master."""
    async with services("1", 1) as one, services("2", 1) as two:
        live = await Live.on(aqueduct, members(one), free_port)
        (aqueduct.data_dir / "haproxy" / "worker.sock").unlink()
        async with Load(free_port, connections=4) as load:
            response = await live.put(members([*one, *two]))
            assert response.apply.kind == APPLY_KIND_RUNTIME
            while set(load.answers) != {"1", "2"}:
                await load.further(1)
            assert (await live.put(members(two))).apply.revision
        assert load.failures == []
        assert await live.settled() == {two[0].port: MEMBER_PHASE_SERVING}


async def test_a_worker_that_hangs_holds_nothing_for_ever(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one:
        live = await Live.on(aqueduct, members(one), free_port)
        worker = await worker_pid(aqueduct)
        os.kill(worker, signal.SIGSTOP)
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await live.put([*members(one), dead_member()])
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        os.kill(worker, signal.SIGCONT)
        assert (await fetch(free_port)).body == b"1"
        await status_of(aqueduct, lambda status: status.applied_revision == status.stored_revision)
        assert [member.port for member in (await live.stored()).members] == [one[0].port]
        response = await live.put([*members(one), dead_member()])
        assert response.apply.revision


@pytest.fixture
async def brief(haproxy_binary: Path, tmp_path: Path) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct whose old workers may go on for a second."""
    async with Aqueduct(tmp_path / "data", haproxy_binary, ["--hard-stop-after=1s"]) as process:
        yield process


async def test_old_workers_are_counted_and_those_that_are_cut(brief: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one:
        await Live.on(brief, members(one), free_port)
        numbered = Numbered.on(brief)
        await numbered.put(0)
        await status_of(brief, lambda status: status.old_workers == 0)
        held = asyncio.create_task(fetch(free_port, "/hold"))
        await one[0].held.wait()
        await numbered.put(1)
        await status_of(brief, lambda status: status.old_workers == 1)
        status = await status_of(brief, lambda status: status.old_workers == 0)
        assert status.cut_workers == 1
        await asyncio.wait([held])
        one[0].release.set()


def _tasks(pid: int) -> tuple[int, int]:
    """Return how many threads and file descriptors a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir())), len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.timeout(180)
async def test_members_that_flap_leave_nothing_behind(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one, services("2", 50) as found:
        live = Live(aqueduct, free_port)
        ids = await register(aqueduct, one, "1.0.0")
        await put_dynamic(aqueduct, "1.0.0", free_port, check=CHECK_NONE)
        worker = await worker_pid(aqueduct)
        ids = await register(aqueduct, found, "1.0.0")
        await deregister(aqueduct, ids)
        before = _tasks(aqueduct.pid)
        end = asyncio.get_running_loop().time() + _FLAPPING
        async with Load(free_port, connections=2, pause=0.01) as load:
            while asyncio.get_running_loop().time() < end:
                async with asyncio.TaskGroup() as both:
                    both.create_task(register(aqueduct, found, "1.0.0"))
                    both.create_task(asyncio.sleep(0.5))
                await deregister(aqueduct, ids)
        assert load.failures == []
        while set(await live.phases()) != {one[0].port} or (await live.stored()).HasField("transition"):
            await asyncio.sleep(0.01)
        status = await status_of(
            aqueduct,
            lambda status: status.applied_revision == status.stored_revision and not status.transitions,
        )
        assert (status.drifts, status.old_workers) == (0, 0)
        assert await worker_pid(aqueduct) == worker
        after = _tasks(aqueduct.pid)
        assert after[0] <= before[0] + 2
        assert after[1] <= before[1] + 4
