"""Bad input is refused with the field at fault, nothing of it is stored, and nobody else notices."""

import asyncio
import socket

import grpc
from google.rpc.error_details_pb2 import ErrorInfo, PreconditionFailure, ResourceInfo

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.apply_pb2 import APPLY_KIND_NOTHING, APPLY_KIND_RELOAD
from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    DeleteBackendRequest,
    GetBackendRequest,
    ListBackendsRequest,
    Member,
    PutBackendRequest,
    SetBackendVersionRequest,
)
from aqueduct.v1.common_pb2 import MODE_TCP
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.frontend_pb2 import (
    RULE_OPERATION_PATH_BEG,
    RULE_OPERATION_PATH_REG,
    DeleteFrontendRequest,
    Frontend,
    ListFrontendsRequest,
    PutFrontendRequest,
    Rule,
    RuleOperation,
)
from aqueduct.v1.haproxy_pb2 import GetHAProxyConfigRequest, GetHAProxyInfoRequest, GetStatusRequest
from tests.integration.numbered import Numbered
from tests.load import Load
from tests.refusals import refused

UNKNOWN: RuleOperation = 99  # type: ignore[assignment] # as a newer client may send it
INVALID = grpc.StatusCode.INVALID_ARGUMENT


def _frontend(**fields: object) -> Frontend:
    defaults: dict[str, object] = {"key": "web", "bind": "127.0.0.1:9", "backend": "live"}
    return Frontend(**(defaults | fields))  # type: ignore[arg-type]


def _backend(**fields: object) -> Backend:
    defaults: dict[str, object] = {"key": "live", "type": BACKEND_TYPE_STATIC}
    return Backend(**(defaults | fields))  # type: ignore[arg-type]


FRONTENDS = [
    (_frontend(key="a b"), "frontend.key"),
    (_frontend(key="a/b"), "frontend.key"),
    (_frontend(key=""), "frontend.key"),
    (_frontend(mode=7), "frontend.mode"),
    (_frontend(keepalive=9), "frontend.keepalive"),
    (_frontend(bind=""), "frontend.bind"),
    (_frontend(bind="127.0.0.1"), "frontend.bind"),
    (_frontend(bind="127.0.0.1:70000"), "frontend.bind"),
    (_frontend(bind="127.0.0.1:80\n    http-request deny"), "frontend.bind"),
    (_frontend(bind="127.0.0.1:80 nonsense"), "frontend.bind"),
    (_frontend(backend=""), "frontend.backend"),
    (_frontend(natives=["maxconn 1\n    http-request deny"]), "frontend.natives[0]"),
    (_frontend(natives=["maxconn 1", "backend evil"]), "frontend.natives[1]"),
    (_frontend(natives=["maxconn 1", "no-such-keyword at all"]), "frontend.natives[1]"),
    (_frontend(rules=[Rule(operation=UNKNOWN, backend="b", value="x")]), "frontend.rules[0].operation"),
    (_frontend(rules=[Rule(operation=RULE_OPERATION_PATH_BEG, backend="b")]), "frontend.rules[0].value"),
    (
        _frontend(rules=[Rule(operation=RULE_OPERATION_PATH_BEG, backend="b", value="a\nb")]),
        "frontend.rules[0].value",
    ),
    (_frontend(rules=[Rule(operation=RULE_OPERATION_PATH_REG, backend="b", value="(")]), "frontend.rules[0]"),
]
BACKENDS = [
    (_backend(type=0), "backend.type"),
    (_backend(key="a{b"), "backend.key"),
    (_backend(balance="whatever"), "backend.balance"),
    (_backend(host=""), "backend.host"),
    (_backend(version="1.0.0"), "backend.version"),
    (_backend(members=[Member(host="127.0.0.1", port=70000)]), "backend.members[0].port"),
    (_backend(members=[Member(host="127.0.0.1")]), "backend.members[0].port"),
    (_backend(members=[Member(host="a b", port=1)]), "backend.members[0].host"),
    (_backend(members=[Member(host="h", port=1, weight=257)]), "backend.members[0].weight"),
    (_backend(members=[Member(host="h", port=1), Member(host="h", port=1)]), "backend.members[1]"),
    (_backend(natives=["server x 127.0.0.1:99999999"]), "backend.natives[0]"),
]


