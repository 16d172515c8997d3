"""What operators set on members: at once, without a reload, and until it is set back."""

import os
import signal

import grpc
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RUNTIME, APPLY_KIND_START
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    SetMemberStateRequest,
    SetMemberWeightRequest,
)
from tests.integration.asking import master_pid, status_of
from tests.integration.members import KEY, Live, members, services, worker_pid
from tests.integration.numbered import Numbered
from tests.load import fetch
from tests.refusals import refused


async def _bodies(port: int, count: int = 12) -> set[str]:
    return {(await fetch(port)).body.decode() for _ in range(count)}


@pytest.mark.parametrize("state", [ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT])
async def test_a_state_outlives_reloads_and_both_processes_until_it_is_set_back(
    aqueduct: Aqueduct, free_port: int, state: int
) -> None:
    async with services("1", 1) as one, services("2", 1) as two:
        live = await Live.on(aqueduct, members([*one, *two]), free_port)
        worker = await worker_pid(aqueduct)
        stopped = members(one)[0]
        response = await live.set_state(stopped, state)  # type: ignore[arg-type] # one of the enum
        assert response.apply.kind == APPLY_KIND_RUNTIME
        assert response.member.admin_state == state
        assert await _bodies(free_port) == {"2"}
        assert await worker_pid(aqueduct) == worker

        await Numbered.on(aqueduct).put(1)
        assert await _bodies(free_port) == {"2"}
        os.kill(await master_pid(aqueduct), signal.SIGKILL)
        await status_of(aqueduct, lambda status: status.last_apply.kind == APPLY_KIND_START)
        assert await _bodies(free_port) == {"2"}
        await aqueduct.end(signal.SIGKILL)
        assert await _bodies(free_port) == {"2"}
        await aqueduct.start()
        assert (await status_of(aqueduct)).last_apply.kind == APPLY_KIND_NOTHING
        assert await _bodies(free_port) == {"2"}
        assert [member.admin_state for member in await live.listed()] == [state, ADMIN_STATE_READY]

        await live.set_state(stopped, ADMIN_STATE_READY)
        while await _bodies(free_port) != {"1", "2"}:  # one that was in maintenance has to be checked again
            pass
        assert (await live.stored()).members[0] == stopped


async def test_a_weight_is_set_and_set_back(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one, services("2", 1) as two:
        live = await Live.on(aqueduct, members([*one, *two]), free_port)
        worker = await worker_pid(aqueduct)
        request = SetMemberWeightRequest(key=KEY, member=f"127.0.0.1:{one[0].port}", weight=0)
        response = await aqueduct.backends.SetMemberWeight(request)
        assert response.apply.kind == APPLY_KIND_RUNTIME
        assert (response.member.HasField("admin_weight"), response.member.admin_weight) == (True, 0)
        assert await _bodies(free_port) == {"2"}
        await Numbered.on(aqueduct).put(1)
        assert await _bodies(free_port) == {"2"}
        worker = await worker_pid(aqueduct)
        request.ClearField("weight")
        await aqueduct.backends.SetMemberWeight(request)
        assert await _bodies(free_port) == {"1", "2"}
        assert await worker_pid(aqueduct) == worker
        assert not (await live.listed())[0].HasField("admin_weight")


async def test_a_member_that_stays_over_a_switch_keeps_its_state(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one, services("2", 1) as two:
        live = await Live.on(aqueduct, members(one), free_port)
        await live.put(members([*one, *two]))
        await live.set_state(members(two)[0], ADMIN_STATE_DRAIN)
        await live.put(members([*two, *one]))
        assert await _bodies(free_port) == {"1"}
        await live.put(members(one))
        await live.settled()
        await live.put(members([*one, *two]))  # it left, and comes as a new one
        await live.settled()
        assert await _bodies(free_port) == {"1", "2"}


async def test_bad_requests_are_told_by_field(aqueduct: Aqueduct, free_port: int) -> None:
    async with services("1", 1) as one:
        await Live.on(aqueduct, members(one), free_port)
        there = f"127.0.0.1:{one[0].port}"
        set_state, set_weight = aqueduct.backends.SetMemberState, aqueduct.backends.SetMemberWeight
        for request, field, words in (
            (SetMemberStateRequest(key=KEY, member=there), "state", "ready, drain or maint"),
            (SetMemberStateRequest(key=KEY, member="nowhere", state=ADMIN_STATE_DRAIN), "member", "10.0.0.1"),
            (SetMemberStateRequest(member=there, state=ADMIN_STATE_DRAIN), "key", "is needed"),
            (SetMemberWeightRequest(key=KEY, member=there, weight=257), "weight", "from 0 to 256"),
        ):
            called = set_state if isinstance(request, SetMemberStateRequest) else set_weight
            error = await refused(called(request))  # type: ignore[arg-type] # each with its own request
            assert error.code is grpc.StatusCode.INVALID_ARGUMENT
            assert words in error.fields[field]
        for key, member in (("other", there), (KEY, "127.0.0.1:1")):
            missing = SetMemberStateRequest(key=key, member=member, state=ADMIN_STATE_DRAIN)
            assert (await refused(set_state(missing))).code is grpc.StatusCode.NOT_FOUND
