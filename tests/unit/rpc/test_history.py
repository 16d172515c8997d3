"""The history and the configuration as a document, from the client's side."""

import grpc
import pytest

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.v1.backend_pb2 import Backend, DeleteBackendRequest, PutBackendRequest
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import (
    IMPORT_MODE_REPLACE,
    ApplyRequest,
    CompactRequest,
    DiffRevisionsRequest,
    ExportRequest,
    GetRevisionRequest,
    ImportRequest,
    ListRevisionsRequest,
    RestoreRevisionRequest,
)
from aqueduct.v1.frontend_pb2 import PutFrontendRequest
from aqueduct.v1.history_pb2 import (
    REVISION_CAUSE_CALL,
    REVISION_CAUSE_IMPORT,
    REVISION_CAUSE_RESTORE,
    Configuration,
    Revision,
)
from tests.refusals import refused

from .conftest import Api
from .doubles import PLAN
from .test_backends import static
from .test_frontends import frontend


async def _put(api: Api, backend: Backend, **annotation: str) -> int:
    request = PutBackendRequest(backend=backend, annotation=Annotation(**annotation))
    return (await api.backends.PutBackend(request)).revision


async def _three(api: Api) -> None:
    """Make three revisions: app, app with another balance, and a frontend beside it."""
    await _put(api, static(), author="ann", message="first\nof all")
    changed = static()
    changed.balance = "leastconn"
    await _put(api, changed)
    await api.frontends.PutFrontend(PutFrontendRequest(frontend=frontend()))


async def _listed(api: Api, **fields: object) -> list[Revision]:
    response = await api.config.ListRevisions(ListRevisionsRequest(**fields))  # type: ignore[arg-type] # some of its fields
    return list(response.revisions)


class TestList:
    async def test_the_newest_comes_first_without_what_resources_were(self, api: Api) -> None:
        await _three(api)
        revisions = await _listed(api)
        assert [revision.revision for revision in revisions] == [3, 2, 1]
        assert [change.resource for change in revisions[0].changes] == ["frontends/web"]
        assert not revisions[0].changes[0].HasField("after")
        assert revisions[2].annotation == Annotation(author="ann", message="first\nof all")
        assert revisions[2].cause == REVISION_CAUSE_CALL
        assert revisions[2].HasField("create_time")

    async def test_pages_follow_each_other_whatever_happens_meanwhile(self, api: Api) -> None:
        await _three(api)
        first = await api.config.ListRevisions(ListRevisionsRequest(page_size=2))
        await api.backends.DeleteBackend(DeleteBackendRequest(key="app"))
        second = await api.config.ListRevisions(
            ListRevisionsRequest(page_size=2, page_token=first.next_page_token)
        )
        assert [each.revision for each in (*first.revisions, *second.revisions)] == [3, 2, 1]
        assert not second.next_page_token

    async def test_of_one_resource(self, api: Api) -> None:
        await _three(api)
        assert [each.revision for each in await _listed(api, resource="backends/app")] == [2, 1]
        assert await _listed(api, resource="backends/none") == []

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"resource": "app"}, "resource"),
            ({"page_size": -1}, "page_size"),
            ({"page_token": "?"}, "page_token"),
            ({"page_token": "bm9uZQ=="}, "page_token"),
        ],
    )
    async def test_what_is_wrong_is_told(self, api: Api, fields: dict[str, object], field: str) -> None:
        error = await refused(api.config.ListRevisions(ListRevisionsRequest(**fields)))  # type: ignore[arg-type] # wrong ones too
        assert (error.code, list(error.fields)) == (grpc.StatusCode.INVALID_ARGUMENT, [field])


class TestGet:
    async def test_it_tells_what_changed(self, api: Api) -> None:
        await _three(api)
        revision = (await api.config.GetRevision(GetRevisionRequest(revision=2))).revision
        (change,) = revision.changes
        assert change.resource == "backends/app"
        assert (change.before.backend.balance, change.after.backend.balance) == ("roundrobin", "leastconn")

    @pytest.mark.parametrize("number", [-1, 0, 4])
    async def test_one_that_there_is_not(self, api: Api, number: int) -> None:
        await _three(api)
        error = await refused(api.config.GetRevision(GetRevisionRequest(revision=number)))
        assert error.code is grpc.StatusCode.NOT_FOUND
        assert f"revision {number} not found" in error.message