async def test_each_bad_field_is_named_and_nothing_is_stored(aqueduct: Aqueduct) -> None:
    before = await aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest())
    for frontend, field in FRONTENDS:
        error = await refused(aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend)))
        assert error.code is INVALID, (frontend, error)
        assert any(found.startswith(field) for found in error.fields), (frontend, error.fields)
    for backend, field in BACKENDS:
        error = await refused(aqueduct.backends.PutBackend(PutBackendRequest(backend=backend)))
        assert error.code is INVALID, (backend, error)
        assert any(found.startswith(field) for found in error.fields), (backend, error.fields)
    assert not (await aqueduct.frontends.ListFrontends(ListFrontendsRequest())).frontends
    assert not (await aqueduct.backends.ListBackends(ListBackendsRequest())).backends
    assert await aqueduct.haproxy.GetHAProxyConfig(GetHAProxyConfigRequest()) == before


async def test_a_native_is_refused_in_haproxys_own_words(aqueduct: Aqueduct, free_port: int) -> None:
    frontend = _frontend(bind=f"127.0.0.1:{free_port}", natives=["bogus-keyword x"])
    error = await refused(aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=frontend)))
    assert error.code is INVALID
    assert list(error.fields) == ["frontend.natives[0]"]
    assert "unknown keyword 'bogus-keyword' in 'frontend' section" in error.fields["frontend.natives[0]"]


async def test_the_wrong_revision_is_answered_with_the_current_one(aqueduct: Aqueduct) -> None:
    put = PutBackendRequest(backend=_backend())
    revision = (await aqueduct.backends.PutBackend(put)).revision
    put.expected_revision = 0
    put.backend.balance = "leastconn"
    error = await refused(aqueduct.backends.PutBackend(put))
    assert error.code is grpc.StatusCode.ABORTED
    info = error.details[ErrorInfo]
    assert isinstance(info, ErrorInfo)
    assert dict(info.metadata) == {"expected_revision": "0", "current_revision": str(revision)}
    put.expected_revision = revision
    response = await aqueduct.backends.PutBackend(put)
    assert response.revision == response.backend.revision == revision + 1


async def test_what_is_not_there_is_not_found(aqueduct: Aqueduct) -> None:
    for call in (
        aqueduct.backends.GetBackend(GetBackendRequest(key="nope")),
        aqueduct.backends.DeleteBackend(DeleteBackendRequest(key="nope")),
        aqueduct.backends.SetBackendVersion(SetBackendVersionRequest(key="nope", version="1")),
    ):
        error = await refused(call)
        assert error.code is grpc.StatusCode.NOT_FOUND
        resource = error.details[ResourceInfo]
        assert isinstance(resource, ResourceInfo)
        assert resource.resource_name == "backends/nope"


async def test_an_address_of_another_program_is_refused_and_no_listener_stalls(
    aqueduct: Aqueduct, free_port: int
) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    before = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    async with Load(numbered.port, connections=8, keep_alive=None) as load:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            bind = f"127.0.0.1:{free_port},127.0.0.1:{taken.getsockname()[1]}"
            error = await refused(
                aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=_frontend(bind=bind)))
            )
    assert error.code is grpc.StatusCode.FAILED_PRECONDITION
    failure = error.details[PreconditionFailure]
    assert isinstance(failure, PreconditionFailure)
    assert failure.violations[0].subject == "frontends/web"
    assert "in use" in failure.violations[0].description
    assert load.failures == []
    # A reload that cannot bind would stall the listeners for seconds: none was tried.
    after = (await aqueduct.haproxy.GetHAProxyInfo(GetHAProxyInfoRequest())).info
    assert after.worker_pid == before.worker_pid


async def test_modes_that_do_not_fit_and_shared_addresses_are_refused(
    aqueduct: Aqueduct, free_port: int
) -> None:
    bind = f"127.0.0.1:{free_port}"
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=_backend(mode=MODE_TCP)))
    put = PutFrontendRequest(frontend=_frontend(bind=bind))
    error = await refused(aqueduct.frontends.PutFrontend(put))
    assert (error.code, list(error.fields)) == (INVALID, ["frontend.backend"])
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=_frontend(bind=bind, mode=MODE_TCP)))
    error = await refused(aqueduct.backends.PutBackend(PutBackendRequest(backend=_backend())))
    assert (error.code, list(error.fields)) == (INVALID, ["backend.mode"])
    other = _frontend(key="other", bind=bind, mode=MODE_TCP)
    error = await refused(aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=other)))
    assert (error.code, list(error.fields)) == (INVALID, ["frontend.bind"])


