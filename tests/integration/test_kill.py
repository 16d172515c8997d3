"""SIGKILL of Aqueduct at random points: nothing acknowledged is lost, and no client notices."""

import asyncio
import os
import random
import signal

import grpc.aio
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.demo.webservice import WebService
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, Member, PutBackendRequest
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from tests.integration.asking import master_pid
from tests.integration.numbered import Numbered
from tests.load import Load

KILLS = int(os.environ.get("AQUEDUCT_TEST_KILLS", "10"))
"""The long variant is 200."""


async def _put_on(numbered: Numbered, acknowledged: list[int]) -> None:
    """Put number after number until the server is gone."""
    while True:
        number = acknowledged[-1] + 1
        try:
            await numbered.put(number)
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE, error
            return
        acknowledged.append(number)


async def _amid_a_reload(aqueduct: Aqueduct) -> None:
    """Return when the file for the next reload has just been written."""
    file = aqueduct.data_dir / "haproxy" / "haproxy.cfg"
    before = file.stat().st_mtime_ns
    while file.stat().st_mtime_ns == before:
        await asyncio.sleep(0)
    # The command follows within a few milliseconds, and the reload takes some twenty.
    await asyncio.sleep(random.uniform(0, 0.03))


@pytest.mark.timeout(120 + 5 * KILLS)
async def test_a_killed_aqueduct_loses_nothing_acknowledged(
    aqueduct: Aqueduct, web: WebService, free_port: int
) -> None:
    members = [Member(host="127.0.0.1", port=web.port)]
    backend = Backend(key="live", type=BACKEND_TYPE_STATIC, members=members)
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    frontend = Frontend(key="web", bind=f"127.0.0.1:{free_port}", backend="live")
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
    numbered = Numbered.on(aqueduct)
    await numbered.put(0)
    acknowledged = [0]
    master = await master_pid(aqueduct)

    async with Load(free_port, connections=4, keep_alive=None) as load:
        for kill in range(KILLS):
            writer = asyncio.create_task(_put_on(numbered, acknowledged))
            if kill % 2:
                await _amid_a_reload(aqueduct)
            else:
                await asyncio.sleep(random.uniform(0, 0.2))
            await aqueduct.end(signal.SIGKILL)
            await writer
            assert await numbered.served() in {acknowledged[-1], acknowledged[-1] + 1}
            await aqueduct.start()
            stored = await numbered.stored()
            assert stored in {acknowledged[-1], acknowledged[-1] + 1}
            assert await numbered.served() == stored
            assert await master_pid(aqueduct) == master
            acknowledged.append(stored)
    assert load.failures == []