class TestDiff:
    async def test_it_tells_resources_and_rendered_text(self, api: Api) -> None:
        await _three(api)
        diff = await api.config.DiffRevisions(DiffRevisionsRequest(from_revision=1))
        assert [change.resource for change in diff.changes] == ["frontends/web", "backends/app"]
        assert "+    balance leastconn" in diff.config_diff
        assert "revision 3/frontend web" in diff.config_diff
        assert "\n global" not in diff.config_diff

    async def test_back_and_of_some_resources(self, api: Api) -> None:
        await _three(api)
        request = DiffRevisionsRequest(from_revision=3, to_revision=1, resources=["backends/app"])
        diff = await api.config.DiffRevisions(request)
        assert [change.resource for change in diff.changes] == ["backends/app"]
        assert "+    balance roundrobin" in diff.config_diff

    async def test_nothing(self, api: Api) -> None:
        await _three(api)
        diff = await api.config.DiffRevisions(DiffRevisionsRequest(from_revision=3))
        assert (list(diff.changes), diff.config_diff) == ([], "")

    async def test_history_that_is_forgotten(self, api: Api) -> None:
        await _three(api)
        assert (await api.config.Compact(CompactRequest(keep=1))).forgotten == 2
        error = await refused(api.config.DiffRevisions(DiffRevisionsRequest(from_revision=1)))
        assert error.code is grpc.StatusCode.NOT_FOUND
        assert "goes back to 2" in error.message
        diff = await api.config.DiffRevisions(DiffRevisionsRequest(from_revision=2))
        assert [change.resource for change in diff.changes] == ["frontends/web"]

    async def test_a_revision_that_is_yet_to_come(self, api: Api) -> None:
        error = await refused(api.config.DiffRevisions(DiffRevisionsRequest(from_revision=1)))
        assert error.code is grpc.StatusCode.NOT_FOUND


class TestRestore:
    async def test_all_becomes_what_it_was(self, api: Api) -> None:
        await _three(api)
        note = Annotation(author="bob", message="back")
        response = await api.config.RestoreRevision(RestoreRevisionRequest(revision=1, annotation=note))
        assert response.revision == response.apply.revision == 4
        assert response.changes[0].delete_frontend == "web"
        assert response.changes[1].put_backend.balance == "roundrobin"
        snapshot = api.store.snapshot()
        assert not snapshot.frontends
        assert snapshot.backends["app"].balance == "roundrobin"
        newest = (await _listed(api))[0]
        assert (newest.cause, newest.restored_revision) == (REVISION_CAUSE_RESTORE, 1)
        assert newest.annotation == note

    async def test_some_of_it(self, api: Api) -> None:
        await _three(api)
        await api.config.RestoreRevision(RestoreRevisionRequest(revision=1, resources=["backends/app"]))
        snapshot = api.store.snapshot()
        assert set(snapshot.frontends) == {"web"}
        assert snapshot.backends["app"].balance == "roundrobin"

    async def test_what_is_so_already_makes_no_revision(self, api: Api) -> None:
        await _three(api)
        response = await api.config.RestoreRevision(RestoreRevisionRequest(revision=3))
        assert (response.revision, list(response.changes)) == (3, [])

    async def test_a_plan_first(self, api: Api) -> None:
        await _three(api)
        response = await api.config.RestoreRevision(RestoreRevisionRequest(revision=0, validate_only=True))
        assert response.plan == PLAN
        assert [change.WhichOneof("change") for change in response.changes] == [
            "delete_frontend",
            "delete_backend",
        ]
        assert api.store.snapshot().revision == 3

    async def test_nothing_is_done_where_what_is_meant_was_changed_since(self, api: Api) -> None:
        await _three(api)
        for resources in ([], ["frontends/web"]):
            request = RestoreRevisionRequest(revision=1, resources=resources, expected_revision=2)
            error = await refused(api.config.RestoreRevision(request))
            assert error.code is grpc.StatusCode.ABORTED
        assert api.store.snapshot().revision == 3
        request = RestoreRevisionRequest(revision=1, resources=["backends/app"], expected_revision=2)
        assert (await api.config.RestoreRevision(request)).revision == 4

    @pytest.mark.parametrize("number", [-1, 9])
    async def test_a_revision_that_there_is_not(self, api: Api, number: int) -> None:
        error = await refused(api.config.RestoreRevision(RestoreRevisionRequest(revision=number)))
        assert error.code is grpc.StatusCode.NOT_FOUND


