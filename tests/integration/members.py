"""A backend behind a frontend, whose members come and go, and web services to be its members."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_STATIC,
    CHECK_UNSPECIFIED,
    AdminState,
    Backend,
    Check,
    GetBackendRequest,
    ListBackendMembersRequest,
    Member,
    MemberPhase,
    PutBackendRequest,
    PutBackendResponse,
    SetMemberStateRequest,
    SetMemberStateResponse,
    SwitchPolicy,
)
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest
from tests.web import Web

KEY = "live"


class Holding(Web):
    """A web service that holds requests of `/hold` until they are released."""

    def __init__(self, name: str, port: int = 0) -> None:
        super().__init__(name, port)
        self.held = asyncio.Event()
        """Set as soon as a request is held."""
        self.release = asyncio.Event()

    async def prepare(self, request: str) -> None:
        if request.startswith("GET /hold "):
            self.held.set()
            await self.release.wait()


@asynccontextmanager
async def services(name: str, count: int) -> AsyncIterator[list[Holding]]:
    """Run so many web services, which all answer `name`."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Holding(name)) for _ in range(count)]


def members(found: Sequence[Web], version: str = "") -> list[Member]:
    """Return members at web services."""
    return [Member(host="127.0.0.1", port=each.port, version=version) for each in found]


def dead_member() -> Member:
    """Return a member at an address where nobody listens."""
    return Member(host="127.0.0.1", port=free_port())


def policy(*, switch: float = 10.0, drain: float = 30.0, min_healthy: int | None = None) -> SwitchPolicy:
    """Return a policy of so many seconds."""
    return SwitchPolicy(
        switch_timeout=_duration(switch), drain_timeout=_duration(drain), min_healthy=min_healthy
    )


@dataclass(frozen=True, slots=True)
class Live:
    """The static backend `live`, behind a frontend on `port`."""

    aqueduct: Aqueduct
    port: int
    check: Check = CHECK_UNSPECIFIED

    @classmethod
    async def on(
        cls, aqueduct: Aqueduct, at_first: Sequence[Member], port: int, check: Check = CHECK_UNSPECIFIED
    ) -> "Live":
        """Make both, and return when `at_first` serve."""
        live = cls(aqueduct, port, check)
        await live.put(at_first)
        frontend = Frontend(key=KEY, bind=f"127.0.0.1:{port}", backend=KEY)
        await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
        return live

    async def put(
        self, wanted: Sequence[Member], switch_policy: SwitchPolicy | None = None
    ) -> PutBackendResponse:
        backend = Backend(
            key=KEY,
            type=BACKEND_TYPE_STATIC,
            members=wanted,
            switch_policy=switch_policy or policy(),
            check=self.check,
        )
        return await self.aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))

    async def set_state(self, member: Member, state: AdminState) -> SetMemberStateResponse:
        request = SetMemberStateRequest(key=KEY, member=f"{member.host}:{member.port}", state=state)
        return await self.aqueduct.backends.SetMemberState(request)

    async def stored(self) -> Backend:
        return (await self.aqueduct.backends.GetBackend(GetBackendRequest(key=KEY))).backend

    async def listed(self) -> list[Member]:
        response = await self.aqueduct.backends.ListBackendMembers(ListBackendMembersRequest(key=KEY))
        return list(response.members)

    async def phases(self) -> dict[int, MemberPhase]:
        """Return the phases of all members that HAProxy has, by port."""
        return {member.port: member.phase for member in await self.listed()}

    async def settled(self) -> dict[int, MemberPhase]:
        """Wait until no switch is under way; return the phases of the members. The test's limit bounds it."""
        while (await self.stored()).HasField("transition"):
            await asyncio.sleep(0.01)
        return await self.phases()


async def worker_pid(aqueduct: Aqueduct) -> int:
    """Return the worker that serves: another one after a reload."""
    return (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info.worker_pid


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(round(seconds * 1e3))
    return duration
