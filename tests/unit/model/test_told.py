"""What ConfigWatch tells: selected, in parts, and as copies."""

import pytest

from aqueduct.errors import Invalid
from aqueduct.model.history import to_record
from aqueduct.model.resources import Kind, Ref
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.told import ALL, MAX_BYTES, Selection, refs_told, revision_parts, snapshot_part
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import ConfigWatchResponse
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import REVISION_CAUSE_RESTORE, Configuration, Resource, ResourceChange, Revision

THIRD = "x" * (MAX_BYTES // 3)
HUGE = "x" * (MAX_BYTES + 1)


def backend(key: str, text: str = "") -> Backend:
    return Backend(key=key, revision=3, natives=[text] if text else [])


def snapshot(*backends: Backend) -> Snapshot:
    return Snapshot(
        7,
        {"web": Frontend(key="web", revision=2)},
        {each.key: each for each in backends},
        {"b": Membership(key="b", revision=5)},
    )


def told(of: Snapshot, selection: Selection = ALL) -> list[ConfigWatchResponse]:
    refs, position, parts = refs_told(of, selection), 0, list[ConfigWatchResponse]()
    while not parts or parts[-1].more:
        part, position = snapshot_part(of, refs, position)
        parts.append(part)
    return parts


def revision(*changes: ResourceChange) -> Revision:
    about = to_record(Annotation(author="ann", message="why"), REVISION_CAUSE_RESTORE, 4)
    about.revision = 9
    about.create_time.FromSeconds(1)
    about.changes.extend(changes)
    return about


def put(key: str, text: str = "") -> ResourceChange:
    return ResourceChange(
        resource=f"backends/{key}",
        before=Resource(backend=backend(key)),
        after=Resource(backend=backend(key, text)),
    )


class TestSelection:
    def test_all_where_nothing_is_named(self) -> None:
        assert Selection.read("resources", []).is_all
        assert ALL.holds("backends/app")

    def test_resources_and_kinds(self) -> None:
        selection = Selection.read("resources", ["backends/", "frontends/web"])
        assert not selection.is_all
        held = ("backends/app", "backends/a/b", "frontends/web")
        assert all(map(selection.holds, held))
        assert not selection.holds("frontends/other")

    @pytest.mark.parametrize("name", ["", "backends", "memberships/", "memberships/app", "/app", "app", "x/"])
    def test_nonsense_is_told_by_its_place(self, name: str) -> None:
        with pytest.raises(Invalid) as raised:
            Selection.read("resources", ["backends/app", name])
        (violation,) = raised.value.violations
        assert violation.field == "resources[1]"


class TestSnapshots:
    def test_what_people_configure_in_the_order_of_documents(self) -> None:
        stored = snapshot(backend("b"), backend("a"))
        (part,) = told(stored)
        assert (part.revision, part.more) == (7, False)
        assert [each.key for each in part.snapshot.backends] == ["a", "b"]
        assert [each.key for each in part.snapshot.frontends] == ["web"]
        part.snapshot.backends[0].host = "changed"
        assert not stored.backends["a"].host

    def test_an_empty_one_is_told_too(self) -> None:
        (part,) = told(Snapshot())
        assert part.HasField("snapshot")
        assert part.snapshot == Configuration()

    def test_a_part_of_it(self) -> None:
        stored = snapshot(backend("a"), backend("b"))
        (part,) = told(stored, Selection.read("", ["backends/b", "backends/none"]))
        assert [each.key for each in part.snapshot.backends] == ["b"]
        assert not part.snapshot.frontends
        assert refs_told(stored, Selection.read("", ["frontends/"])) == [Ref(Kind.FRONTEND, "web")]

    def test_a_large_one_comes_in_parts(self) -> None:
        parts = told(snapshot(*(backend(key, THIRD) for key in "abcde"), backend("z", HUGE)))
        assert [[each.key for each in part.snapshot.backends] for part in parts] == [
            ["a", "b"],
            ["c", "d"],
            ["e"],
            ["z"],
        ]
        assert [part.more for part in parts] == [True, True, True, False]
        assert {part.revision for part in parts} == {7}


class TestRevisions:
    def test_what_became_of_resources_and_not_what_they_were(self) -> None:
        gone = ResourceChange(resource="frontends/web", before=Resource(frontend=Frontend(key="web")))
        stored = revision(put("a"), gone)
        (part,) = revision_parts(stored)
        assert (part.revision, part.more) == (9, False)
        expected = Revision()
        expected.CopyFrom(stored)
        for change in expected.changes:
            change.ClearField("before")
        assert part.change == expected
        assert stored.changes[0].HasField("before")

    def test_one_of_which_nothing_is_known(self) -> None:
        (part,) = revision_parts(Revision(revision=2, changes=[put("a")]))
        assert not part.change.HasField("annotation")
        assert not part.change.HasField("create_time")

    def test_a_part_of_it(self) -> None:
        selection = Selection.read("", ["backends/b"])
        (part,) = revision_parts(revision(put("a"), put("b")), selection)
        assert [change.resource for change in part.change.changes] == ["backends/b"]
        assert revision_parts(revision(put("a")), selection) == ()

    def test_a_large_one_comes_in_parts(self) -> None:
        parts = revision_parts(revision(*(put(key, THIRD) for key in "abc"), put("z", HUGE), put("d")))
        assert [[each.resource[-1] for each in part.change.changes] for part in parts] == [
            ["a", "b"],
            ["c"],
            ["z"],
            ["d"],
        ]
        assert [part.more for part in parts] == [True, True, True, False]
        assert {(part.revision, part.change.annotation.author) for part in parts} == {(9, "ann")}

    def test_every_field_of_a_revision_is_told(self) -> None:
        """Whoever adds one to the proto is to add it here."""
        stored = revision(put("a"))
        set_ones = {field.name for field, _ in stored.ListFields()}
        assert set_ones == set(Revision.DESCRIPTOR.fields_by_name)
        (part,) = revision_parts(stored)
        assert {field.name for field, _ in part.change.ListFields()} == set_ones
