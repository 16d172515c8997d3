"""What the page is shown: a shop in two versions, static backends, and a route to nowhere."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.backend_pb2 import Backend, BackendType, Health, PutBackendRequest
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest, Rule, RuleOperation
from aqueduct.v1.registry_pb2 import RegisterRequest, Registration
from tests.haproxies import binaries
from tests.integration.members import members
from tests.web import Web

_STATIC, _DYNAMIC = BackendType.BACKEND_TYPE_STATIC, BackendType.BACKEND_TYPE_DYNAMIC
CHECK_INTERVAL = 100
"""Milliseconds between two checks of a member."""
_STOCK = {"name": "stock", "host": "127.0.0.1"}
"""The service that the file lists, in two versions."""


@dataclass(frozen=True, slots=True)
class Site:
    """An Aqueduct that serves the shop at `port`, from two web services of each version."""

    aqueduct: Aqueduct
    port: int
    old: Sequence[Web]
    new: Sequence[Web]
    api: Sequence[Web]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.aqueduct.port}/"

    async def put(self, backend: Backend, author: str = "", message: str = "") -> None:
        annotation = Annotation(author=author, message=message)
        await self.aqueduct.backends.PutBackend(PutBackendRequest(backend=backend, annotation=annotation))

    async def route(self, frontend: Frontend) -> None:
        await self.aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))

    async def register(self, services: Sequence[Web], version: str) -> None:
        for each in services:
            registration = Registration(name="shop", version=version, host="127.0.0.1", port=each.port)
            registration.ttl.FromSeconds(3_600)
            await self.aqueduct.registry.Register(RegisterRequest(registration=registration))


@asynccontextmanager
async def bare(directory: Path) -> AsyncIterator[Aqueduct]:
    """Run an Aqueduct that serves nothing yet. Beside its registry it takes members from a file."""
    listed = directory / "members.json"
    listed.write_text(json.dumps([_STOCK | {"version": version, "port": 9} for version in ("1", "2")]))
    options = ["--label=eu-1", "--discovery=registry,file", f"--discovery-file={listed}"]
    async with Aqueduct(directory / "data", binaries()[0], options) as process:
        yield process
        if process.running:
            assert await process.end() == 0, process.log.read_text()


@asynccontextmanager
async def shop(directory: Path) -> AsyncIterator[Site]:
    """Run the whole of it."""
    async with AsyncExitStack() as stack:
        aqueduct = await stack.enter_async_context(bare(directory))
        names = ("1.0.0", "1.0.0", "2.0.0", "2.0.0", "api", "api")
        services = [await stack.enter_async_context(Web(name)) for name in names]
        site = Site(aqueduct, free_port(), services[:2], services[2:4], services[4:])
        await site.register(site.old, "1.0.0")
        await site.register(site.new, "2.0.0")
        await _fill(site)
        yield site


async def _fill(site: Site) -> None:
    health = Health(uri="/health", interval=CHECK_INTERVAL)
    shop = Backend(key="shop", type=_DYNAMIC, name="shop", version="1.0.0", health=health)
    await site.put(shop, "Ada", "open the shop")
    api = Backend(key="api", type=_STATIC, members=members(site.api), balance="leastconn", health=health)
    await site.put(api, "Grace")
    rules = [
        Rule(operation=RuleOperation.RULE_OPERATION_PATH_BEG, value="/api/", backend="api"),
        Rule(operation=RuleOperation.RULE_OPERATION_HDR, header="Host", value="old.example", backend="gone"),
    ]
    natives = ["http-response set-header X-Via aqueduct"]
    bind = f"127.0.0.1:{site.port}"
    await site.route(Frontend(key="web", bind=bind, backend="shop", rules=rules, natives=natives))
