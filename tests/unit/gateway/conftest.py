"""The sample's service, served over HTTP on loopback."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession

from aqueduct.gateway.exchange import Exchange
from aqueduct.gateway.server import Gateway
from aqueduct.rpc.calls import Calls
from aqueduct.settings import GatewaySettings

from .sample import Samples, methods

MAX_BODY = 100_000


@dataclass(frozen=True, slots=True)
class Serving:
    """A running server: what is behind it, and a client."""

    server: Gateway
    samples: Samples
    port: int
    client: ClientSession


@pytest.fixture
async def serving() -> AsyncIterator[Serving]:
    samples = Samples()
    server = Gateway(Exchange(methods(samples), Calls()), GatewaySettings(max_body=MAX_BODY))
    port = await server.start("127.0.0.1", 0)
    async with ClientSession(f"http://127.0.0.1:{port}") as client:
        yield Serving(server, samples, port, client)
    await server.stop(0)
