"""An Aqueduct whose REST API is tested, emptied between tests, and the services that its members are."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from tests.haproxies import binaries
from tests.web import Web

JSON = {"Content-Type": "application/json"}
_SERVED = (7001, 7002, 7003, 8081, 8082)
"""Ports of members, in what was recorded."""
_BOUND = (8080, 81, 80)
"""Ports of frontends, in what was recorded."""
_PORT = re.compile(rf'(?<=[:/])({"|".join(map(str, _SERVED + _BOUND))})(?=["/,])|(?<="port": )(\d+)')
_POLL = 0.01
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field."""
        return {
            violation["field"]: violation["description"]
            for detail in self.json["details"]
            for violation in detail.get("fieldViolations", ())
        }

    @property
    def reason(self) -> str:
        """The stable word for programs."""
        return str(self.json["details"][0]["reason"])


@dataclass
class Site:
    """A running Aqueduct, and a client of its REST API."""

    aqueduct: Aqueduct
    client: ClientSession
    ports: dict[int, int] = field(default_factory=dict)
    """Those here, by those recorded."""

    async def ask(
        self, verb: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Make a request; a body that is no bytes is JSON."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = headers if headers is not None else JSON if body is not None else {}
        skipped = ("Content-Type", "Accept-Encoding")
        async with self.client.request(
            verb, f"{self.url}{path}", data=content, headers=given, skip_auto_headers=skipped
        ) as response:
            return Reply(response.status, response.headers, await response.read())

    @property
    def url(self) -> str:
        """Where the REST API is."""
        return f"http://127.0.0.1:{self.aqueduct.port}"

    def here(self, recorded: Any) -> Any:
        """Return what was recorded, with the ports of here, on loopback alone."""
        text = json.dumps(recorded).replace("*:", "127.0.0.1:")
        return json.loads(_PORT.sub(lambda found: str(self.ports[int(found[0])]), text))

    async def settled(self) -> None:
        """Return once no switch of members is under way."""
        async with asyncio.timeout(_PATIENCE):
            while (await self.ask("GET", "/v1/status")).json.get("transitions"):
                await asyncio.sleep(_POLL)

    async def clear(self) -> None:
        """Delete every frontend and backend."""
        changes = []
        for kind in ("frontend", "backend"):
            found = (await self.ask("GET", f"/{kind}s")).json
            changes += [Change(**{f"delete_{kind}": resource["key"]}) for resource in found]
        if changes:
            await self.aqueduct.config.Apply(ApplyRequest(changes=changes))


@asynccontextmanager
async def running(directory: Path, *options: str) -> AsyncIterator[Site]:
    """Run an Aqueduct, services at the ports recorded, and two versions of `goldapp` registered."""
    async with AsyncExitStack() as stack:
        aqueduct = await stack.enter_async_context(Aqueduct(directory / "data", binaries()[0], options))
        site = Site(aqueduct, await stack.enter_async_context(ClientSession(auto_decompress=False)))
        services = [await stack.enter_async_context(Web(str(port))) for port in _SERVED]
        # In the order of those recorded, since that is the order of the members.
        site.ports |= zip(_SERVED, sorted(service.port for service in services), strict=True)
        for port in _BOUND:
            site.ports[port] = free_port()
        for version, port in (("1.0.0", 7001), ("1.0.0", 7002), ("2.0.0", 7003)):
            await _register(site, version, port)
        yield site


async def _register(site: Site, version: str, port: int) -> None:
    registration = {
        "name": "goldapp",
        "version": version,
        "host": "127.0.0.1",
        "port": site.ports[port],
        "meta": {"secondsToExpire": 1_000_000, "hostname": "h"},
        "ttl": "3600s",
    }
    reply = await site.ask("PUT", "/v1/registrations", {"registration": registration})
    assert reply.status == 200, reply.body
