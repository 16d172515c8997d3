"""A call that is cancelled or too late is whole or not at all, and its outcome can be read."""

import random

import grpc.aio

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.frontend_pb2 import PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from tests.integration.numbered import Numbered

CALLS = 60


async def test_a_call_that_is_too_late_is_whole_or_not_at_all(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(0)
    possible, late = {0}, 0
    for number in range(1, CALLS):
        # Every fourth waits as long as it takes, so that what is late does not pile up for ever.
        deadline = random.uniform(0.001, 0.06) if number % 4 else None
        try:
            await numbered.put(number, timeout=deadline)
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED, error
            possible.add(number)  # it may be stored now, later, or never
            late += 1
            assert await numbered.stored() in possible
        else:
            assert await numbered.served() == await numbered.stored() == number
            possible = {number}
    assert late, "no deadline was short enough to test anything"

    await numbered.put(CALLS)
    assert await numbered.served() == await numbered.stored() == CALLS
    status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
    assert status.applied_revision == status.stored_revision


async def test_a_cancelled_call_is_whole_or_not_at_all(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(0)
    call = aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=numbered.resource(1)))
    call.cancel()
    stored = await numbered.stored()
    assert stored in {0, 1}
    await numbered.put(2)
    assert await numbered.served() == await numbered.stored() == 2
