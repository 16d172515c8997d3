"""Activity of a running Aqueduct: what is told of what happens, each once, restarts and kills included."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.activity_pb2 import (
    VERB_DEREGISTERED,
    VERB_DOWN,
    VERB_HA_PROXY_ADOPTED,
    VERB_HA_PROXY_DIED,
    VERB_HA_PROXY_STARTED,
    VERB_OFFLINE,
    VERB_REFUSED,
    VERB_STARTED,
    VERB_UP,
    ActivityWatchRequest,
    ListActivityRequest,
)
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    DeleteBackendRequest,
    Health,
    Member,
    PutBackendRequest,
    SetMemberStateRequest,
)
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.registry_pb2 import DeregisterRequest, RegisterRequest, Registration
from tests.integration.asking import master_pid
from tests.integration.follower import Follower
from tests.web import Web

LIMITS = ("--activity-count=50", "--activity-age=1h", "--on-exit=keep")
_DEAD = re.compile(r"Layer4 connection problem|Socket error")
"""HAProxy's words for a service that is gone. It adds `info: "Connection refused"` where it was told
the error, or `"Connection reset by peer"` where a check was under way as the service ended."""


@pytest.fixture
async def aqueduct(haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aqueduct]:
    directory = tmp_path_factory.mktemp("aq")
    async with Aqueduct(directory / "data", haproxy_binary, LIMITS) as process:
        yield process


async def put(aqueduct: Aqueduct, ports: Sequence[int], key: str = "app") -> None:
    members = [Member(host="127.0.0.1", port=port) for port in ports]
    health = Health(uri="/", interval=100)
    backend = Backend(key=key, type=BACKEND_TYPE_STATIC, members=members, health=health)
    annotation = Annotation(author="ann", message="why not")
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend, annotation=annotation))


async def test_what_members_go_through(aqueduct: Aqueduct, web: Web) -> None:
    told = Follower(aqueduct)
    app = "backends/app"
    async with Web("another") as another:
        await put(aqueduct, [web.port])
        await told.until(VERB_UP, app)
        await put(aqueduct, [web.port, another.port])
        name = f"127.0.0.1:{another.port}"
        await told.until(VERB_UP, app, name)
        for state in (ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY):
            request = SetMemberStateRequest(key="app", member=name, state=state)
            await aqueduct.backends.SetMemberState(request)
    down = await told.until(VERB_DOWN, app, name)
    assert _DEAD.search(down.member_change.reason)
    assert down.member_change.active_members == 1
    assert down.message.endswith("; 1 left")
    async with Web("another", another.port):
        await told.until(VERB_UP, app, name)
        await put(aqueduct, [another.port])
    await told.until(VERB_DOWN, app, name)
    expected = [
        *("CONFIG_CHANGED", "ONLINE", "UP"),
        *("CONFIG_CHANGED", "ONLINE", "UP"),
        *("DRAINED", "MAINT", "READY", "DOWN", "UP"),
        *("CONFIG_CHANGED", "OFFLINE", "DOWN"),
    ]
    assert told.verbs(app) == expected
    assert [event.id for event in told.events] == list(range(1, len(told.events) + 1))
    first = next(event for event in told.events if event.resource == app)
    assert first.message == "revision 1: backends/app created by ann: why not"
    listed = await aqueduct.activity.ListActivity(ListActivityRequest(resources=[app], verbs=[VERB_DOWN]))
    assert [event.message for event in listed.events][1:] == [down.message]


async def test_a_member_that_is_dead_from_the_start_and_a_native_server(aqueduct: Aqueduct, web: Web) -> None:
    told = Follower(aqueduct)
    async with Web("another") as another:
        port = another.port
        members = [Member(host="127.0.0.1", port=each) for each in (web.port, port)]
        native = f"server db 127.0.0.1:{web.port} check inter 100ms rise 1 fall 1"
        backend = Backend(
            key="app",
            type=BACKEND_TYPE_STATIC,
            members=members,
            health=Health(uri="/", interval=100),
            natives=[native.replace(str(web.port), str(port))],
        )
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
        await told.until(VERB_UP, "backends/app", f"127.0.0.1:{port}")
    down = await told.until(VERB_DOWN, "backends/app", "db")
    assert _DEAD.search(down.message)
    await put(aqueduct, [web.port, port], "late")
    down = await told.until(VERB_DOWN, "backends/late", f"127.0.0.1:{port}")
    assert _DEAD.search(down.message)
    async with Web("another", port):
        up = await told.until(VERB_UP, "backends/late", f"127.0.0.1:{port}")
    assert up.message.partition(": its check has passed")[1] or "Layer7 check passed" in up.message
    late = [event for event in told.events if event.resource == "backends/late" and event.verb == VERB_DOWN]
    assert len(late) == 1
    await aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="late"))
    await told.until(VERB_OFFLINE, "backends/late", f"127.0.0.1:{port}")


async def test_registrations_and_discovered_members(aqueduct: Aqueduct, web: Web) -> None:
    told = Follower(aqueduct)
    registration = Registration(name="app", version="1.0.0", host="127.0.0.1", port=web.port)
    backend = Backend(key="app", type=BACKEND_TYPE_DYNAMIC, name="app", version="1.0.0")
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    for _ in range(3):  # renewals are no events
        registered = await aqueduct.registry.Register(RegisterRequest(registration=registration))
    await told.until(VERB_UP, "backends/app")
    assert told.verbs("backends/app") == ["CONFIG_CHANGED", "ONLINE", "UP"]
    await aqueduct.registry.Deregister(DeregisterRequest(id=registered.registration.id))
    name = f"registrations/app/1.0.0/127.0.0.1/{web.port}"
    await told.until(VERB_DEREGISTERED, name)
    assert told.verbs(name) == ["REGISTERED", "DEREGISTERED"]


async def test_haproxy_that_dies_and_aqueduct_that_is_started_anew(aqueduct: Aqueduct, web: Web) -> None:
    told = Follower(aqueduct)
    await put(aqueduct, [web.port])
    started = await told.until(VERB_HA_PROXY_STARTED)
    master = await master_pid(aqueduct)
    assert started.haproxy.master_pid == master
    os.kill(master, signal.SIGKILL)
    died = await told.until(VERB_HA_PROXY_DIED)
    assert died.message == "HAProxy was killed by SIGKILL"
    await told.until(VERB_HA_PROXY_STARTED)
    assert await aqueduct.end(signal.SIGTERM) == 0
    await aqueduct.start()
    await told.until(VERB_HA_PROXY_ADOPTED)
    await told.until(VERB_STARTED)


async def test_what_is_taken_back_is_told(aqueduct: Aqueduct, free_port: int) -> None:
    told = Follower(aqueduct)
    frontend = Frontend(key="f", bind=f"127.0.0.1:{free_port}", backend="none")
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend))
    await aqueduct.end(signal.SIGTERM)
    aqueduct.end_haproxy()
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", free_port)
    await aqueduct.start()
    refused = await told.until(VERB_REFUSED, "frontends/f")
    assert "is not served" in refused.message
    server.close()
    await server.wait_closed()


async def test_a_kill_loses_nothing_that_was_told_and_states_are_told_once(
    aqueduct: Aqueduct, web: Web
) -> None:
    told = Follower(aqueduct)
    await put(aqueduct, [web.port])
    await told.until(VERB_UP, "backends/app")
    for _ in range(3):
        async with Web("another") as another:
            await put(aqueduct, [web.port, another.port])
            await told.until(VERB_UP, "backends/app", f"127.0.0.1:{another.port}")
            await aqueduct.end(signal.SIGKILL)
        await aqueduct.start()
        down = await told.until(VERB_DOWN, "backends/app", f"127.0.0.1:{another.port}")
        assert _DEAD.search(down.message)  # HAProxy knew, or found out since
    async with Web("another", another.port):
        await told.until(VERB_UP, "backends/app", f"127.0.0.1:{another.port}")
    assert [event.id for event in told.events] == list(range(1, len(told.events) + 1))
    downs = [event.member for event in told.events if event.verb == VERB_DOWN]
    assert len(downs) == len(set(downs)) == 3


async def test_the_oldest_events_go(aqueduct: Aqueduct, web: Web) -> None:
    await put(aqueduct, [web.port])
    for number in range(20):
        await put(aqueduct, [web.port], f"b{number % 2}")
        await aqueduct.backends.DeleteBackend(DeleteBackendRequest(key=f"b{number % 2}"))
    listed = await aqueduct.activity.ListActivity(ListActivityRequest())
    assert len(listed.events) == 50
    await aqueduct.end(signal.SIGTERM)
    await aqueduct.start()
    watch: Any = aqueduct.activity.ActivityWatch(ActivityWatchRequest(after_id=1))
    response = await watch.read()
    assert response.missed == response.events[0].id - 2
    watch.cancel()
