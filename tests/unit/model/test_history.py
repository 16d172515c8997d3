"""What the configuration was follows from what it is and from what was changed since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.history import (
    KINDS,
    changes_to,
    configuration_of,
    differences,
    named,
    ref_named,
    same,
    taken_back,
    to_record,
)
from aqueduct.model.resources import Kind, Ref, delete, put, ref_of
from aqueduct.model.snapshot import Snapshot, after
from aqueduct.store.group import plan_group
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import REVISION_CAUSE_RESTORE, Revision

_KEYS = st.sampled_from(["a", "b", "c"])
_STEPS = st.lists(
    st.lists(st.tuples(st.sampled_from(KINDS), _KEYS, st.integers(0, 3)), min_size=1, max_size=3),
    max_size=8,
)


def _change(snapshot: Snapshot, kind: Kind, key: str, content: int) -> Change:
    ref = Ref(kind, key)
    if not content and snapshot.get(ref) is not None:
        return delete(ref)
    if kind is Kind.FRONTEND:
        return put(Frontend(key=key, backend=str(content)))
    return put(Backend(key=key, balance=str(content)))


def _walk(steps: list[list[tuple[Kind, str, int]]]) -> tuple[list[Snapshot], list[Revision]]:
    """Return the snapshots from the first to the last, and the revisions between, newest first."""
    snapshots, revisions = [Snapshot()], list[Revision]()
    for step in steps:
        present = snapshots[-1]
        changes = {(kind, key): _change(present, kind, key, content) for kind, key, content in step}
        group = plan_group(present, [(list(changes.values()), Revision())])
        revisions += group.revisions
        snapshots.append(group.snapshot)
    return snapshots, revisions[::-1]


@given(_STEPS)
def test_what_was_is_found_again(steps: list[list[tuple[Kind, str, int]]]) -> None:
    snapshots, revisions = _walk(steps)
    present = configuration_of(snapshots[-1])
    for snapshot in snapshots:
        since = [revision for revision in revisions if revision.revision > snapshot.revision]
        assert taken_back(present, since) == configuration_of(snapshot)


@given(_STEPS, _STEPS)
def test_the_changes_to_what_was_lead_there(
    one: list[list[tuple[Kind, str, int]]], other: list[list[tuple[Kind, str, int]]]
) -> None:
    present, wanted = _walk(one)[0][-1], configuration_of(_walk(other)[0][-1])
    changes = changes_to(wanted, configuration_of(present))
    made = configuration_of(after(present, changes, present.revision + 1))
    assert made.keys() == wanted.keys()
    assert differences(made, wanted) == []
    assert all(change.expected_revision == present.revision_of(ref_of(change)) for change in changes)


def test_only_what_was_asked_for_is_changed() -> None:
    present = {Ref(Kind.BACKEND, key): Backend(key=key, balance="first", revision=1) for key in "ab"}
    wanted = {Ref(Kind.BACKEND, "a"): Backend(key="a", balance="random")}
    (change,) = changes_to(wanted, present, [Ref(Kind.BACKEND, "a")])
    assert (change.put_backend.balance, change.expected_revision) == ("random", 1)


def test_revisions_are_no_difference() -> None:
    assert same(Backend(key="a", revision=1), Backend(key="a", revision=2))
    assert not same(Backend(key="a", revision=1), Backend(key="b", revision=2))
    assert same(None, None)
    assert not same(None, Backend(key="a"))


def test_a_record_tells_who_and_why() -> None:
    made = to_record(Annotation(author="ann"), REVISION_CAUSE_RESTORE, 7)
    assert (made.annotation.author, made.cause, made.restored_revision) == ("ann", REVISION_CAUSE_RESTORE, 7)


def test_a_list_names_resources_alone() -> None:
    ((_, _), (revision,)) = _walk([[(Kind.BACKEND, "a", 1)]])
    assert revision.changes[0].HasField("after")
    assert not named(revision.changes[0]).HasField("after")


@pytest.mark.parametrize("text", ["", "web", "backends/", "members/a", "/a", "backend/a"])
def test_what_names_no_resource_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="frontends/KEY or backends/KEY"):
        ref_named(text)


def test_names_are_those_of_resources() -> None:
    for ref in (Ref(Kind.FRONTEND, "web"), Ref(Kind.BACKEND, "a/b")):
        assert ref_named(str(ref)) == ref
