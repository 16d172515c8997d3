"""Writes that were refused, as the activity of a running Aqueduct tells them: each once, and not too many."""

import resource
import socket
from collections.abc import Sequence
from typing import Any

from aqueduct.demo.processes import Aqueduct
from aqueduct.model.sparing import AT_ONCE
from aqueduct.v1.activity_pb2 import VERB_CONFIG_CHANGED, VERB_REFUSED, ActivityWatchRequest, Event
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    DeleteBackendRequest,
    Member,
    PutBackendRequest,
    SetBackendVersionRequest,
)
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import ApplyRequest, Change, RestoreRevisionRequest
from aqueduct.v1.frontend_pb2 import Frontend, PutFrontendRequest
from aqueduct.v1.haproxy_pb2 import GetHAProxyInfoRequest
from aqueduct.v1.history_pb2 import REVISION_CAUSE_UNDO
from aqueduct.v1.registry_pb2 import RegisterRequest, Registration
from tests.integration.numbered import Numbered
from tests.refusals import refused

ANN = Annotation(author="ann", message="why not")


def static(key: str, *natives: str, members: Sequence[Member] = ()) -> Backend:
    return Backend(key=key, type=BACKEND_TYPE_STATIC, natives=natives, members=members)


async def put(aqueduct: Aqueduct, backend: Backend, *, validate_only: bool = False) -> int:
    request = PutBackendRequest(backend=backend, annotation=ANN, validate_only=validate_only)
    return (await aqueduct.backends.PutBackend(request)).revision


async def happened(aqueduct: Aqueduct) -> list[Event]:
    """Return all events so far: those before that of a write that is made now."""
    last = await put(aqueduct, static("last"))
    watch: Any = aqueduct.activity.ActivityWatch(ActivityWatchRequest(after_id=0))
    events: list[Event] = []
    while not any(event.config.revision.revision == last for event in events):
        events += (await watch.read()).events
    watch.cancel()
    await aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="last"))
    return events


async def refusals(aqueduct: Aqueduct) -> list[Event]:
    return [event for event in await happened(aqueduct) if event.verb == VERB_REFUSED]


async def test_a_put_in_haproxys_words(aqueduct: Aqueduct) -> None:
    error = await refused(put(aqueduct, static("app", "bogus-keyword x")))
    (event,) = await refusals(aqueduct)
    assert event.resource == "backends/app"
    assert event.message.startswith("a write of backends/app by ann was refused: natives[0]: ")
    assert "unknown keyword 'bogus-keyword'" in event.refusal.message
    assert event.refusal.message in error.fields["backend.natives[0]"]
    assert (event.refusal.resource, event.refusal.field) == ("backends/app", "natives[0]")
    assert event.refusal.write.annotation == ANN


async def test_an_apply_with_all_its_resources_and_the_one_at_fault(aqueduct: Aqueduct) -> None:
    changes = [Change(put_backend=static("fine")), Change(put_backend=static("app", "bogus-keyword x"))]
    await refused(aqueduct.config.Apply(ApplyRequest(changes=changes, annotation=ANN)))
    (event,) = await refusals(aqueduct)
    start = "a write of backends/fine, backends/app by ann was refused: backends/app: natives[0]: "
    assert event.message.startswith(start)
    assert event.resource == "backends/app"
    assert list(event.refusal.write.resources) == ["backends/fine", "backends/app"]


async def test_a_delete_and_a_restore(aqueduct: Aqueduct, free_port: int) -> None:
    before = await put(aqueduct, static("fine"))
    await put(aqueduct, static("table", "stick-table type ip size 1k"))
    tracks = "http-request track-sc0 src table table"
    user = Frontend(key="user", bind=f"127.0.0.1:{free_port}", backend="table", natives=[tracks])
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=user))
    await refused(aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="table", annotation=ANN)))
    restore = RestoreRevisionRequest(revision=before, resources=["backends/table"], annotation=ANN)
    restore.annotation.author = "bob"
    await refused(aqueduct.config.RestoreRevision(restore))
    told = await refusals(aqueduct)
    assert [event.resource for event in told] == ["backends/table"] * 2
    for event, author in zip(told, ("ann", "bob"), strict=True):
        assert event.message.startswith(
            f"a write of backends/table by {author} was refused: frontends/user: "
        )
        assert "table" in event.refusal.message


async def test_a_switch(aqueduct: Aqueduct) -> None:
    for version, port in (("1", 1), ("2", 2)):
        registration = Registration(name="app", version=version, host="127.0.0.1", port=port)
        await aqueduct.registry.Register(RegisterRequest(registration=registration))
    await put(aqueduct, Backend(key="app", type=BACKEND_TYPE_DYNAMIC, name="app", version="1"))
    await put(aqueduct, static("tracker", "server x 127.0.0.1:9 track app/app_127.0.0.1:1"))
    switch = SetBackendVersionRequest(key="app", version="2", annotation=ANN)
    await refused(aqueduct.backends.SetBackendVersion(switch))
    (event,) = await refusals(aqueduct)
    assert event.resource == "backends/app"
    assert event.message.startswith("a write of backends/app by ann was refused: ")


async def test_an_address_that_another_program_has(aqueduct: Aqueduct) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        frontend = Frontend(key="f", bind=f"127.0.0.1:{taken.getsockname()[1]}", backend="none")
        await refused(aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend)))
    (event,) = await refusals(aqueduct)
    assert event.resource == "frontends/f"
    assert event.message.startswith("a write of frontends/f was refused: bind: ")
    assert event.message.endswith("in use by another program")


async def test_what_the_reload_refuses_once_it_is_stored(aqueduct: Aqueduct) -> None:
    await Numbered.on(aqueduct).put(1)
    info = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    limit = int(info.fields["Ulimit-n"]) + 20
    resource.prlimit(info.master_pid, resource.RLIMIT_NOFILE, (limit, limit))
    members = [Member(host="127.0.0.1", port=number) for number in range(1, 101)]
    await refused(put(aqueduct, static("large", members=members)))
    events = await happened(aqueduct)
    (event,) = (event for event in events if event.verb == VERB_REFUSED)
    stored, undone = [
        event.config.revision
        for event in events
        if event.verb == VERB_CONFIG_CHANGED and event.resource == "backends/large"
    ]
    assert undone.cause == REVISION_CAUSE_UNDO
    start = f"revision {stored.revision}, a write of backends/large by ann, was refused: "
    assert event.message.startswith(start)
    assert "limit" in event.refusal.message
    assert event.refusal.write.revision == stored.revision


async def test_what_never_reached_haproxy_is_no_event(aqueduct: Aqueduct) -> None:
    await refused(put(aqueduct, static("a b")))
    await refused(put(aqueduct, static("app", "two\nlines")))
    await refused(aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="nope")))
    stale = PutBackendRequest(backend=static("app", "bogus-keyword x"), expected_revision=77)
    await refused(aqueduct.backends.PutBackend(stale))
    await refused(put(aqueduct, static("app", "bogus-keyword x"), validate_only=True))
    assert await refusals(aqueduct) == []


async def test_a_client_that_fails_again_and_again_leaves_room(aqueduct: Aqueduct) -> None:
    for number in range(AT_ONCE + 10):
        for _ in range(2):  # the same twice
            await refused(put(aqueduct, static("app", f"bogus-{number} x")))
    told = await refusals(aqueduct)
    assert len(told) == AT_ONCE
    assert [event.refusal.write.left_out for event in told] == [0] + [1] * (AT_ONCE - 1)
    assert told[-1].message.endswith("; left out before: 1")
