"""The steps of the demo, each told in a line: a service in two versions, and the switch between them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aqueduct.demo.connection import Faulty, fetch
from aqueduct.demo.ports import free_port
from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import ApplyKind, ApplyOutcome
from aqueduct.v1.backend_pb2 import (
    TRANSITION_PHASE_PROVING,
    Backend,
    BackendType,
    PutBackendRequest,
    SetBackendVersionRequest,
    Transition,
)
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetStatusRequest
from aqueduct.v1.registry_pb2 import RegisterRequest, Registration

_SERVICE, _KEY = "myapp", "web"
_LOOK = 0.005
"""Seconds between two looks at how far a switch is."""

Say = Callable[[str], object]


class Steps:
    """What is done with a running Aqueduct."""

    def __init__(self, aqueduct: Aqueduct, say: Say) -> None:
        self._aqueduct, self._say = aqueduct, say
        self.port = free_port()
        self.misrouted = False
        """Whether a step's answer came before HAProxy served by it, or a session was cut."""

    @property
    def url(self) -> str:
        """Where the frontend listens."""
        return f"http://127.0.0.1:{self.port}/"

    async def register(self, version: str, port: int) -> None:
        """Register a web service."""
        registration = Registration(name=_SERVICE, version=version, host="127.0.0.1", port=port)
        registration.ttl.FromSeconds(3_600)
        await self._aqueduct.registry.Register(RegisterRequest(registration=registration))
        self._say(f"  Register {_SERVICE} {version} at 127.0.0.1:{port}")

    async def serve(self, version: str) -> None:
        """Put a backend that takes its members from the registry, and a frontend before it."""
        dynamic = BackendType.BACKEND_TYPE_DYNAMIC
        backend = Backend(key=_KEY, type=dynamic, name=_SERVICE, version=version)
        put = await self._aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
        self._say(_step(f"PutBackend {_KEY}: {_SERVICE} {version}", put.revision, put.apply))
        frontend = Frontend(key=_KEY, bind=f"127.0.0.1:{self.port}", backend=_KEY)
        routed = await self._aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
        self._say(_step(f"PutFrontend {_KEY}", routed.revision, routed.apply))
        await self._check_who_serves(version)

    async def switch(self, version: str, slow: float) -> None:
        """Switch to a version, while a request of `slow` seconds is under way to the one before."""
        before = await self._who_serves()
        request = asyncio.create_task(fetch(self.port, f"/slow/{slow:.3f}"))
        await asyncio.sleep(slow / 4)
        async with self._phases_told(version):
            wanted = SetBackendVersionRequest(key=_KEY, version=version)
            switched = await self._aqueduct.backends.SetBackendVersion(wanted)
            self._say(_step(f"SetBackendVersion {_KEY} {version}", switched.revision, switched.apply))
            await self._check_who_serves(version)
            answered = (await request).body.decode()
            self._say(f"    the request of {slow:.1f} s that was under way is answered by {answered}")
            self.misrouted |= answered != before

    @asynccontextmanager
    async def _phases_told(self, version: str) -> AsyncIterator[None]:
        """Tell the phases of the switch that is made within, from GetStatus, until it is over."""
        telling = asyncio.create_task(self._tell_phases(version))
        try:
            yield
            await telling
        finally:
            telling.cancel()

    async def _tell_phases(self, version: str) -> None:
        began, told = time.monotonic(), ""
        while True:
            status = (await self._aqueduct.haproxy.GetStatus(GetStatusRequest())).status
            phase = _phase(status.transitions[0].transition) if status.transitions else ""
            if phase != told:
                self._say(
                    f"    {(time.monotonic() - began) * 1e3:6.0f} ms  {phase or f'over: {version} alone'}"
                )
                told = phase
                if not phase:
                    return
            await asyncio.sleep(_LOOK)

    async def _check_who_serves(self, version: str) -> None:
        answered = await self._who_serves()
        self._say(f"    a new connection is answered by {answered}")
        self.misrouted |= answered != version

    async def _who_serves(self) -> str:
        try:
            return (await fetch(self.port)).body.decode()
        except Faulty as fault:
            return f"nobody: {fault}"


def _phase(transition: Transition) -> str:
    if transition.phase == TRANSITION_PHASE_PROVING:
        return f"proving: {transition.to_version} has to pass its check, {transition.from_version} serves"
    return f"draining: {transition.to_version} serves, {transition.from_version} finishes its sessions"


def _step(what: str, revision: int, outcome: ApplyOutcome) -> str:
    kind = ApplyKind.Name(outcome.kind).removeprefix("APPLY_KIND_").lower()
    milliseconds = outcome.duration.ToNanoseconds() / 1e6
    reason = f"  ({outcome.reason})" if outcome.reason else ""
    return f"  {what:<29}  revision {revision:<3} {kind:<8}{milliseconds:6.1f} ms{reason}"