class TestDocument:
    async def test_an_export_imports_as_it_is(self, api: Api) -> None:
        await _three(api)
        exported = await api.config.Export(ExportRequest())
        assert exported.revision == 3
        imported = await api.config.Import(
            ImportRequest(configuration=exported.configuration, mode=IMPORT_MODE_REPLACE)
        )
        assert (imported.revision, list(imported.changes)) == (3, [])

    async def test_some_of_it(self, api: Api) -> None:
        await _three(api)
        exported = await api.config.Export(ExportRequest(resources=["backends/app"]))
        assert [backend.key for backend in exported.configuration.backends] == ["app"]
        assert not exported.configuration.frontends
        error = await refused(api.config.Export(ExportRequest(resources=["backends/none"])))
        assert error.code is grpc.StatusCode.NOT_FOUND

    async def test_a_merge_leaves_what_it_does_not_have(self, api: Api) -> None:
        await _three(api)
        document = Configuration(frontends=[frontend()], backends=[static("other")])
        response = await api.config.Import(ImportRequest(configuration=document))
        assert [change.put_backend.key for change in response.changes] == ["other"]
        assert set(api.store.snapshot().backends) == {"app", "other"}
        assert (await _listed(api))[0].cause == REVISION_CAUSE_IMPORT

    async def test_a_replacement_deletes_it(self, api: Api) -> None:
        await _three(api)
        document = Configuration(backends=[static("other")])
        request = ImportRequest(configuration=document, mode=IMPORT_MODE_REPLACE, validate_only=True)
        planned = await api.config.Import(request)
        assert (len(planned.changes), api.store.snapshot().revision) == (3, 3)
        request.validate_only = False
        assert (await api.config.Import(request)).revision == 4
        snapshot = api.store.snapshot()
        assert (set(snapshot.frontends), set(snapshot.backends)) == (set(), {"other"})

    async def test_an_empty_document_changes_nothing(self, api: Api) -> None:
        response = await api.config.Import(ImportRequest(configuration=Configuration()))
        assert (response.revision, list(response.changes)) == (0, [])

    async def test_no_document_at_all_is_no_empty_one(self, api: Api) -> None:
        await _three(api)
        error = await refused(api.config.Import(ImportRequest(mode=IMPORT_MODE_REPLACE)))
        assert list(error.fields) == ["configuration"]
        assert api.store.snapshot().revision == 3

    async def test_what_is_wrong_is_told_where_it_stands(self, api: Api) -> None:
        document = Configuration(backends=[static(), static("other")])
        document.backends[1].balance = "fastest"
        error = await refused(api.config.Import(ImportRequest(configuration=document)))
        assert (error.code, list(error.fields)) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            ["configuration.backends[1].balance"],
        )
        error = await refused(api.config.Import(ImportRequest(configuration={}, mode=9)))  # type: ignore[arg-type] # that is what this is about
        assert list(error.fields) == ["mode"]


@pytest.mark.parametrize(
    ("annotation", "field"),
    [
        ({"author": "a\nb"}, "annotation.author"),
        ({"author": "a" * 257}, "annotation.author"),
        ({"message": "a\x00b"}, "annotation.message"),
        ({"message": "a" * 4_097}, "annotation.message"),
    ],
)
async def test_annotations_are_plain_text(api: Api, annotation: dict[str, str], field: str) -> None:
    request = ApplyRequest(changes=[put(static())], annotation=Annotation(**annotation))
    error = await refused(api.config.Apply(request))
    assert list(error.fields) == [field]


async def test_one_revision_at_least_is_kept(api: Api) -> None:
    error = await refused(api.config.Compact(CompactRequest()))
    assert list(error.fields) == ["keep"]


async def test_a_deletion_is_in_the_history(api: Api) -> None:
    await _three(api)
    await api.config.Apply(ApplyRequest(changes=[delete(Ref(Kind.BACKEND, "app"))]))
    (change,) = (await api.config.GetRevision(GetRevisionRequest(revision=4))).revision.changes
    assert change.HasField("before")
    assert not change.HasField("after")
