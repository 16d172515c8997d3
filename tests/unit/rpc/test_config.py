"""ConfigService, from the client's side."""

import grpc.aio

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.v1.config_pb2 import ApplyRequest, Change
from aqueduct.v1.frontend_pb2 import Frontend
from tests.refusals import refused

from .conftest import Api
from .doubles import PLAN
from .test_backends import static
from .test_frontends import frontend


async def test_changes_come_back_as_stored_in_their_order(api: Api) -> None:
    await api.config.Apply(ApplyRequest(changes=[put(static("old"))]))
    changes = [put(frontend()), put(static()), delete(Ref(Kind.BACKEND, "old"))]
    response = await api.config.Apply(ApplyRequest(changes=changes))
    web, app, old = response.changes
    snapshot = api.store.snapshot()
    assert (web.put_frontend, app.put_backend) == (snapshot.frontends["web"], snapshot.backends["app"])
    assert old.delete_backend == "old"
    assert response.revision == response.apply.revision == 2


async def test_what_is_stored_already_comes_back_too(api: Api) -> None:
    await api.config.Apply(ApplyRequest(changes=[put(static())]))
    response = await api.config.Apply(ApplyRequest(changes=[put(frontend()), put(static())]))
    assert [change.put_backend.revision for change in response.changes[1:]] == [1]


async def test_validate_only_answers_with_a_plan_and_stores_nothing(api: Api) -> None:
    response = await api.config.Apply(ApplyRequest(changes=[put(static())], validate_only=True))
    assert response.plan == PLAN
    assert api.store.snapshot().revision == 0


class TestRefusals:
    async def test_nothing_to_do(self, api: Api) -> None:
        assert list((await refused(api.config.Apply(ApplyRequest()))).fields) == ["changes"]

    async def test_fields_are_named_as_in_the_request(self, api: Api) -> None:
        changes = [
            put(static()),
            put(Frontend(key="web", bind="nonsense", backend="app")),
            Change(),
            Change(delete_backend=""),
        ]
        error = await refused(api.config.Apply(ApplyRequest(changes=changes)))
        frontend_at_fault, change, deletion = error.fields
        assert (frontend_at_fault, change) == ("changes[1].put_frontend.bind", "changes[2]")
        assert deletion.startswith("changes[3].delete_backend")
        assert api.store.snapshot().revision == 0

    async def test_a_resource_named_twice(self, api: Api) -> None:
        changes = [put(static()), delete(Ref(Kind.BACKEND, "app"))]
        error = await refused(api.config.Apply(ApplyRequest(changes=changes)))
        assert list(error.fields) == ["changes[1].delete_backend"]

    async def test_one_that_cannot_be_made_keeps_all_from_being_made(self, api: Api) -> None:
        changes = [put(static()), delete(Ref(Kind.FRONTEND, "web"))]
        error = await refused(api.config.Apply(ApplyRequest(changes=changes)))
        assert error.code is grpc.StatusCode.NOT_FOUND
        assert api.store.snapshot().revision == 0
