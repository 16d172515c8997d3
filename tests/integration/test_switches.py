"""Safe switches of members: no request fails, no session is cut before its time, no reload is needed."""

import asyncio
import random
from contextlib import suppress

import grpc
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_RUNTIME
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_RENEWED,
    MEMBER_PHASE_SERVING,
    TRANSITION_PHASE_DRAINING,
)
from tests.integration.asking import status_of
from tests.integration.members import Live, dead_member, members, policy, services, worker_pid
from tests.integration.numbered import Numbered
from tests.load import Load, fetch
from tests.refusals import refused
from tests.web import Web

SWITCHES = 50


@pytest.mark.parametrize("keep_alive", [True, False], ids=["keep-alive", "close"])
async def test_no_request_fails_over_50_switches(
    aqueduct: Aqueduct, free_port: int, keep_alive: bool
) -> None:
    """Every fifth with a new member that fails, with a reload amid it, with a switch back amid the drain."""
    async with services("1", 2) as old, services("2", 2) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        numbered = Numbered.on(aqueduct)
        reloads = 0
        async with Load(free_port, connections=16, keep_alive=keep_alive) as load:
            for number in range(SWITCHES):
                wanted = members(new if number % 2 == 0 else old)
                if number % 5 == 1:
                    wanted.append(dead_member())
                switch = asyncio.create_task(live.put(wanted))
                if number % 5 == 2:
                    await numbered.put(number)
                    reloads += 1
                await switch
                if number % 5 == 3:
                    await live.put(members(old if number % 2 == 0 else new))
                    await live.put(wanted)
                await load.further(20)
            assert load.failures == []
        await live.settled()
        assert set(load.answers) == {"1", "2"}
        assert reloads == SWITCHES // 5


async def test_a_switch_needs_no_reload_and_answers_when_the_new_ones_serve(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 3) as old, services("2", 3) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        worker = await worker_pid(aqueduct)
        response = await live.put(members(new))
        assert response.apply.kind == APPLY_KIND_RUNTIME
        bodies = {(await fetch(free_port)).body for _ in range(12)}
        assert bodies == {b"2"}
        assert await live.settled() == {each.port: MEMBER_PHASE_SERVING for each in new}
        assert await worker_pid(aqueduct) == worker


async def test_a_switch_whose_members_do_not_come_up_leaves_the_old_ones_and_tells_why(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 2) as old, services("2", 1) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        before = await live.stored()
        async with Load(free_port, connections=4) as load:
            wanted = [*members(new), dead_member()]
            error = await refused(live.put(wanted, policy(switch=1.0)))
            assert error.code is grpc.StatusCode.FAILED_PRECONDITION
            assert error.reason == "SWITCH_FAILED"
            assert "1 of the new members came up in time, 2 are needed" in error.message
            assert f"127.0.0.1:{wanted[1].port}: Layer4 connection problem" in error.message
            assert "Connection refused" in error.message
            await load.further(50)
        assert load.failures == []
        phases = await live.settled()
        assert {(await fetch(free_port)).body for _ in range(12)} == {b"1"}
        assert phases == {each.port: MEMBER_PHASE_SERVING for each in old}
        after = await live.stored()
        assert [member.port for member in after.members] == [member.port for member in before.members]
        status = await status_of(aqueduct)
        assert status.applied_revision == status.stored_revision


