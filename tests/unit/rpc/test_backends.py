"""BackendService, from the client's side."""

import grpc.aio

from aqueduct.v1.backend_pb2 import (
    BACKEND_TYPE_DYNAMIC,
    BACKEND_TYPE_STATIC,
    Backend,
    DeleteBackendRequest,
    GetBackendRequest,
    ListBackendMembersRequest,
    ListBackendsRequest,
    Member,
    PutBackendRequest,
    SetBackendVersionRequest,
)
from tests.refusals import refused

from .conftest import Api
from .doubles import PLAN


def static(key: str = "app", members: int = 1) -> Backend:
    return Backend(
        key=key,
        type=BACKEND_TYPE_STATIC,
        members=[Member(host="127.0.0.1", port=8000 + count) for count in range(members)],
    )


def dynamic(key: str = "app") -> Backend:
    return Backend(key=key, type=BACKEND_TYPE_DYNAMIC, name="shop", version="1.0.0")


async def test_a_put_answers_with_what_is_stored_and_how_it_was_applied(api: Api) -> None:
    response = await api.backends.PutBackend(PutBackendRequest(backend=static()))
    assert response.backend == api.store.snapshot().backends["app"]
    assert response.backend.balance == "roundrobin"
    assert response.backend.revision == response.revision == response.apply.revision == 1


async def test_get_and_list_return_what_was_put(api: Api) -> None:
    stored = await api.backends.PutBackend(PutBackendRequest(backend=static()))
    assert (await api.backends.GetBackend(GetBackendRequest(key="app"))).backend == stored.backend
    response = await api.backends.ListBackends(ListBackendsRequest())
    assert (list(response.backends), response.next_page_token) == ([stored.backend], "")


async def test_a_delete_answers_with_what_was_there(api: Api) -> None:
    await api.backends.PutBackend(PutBackendRequest(backend=static()))
    rehearsed = await api.backends.DeleteBackend(DeleteBackendRequest(key="app", validate_only=True))
    assert (rehearsed.backend.key, rehearsed.plan) == ("app", PLAN)
    response = await api.backends.DeleteBackend(DeleteBackendRequest(key="app"))
    assert (response.backend, response.revision) == (rehearsed.backend, 2)


async def test_members_page_in_the_order_of_the_server_lines(api: Api) -> None:
    await api.backends.PutBackend(PutBackendRequest(backend=static(members=12)))
    request = ListBackendMembersRequest(key="app", page_size=10)
    first = await api.backends.ListBackendMembers(request)
    request.page_token = first.next_page_token
    rest = await api.backends.ListBackendMembers(request)
    ports = [member.port for page in (first, rest) for member in page.members]
    assert ports == list(range(8000, 8012))
    assert rest.next_page_token == ""


async def test_a_version_is_set_and_the_name_kept(api: Api) -> None:
    await api.backends.PutBackend(PutBackendRequest(backend=dynamic()))
    response = await api.backends.SetBackendVersion(SetBackendVersionRequest(key="app", version="2.0.0"))
    assert (response.backend.name, response.backend.version) == ("shop", "2.0.0")
    assert response.backend.revision == response.revision == response.apply.revision == 2
    request = SetBackendVersionRequest(key="app", version="3.0.0", name="store", expected_revision=2)
    assert (await api.backends.SetBackendVersion(request)).backend.name == "store"


class TestRefusals:
    async def test_a_key_that_is_not_there(self, api: Api) -> None:
        for call in (
            api.backends.GetBackend(GetBackendRequest(key="app")),
            api.backends.DeleteBackend(DeleteBackendRequest(key="app")),
            api.backends.ListBackendMembers(ListBackendMembersRequest(key="app")),
            api.backends.SetBackendVersion(SetBackendVersionRequest(key="app", version="1")),
        ):
            assert (await refused(call)).code is grpc.StatusCode.NOT_FOUND

    async def test_no_key(self, api: Api) -> None:
        for call in (
            api.backends.GetBackend(GetBackendRequest()),
            api.backends.DeleteBackend(DeleteBackendRequest()),
            api.backends.ListBackendMembers(ListBackendMembersRequest()),
            api.backends.SetBackendVersion(SetBackendVersionRequest(version="1")),
        ):
            assert list((await refused(call)).fields) == ["key"]

    async def test_no_backend(self, api: Api) -> None:
        assert list((await refused(api.backends.PutBackend(PutBackendRequest()))).fields) == ["backend"]

    async def test_fields_are_named_as_in_the_request(self, api: Api) -> None:
        wrong = static()
        wrong.members[0].port = 70_000
        error = await refused(api.backends.PutBackend(PutBackendRequest(backend=wrong)))
        assert list(error.fields) == ["backend.members[0].port"]

    async def test_no_version(self, api: Api) -> None:
        await api.backends.PutBackend(PutBackendRequest(backend=dynamic()))
        error = await refused(api.backends.SetBackendVersion(SetBackendVersionRequest(key="app")))
        assert list(error.fields) == ["version"]

    async def test_a_version_of_a_static_backend(self, api: Api) -> None:
        await api.backends.PutBackend(PutBackendRequest(backend=static()))
        request = SetBackendVersionRequest(key="app", version="1")
        error = await refused(api.backends.SetBackendVersion(request))
        assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "STATIC_BACKEND")

    async def test_another_revision(self, api: Api) -> None:
        await api.backends.PutBackend(PutBackendRequest(backend=static()))
        error = await refused(
            api.backends.DeleteBackend(DeleteBackendRequest(key="app", expected_revision=9))
        )
        assert error.code is grpc.StatusCode.ABORTED
