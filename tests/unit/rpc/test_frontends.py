"""FrontendService, from the client's side."""

import asyncio

import grpc.aio
import pytest

from aqueduct.errors import Exhausted, RejectedByHAProxy, Violation
from aqueduct.v1.apply_pb2 import APPLY_KIND_RELOAD, WAIT_FOR_COMMIT
from aqueduct.v1.common_pb2 import MODE_HTTP
from aqueduct.v1.frontend_pb2 import (
    RULE_OPERATION_PATH_BEG,
    DeleteFrontendRequest,
    Frontend,
    GetFrontendRequest,
    ListFrontendsRequest,
    PutFrontendRequest,
    Rule,
)
from tests.refusals import refused

from .conftest import Api
from .doubles import PLAN


def frontend(key: str = "web", bind: str = "127.0.0.1:8080") -> Frontend:
    return Frontend(key=key, bind=bind, backend="app")


async def put(api: Api, key: str) -> None:
    await api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend(key)))


async def test_a_put_answers_with_what_is_stored_and_how_it_was_applied(api: Api) -> None:
    response = await api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend()))
    assert response.frontend == api.store.snapshot().frontends["web"]
    assert response.frontend.mode == MODE_HTTP
    assert response.frontend.revision == response.revision == response.apply.revision == 1
    assert response.apply.kind == APPLY_KIND_RELOAD
    assert not response.HasField("plan")


async def test_get_returns_what_was_put(api: Api) -> None:
    stored = await api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend()))
    response = await api.frontends.GetFrontend(GetFrontendRequest(key="web"))
    assert response.frontend == stored.frontend


async def test_lists_page_by_key(api: Api) -> None:
    for key in "cab":
        await put(api, key)
    first = await api.frontends.ListFrontends(ListFrontendsRequest(page_size=2))
    assert [found.key for found in first.frontends] == ["a", "b"]
    rest = await api.frontends.ListFrontends(ListFrontendsRequest(page_token=first.next_page_token))
    assert ([found.key for found in rest.frontends], rest.next_page_token) == (["c"], "")


async def test_a_delete_answers_with_what_was_there(api: Api) -> None:
    await put(api, "web")
    response = await api.frontends.DeleteFrontend(DeleteFrontendRequest(key="web", expected_revision=1))
    assert (response.frontend.key, response.revision, response.apply.revision) == ("web", 2, 2)
    assert not api.store.snapshot().frontends


async def test_validate_only_answers_with_a_plan_and_stores_nothing(api: Api) -> None:
    response = await api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend(), validate_only=True))
    assert (response.plan, response.frontend.key) == (PLAN, "web")
    assert not response.HasField("apply")
    assert api.store.snapshot().revision == 0


async def test_a_put_answers_when_it_is_served(api: Api) -> None:
    api.admission.served.clear()
    call = asyncio.ensure_future(api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend())))
    await api.admission.submitted.wait()
    assert not call.done()
    api.admission.served.set()
    assert (await call).apply.revision == 1


async def test_wait_for_commit_does_not_wait_for_the_apply(api: Api) -> None:
    api.admission.served.clear()
    response = await api.frontends.PutFrontend(
        PutFrontendRequest(frontend=frontend(), wait_for=WAIT_FOR_COMMIT)
    )
    assert response.revision == 1
    assert not response.HasField("apply")
    api.admission.served.set()


class TestRefusals:
    async def test_a_key_that_is_not_there(self, api: Api) -> None:
        for call in (
            api.frontends.GetFrontend(GetFrontendRequest(key="web")),
            api.frontends.DeleteFrontend(DeleteFrontendRequest(key="web")),
        ):
            assert (await refused(call)).code is grpc.StatusCode.NOT_FOUND

    async def test_no_key(self, api: Api) -> None:
        for call in (
            api.frontends.GetFrontend(GetFrontendRequest()),
            api.frontends.DeleteFrontend(DeleteFrontendRequest()),
        ):
            assert list((await refused(call)).fields) == ["key"]

    async def test_no_frontend(self, api: Api) -> None:
        error = await refused(api.frontends.PutFrontend(PutFrontendRequest()))
        assert (error.code, list(error.fields)) == (grpc.StatusCode.INVALID_ARGUMENT, ["frontend"])

    async def test_fields_are_named_as_in_the_request(self, api: Api) -> None:
        wrong = frontend(key="no spaces")
        wrong.rules.append(Rule(operation=RULE_OPERATION_PATH_BEG, value="a\nb", backend="app"))
        error = await refused(api.frontends.PutFrontend(PutFrontendRequest(frontend=wrong)))
        assert set(error.fields) >= {"frontend.key", "frontend.rules[0].value"}

    async def test_a_wait_for_that_there_is_not(self, api: Api) -> None:
        request = PutFrontendRequest.FromString(
            PutFrontendRequest(frontend=frontend()).SerializeToString() + bytes([4 << 3, 9])
        )
        error = await refused(api.frontends.PutFrontend(request))
        assert (error.code, list(error.fields)) == (grpc.StatusCode.INVALID_ARGUMENT, ["wait_for"])

    @pytest.mark.parametrize("expected", [0, 5])
    async def test_another_revision(self, api: Api, expected: int) -> None:
        await put(api, "web")
        changed = frontend(bind="127.0.0.1:8081")
        request = PutFrontendRequest(frontend=changed, expected_revision=expected)
        error = await refused(api.frontends.PutFrontend(request))
        assert (error.code, error.reason) == (grpc.StatusCode.ABORTED, "REVISION_MISMATCH")

    async def test_a_page_token_not_of_ours(self, api: Api) -> None:
        error = await refused(api.frontends.ListFrontends(ListFrontendsRequest(page_token="?")))  # noqa: S106 # no secret
        assert list(error.fields) == ["page_token"]

    async def test_what_the_service_refuses(self, api: Api) -> None:
        api.admission.failures += [
            RejectedByHAProxy([Violation("frontend.natives[0]", "unknown keyword 'x'")]),
            Exhausted("DISK_FULL", "no room"),
        ]
        request = PutFrontendRequest(frontend=frontend())
        rejected = await refused(api.frontends.PutFrontend(request))
        assert (rejected.reason, list(rejected.fields)) == ("REJECTED_BY_HAPROXY", ["frontend.natives[0]"])
        full = await refused(api.frontends.PutFrontend(request))
        assert (full.code, full.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "DISK_FULL")