async def test_apply_is_all_or_nothing(aqueduct: Aqueduct, free_port: int) -> None:
    good = Change(put_backend=_backend())
    bad = Change(put_frontend=_frontend(bind=f"127.0.0.1:{free_port}", natives=["bogus"]))
    error = await refused(aqueduct.config.Apply(ApplyRequest(changes=[good, bad])))
    assert list(error.fields) == ["changes[1].put_frontend.natives[0]"]
    assert not (await aqueduct.backends.ListBackends(ListBackendsRequest())).backends

    bad.put_frontend.ClearField("natives")
    plan = (await aqueduct.config.Apply(ApplyRequest(changes=[good, bad], validate_only=True))).plan
    assert plan.kind == APPLY_KIND_RELOAD
    assert "+frontend web" in plan.config_diff
    assert "+backend live" in plan.config_diff
    assert not (await aqueduct.backends.ListBackends(ListBackendsRequest())).backends

    response = await aqueduct.config.Apply(ApplyRequest(changes=[good, bad]))
    assert {change.put_backend.revision or change.put_frontend.revision for change in response.changes} == {
        response.revision
    }
    again = await aqueduct.config.Apply(ApplyRequest(changes=[good, bad]))
    assert (again.apply.kind, again.revision) == (APPLY_KIND_NOTHING, response.revision)


async def test_one_bad_change_among_many_harms_only_itself(aqueduct: Aqueduct) -> None:
    def put(number: int) -> PutBackendRequest:
        natives = ["bogus"] if number == 7 else []
        return PutBackendRequest(backend=_backend(key=f"b{number}", natives=natives))

    calls = [aqueduct.backends.PutBackend(put(number)) for number in range(20)]
    results = await asyncio.gather(*map(_result, calls))
    assert [number for number, result in enumerate(results) if isinstance(result, Exception)] == [7]
    backends = (await aqueduct.backends.ListBackends(ListBackendsRequest())).backends
    assert {backend.key for backend in backends} == {f"b{n}" for n in range(20) if n != 7}


async def _result(call: object) -> object:
    try:
        return await call  # type: ignore[misc]
    except grpc.aio.AioRpcError as error:
        return error


async def test_a_route_without_a_backend_serves_503_and_the_status_says_so(
    aqueduct: Aqueduct, free_port: int
) -> None:
    await aqueduct.frontends.PutFrontend(
        PutFrontendRequest(frontend=_frontend(bind=f"127.0.0.1:{free_port}"))
    )
    async with Load(free_port, connections=1, keep_alive=False) as load:
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
    assert list(status.missing_backends) == ["live"]
    assert {failure.what for failure in load.failures} <= {"status 503"}
    await aqueduct.frontends.DeleteFrontend(DeleteFrontendRequest(key="web"))
    status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
    assert not status.missing_backends


async def test_the_version_of_a_dynamic_backend_is_set(aqueduct: Aqueduct) -> None:
    dynamic = _backend(type=BACKEND_TYPE_DYNAMIC, name="app", version="1.0.0")
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=dynamic))
    request = SetBackendVersionRequest(key="live", version="2.0.0")
    backend = (await aqueduct.backends.SetBackendVersion(request)).backend
    assert (backend.name, backend.version) == ("app", "2.0.0")
    await aqueduct.backends.PutBackend(PutBackendRequest(backend=_backend(key="fixed")))
    error = await refused(
        aqueduct.backends.SetBackendVersion(SetBackendVersionRequest(key="fixed", version="2"))
    )
    assert error.code is grpc.StatusCode.FAILED_PRECONDITION


async def test_what_others_mention_is_refused_before_it_is_stored(aqueduct: Aqueduct, free_port: int) -> None:
    """Raw lines of others may depend on a member, a table or an id: a reload is no place to find out."""
    members = [Member(host="127.0.0.1", port=3), Member(host="127.0.0.1", port=4)]
    track = "server x 127.0.0.1:9 track live/live_127.0.0.1:4"
    stored = (
        _backend(members=members),
        _backend(key="tracker", natives=[track]),
        _backend(key="table", natives=["stick-table type ip size 1k"]),
        _backend(key="numbered", natives=["id 777"]),
    )
    for backend in stored:
        await aqueduct.backends.PutBackend(PutBackendRequest(backend=backend))
    user = _frontend(bind=f"127.0.0.1:{free_port}", natives=["http-request track-sc0 src table table"])
    await aqueduct.frontends.PutFrontend(PutFrontendRequest(frontend=user))
    before = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status.stored_revision

    for backend in (
        _backend(members=members[:1]),
        _backend(key="table"),
        _backend(key="other", natives=["id 777"]),
    ):
        error = await refused(aqueduct.backends.PutBackend(PutBackendRequest(backend=backend)))
        assert error.code is INVALID, backend
    status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
    assert status.stored_revision == status.applied_revision == before
