"""Reloads that no client notices."""

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.demo.webservice import WebService
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend, Member, PutBackendRequest
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from tests.integration.numbered import Numbered
from tests.load import Load

PUTS = 50


@pytest.mark.parametrize("keep_alive", [True, False], ids=["keep-alive", "close"])
async def test_no_request_fails_over_50_puts_that_reload(
    aqueduct: Aqueduct, web: WebService, keep_alive: bool, free_port: int
) -> None:
    members = [Member(host="127.0.0.1", port=web.port)]
    backend = Backend(key="live", type=BACKEND_TYPE_STATIC, members=members)
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    frontend = Frontend(key="web", bind=f"127.0.0.1:{free_port}", backend="live")
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
    numbered = Numbered.on(aqueduct)
    async with Load(free_port, connections=16, keep_alive=keep_alive) as load:
        for number in range(PUTS):
            response = await numbered.put(number)
            assert response.apply.kind == APPLY_KIND_RELOAD
            assert await numbered.served() == number
    assert load.failures == []
    assert load.requests > PUTS