async def test_no_session_is_cut_before_its_time(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as old, services("2", 1) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        held = asyncio.create_task(fetch(free_port, "/hold"))
        await old[0].held.wait()
        await live.put(members(new))
        assert (await live.phases())[old[0].port] == MEMBER_PHASE_DRAINING
        status = await status_of(aqueduct)
        assert [each.key for each in status.transitions] == ["live"]
        assert status.transitions[0].transition.phase == TRANSITION_PHASE_DRAINING
        assert (await fetch(free_port)).body == b"2"
        await Numbered.on(aqueduct).put(1)  # a reload: the old worker holds the session now
        assert (await fetch(free_port)).body == b"2"
        old[0].release.set()
        assert (await held).body == b"1"
        assert await live.settled() == {new[0].port: MEMBER_PHASE_SERVING}


async def test_a_session_is_cut_when_its_time_is_over(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as old, services("2", 1) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        held = asyncio.create_task(fetch(free_port, "/hold"))
        await old[0].held.wait()
        await live.put(members(new), policy(drain=0.5))
        assert await live.settled() == {new[0].port: MEMBER_PHASE_SERVING}
        assert (await held).status >= 500
        old[0].release.set()


async def test_a_switch_back_amid_the_drain_takes_the_old_members_as_new_ones(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 1) as old, services("2", 1) as new:
        live = await Live.on(aqueduct, members(old), free_port)
        await live.set_state(members(old)[0], ADMIN_STATE_DRAIN)
        held = asyncio.create_task(fetch(free_port, "/hold"))
        await live.put(members(new))
        held.cancel()
        await live.settled()
        held = asyncio.create_task(fetch(free_port, "/hold"))
        await new[0].held.wait()
        await live.put(members(old))
        assert (await live.phases())[new[0].port] == MEMBER_PHASE_DRAINING
        await live.put(members(new))
        assert (await live.phases())[new[0].port] == MEMBER_PHASE_SERVING
        assert (await fetch(free_port)).body == b"2"
        new[0].release.set()
        assert (await held).body == b"2"
        assert await live.settled() == {new[0].port: MEMBER_PHASE_SERVING}


async def test_another_switch_takes_the_place_of_one_that_is_being_proven(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 1) as old, services("3", 1) as third:
        live = await Live.on(aqueduct, members(old), free_port)
        async with Load(free_port, connections=4) as load:
            first = asyncio.create_task(refused(live.put([dead_member()])))
            while MEMBER_PHASE_INCOMING not in (await live.phases()).values():
                await asyncio.sleep(0)
            await live.put(members(third))
            assert (await first).reason == "SWITCH_SUPERSEDED"
            await load.further(20)
        assert load.failures == []
        assert await live.settled() == {third[0].port: MEMBER_PHASE_SERVING}


async def test_a_member_redeployed_in_place_is_proven_again_while_it_serves(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 1) as old:
        live = await Live.on(aqueduct, members(old, "1.0.0"), free_port)
        async with Load(free_port, connections=4) as load:
            put = asyncio.create_task(live.put(members(old, "2.0.0")))
            while (await live.phases())[old[0].port] != MEMBER_PHASE_RENEWED:
                await asyncio.sleep(0)
            await put
            await load.further(20)
        assert load.failures == []
        assert await live.settled() == {old[0].port: MEMBER_PHASE_SERVING}


async def test_a_member_that_does_not_answer_waits_beside_those_that_serve(
    aqueduct: Aqueduct, free_port: int
) -> None:
    async with services("1", 1) as old:
        live = await Live.on(aqueduct, members(old), free_port)
        dead = dead_member()
        async with Load(free_port, connections=4) as load:
            await live.put([*members(old), dead])
            assert (await live.phases())[dead.port] == MEMBER_PHASE_INCOMING
            await load.further(50)
            async with Web("late", dead.port):
                while (await live.phases())[dead.port] != MEMBER_PHASE_SERVING:
                    await asyncio.sleep(0.01)
                while not load.answers["late"]:
                    await load.further(1)
                await live.put(members(old))
                await live.settled()
        assert load.failures == []


async def test_several_callers_at_once_need_no_reload(aqueduct: Aqueduct, free_port: int) -> None:
    """Servers go while requests give connections back to them, which HAProxy keeps for seconds."""
    async with services("1", 4) as found:
        wanted = members(found)
        live = await Live.on(aqueduct, wanted, free_port)
        worker = await worker_pid(aqueduct)

        async def caller(number: int) -> None:
            drawn = random.Random(number)
            for _ in range(60):
                some = [wanted[0], *drawn.sample(wanted[1:], drawn.randint(0, 3))]
                with suppress(grpc.aio.AioRpcError):  # another caller's members took the place of these
                    await live.put(some, policy(switch=5.0, drain=0.5))

        async with Load(free_port, connections=4, keep_alive=False) as load:
            await asyncio.gather(*map(caller, range(3)))
        assert load.failures == []
        await live.settled()
        assert await worker_pid(aqueduct) == worker
