"""Snapshots, and how changes lead from one to the next."""

import pytest

from aqueduct.errors import Conflict, NotFound
from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.model.snapshot import (
    Draft,
    Snapshot,
    after,
    check_preconditions,
    effective,
    settled,
    undoing,
    without,
)
from aqueduct.v1.backend_pb2 import (
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_LEAVING,
    Backend,
    Member,
    Membership,
    Transition,
)
from aqueduct.v1.frontend_pb2 import Frontend

OF_APP = Ref(Kind.MEMBERSHIP, "app")
WEB, APP, GONE = Ref(Kind.FRONTEND, "web"), Ref(Kind.BACKEND, "app"), Ref(Kind.BACKEND, "gone")
FIRST = after(Snapshot(), [put(Frontend(key="web", bind="*:80")), put(Backend(key="app"))], 1)


def test_resources_are_stamped_with_the_revision_of_their_change() -> None:
    second = after(FIRST, [put(Backend(key="app", host="a"))], 2)
    assert (second.revision, second.revision_of(WEB), second.revision_of(APP)) == (2, 1, 2)
    assert second.revision_of(GONE) == 0


def test_what_did_not_change_is_the_same_object() -> None:
    second = after(FIRST, [put(Backend(key="b"))], 2)
    assert second.frontends is FIRST.frontends
    assert second.backends["app"] is FIRST.backends["app"]
    assert "b" not in FIRST.backends


def test_a_draft_without_changes_is_its_base() -> None:
    assert Draft(FIRST).snapshot() is FIRST
    later = Draft(FIRST)
    later.add([], 5)
    assert (later.snapshot().revision, later.snapshot().backends) == (5, FIRST.backends)


def test_changes_to_a_draft_build_on_each_other_and_leave_its_base() -> None:
    draft = Draft(FIRST)
    assert draft.get(APP) is FIRST.backends["app"]
    draft.add([put(Backend(key="b"))], 2)
    draft.add([put(Backend(key="b", host="b")), delete(APP)], 3)
    assert (draft.revision, draft.revision_of(Ref(Kind.BACKEND, "b")), draft.revision_of(APP)) == (3, 3, 0)
    check_preconditions(draft, [put(Backend(key="b"), 3)])
    made = draft.snapshot()
    assert (made.revision, list(made.backends)) == (3, ["b"])
    assert made.frontends is FIRST.frontends
    assert list(FIRST.backends) == ["app"]


def test_a_deletion_takes_away() -> None:
    second = after(FIRST, [delete(APP), delete(GONE)], 2)
    assert list(second.refs()) == [WEB]


def test_refs_are_ordered_by_kind_and_key() -> None:
    second = after(FIRST, [put(Frontend(key="a")), put(Backend(key="a"))], 2)
    assert list(map(str, second.refs())) == ["frontends/a", "frontends/web", "backends/a", "backends/app"]


def test_without_leaves_out() -> None:
    assert list(without(FIRST, [WEB]).refs()) == [APP]
    assert list(without(FIRST, [APP, GONE]).refs()) == [WEB]
    assert without(FIRST, [GONE]) is FIRST


@pytest.mark.parametrize(
    "change",
    [put(Backend(key="app"), 1), put(Backend(key="gone"), 0), put(Backend(key="app")), delete(APP, 1)],
)
def test_preconditions_that_hold(change: object) -> None:
    check_preconditions(FIRST, [change])  # type: ignore[list-item] # a Change


def test_preconditions_that_do_not_hold() -> None:
    with pytest.raises(Conflict, match="is at revision 1, it was expected not to exist"):
        check_preconditions(FIRST, [put(Backend(key="app"), 0)])
    with pytest.raises(Conflict, match="does not exist, revision 7 was expected"):
        check_preconditions(FIRST, [delete(GONE, 7)])
    with pytest.raises(NotFound):
        check_preconditions(FIRST, [delete(GONE)])


def test_a_put_of_what_is_there_changes_nothing() -> None:
    same, other, new = put(Backend(key="app")), put(Backend(key="app", host="a")), put(Backend(key="b"))
    assert effective(FIRST, [same, other, new, delete(APP)]) == [other, new, delete(APP)]


def test_undoing_leads_back() -> None:
    second = after(FIRST, [put(Backend(key="app", host="a")), put(Backend(key="b"))], 2)
    back = [undoing(ref, FIRST, second) for ref in (APP, Ref(Kind.BACKEND, "b"))]
    third = after(second, [change for change in back if change is not None], 3)
    assert list(third.refs()) == list(FIRST.refs())
    assert not third.backends["app"].HasField("host")


def test_undoing_a_deletion_puts_back_and_expects_nothing_there() -> None:
    change = undoing(APP, FIRST, after(FIRST, [delete(APP)], 2))
    assert change is not None
    assert change.expected_revision == 0
    assert undoing(APP, FIRST, FIRST) is None


def members(*ports: int) -> Membership:
    return Membership(key="app", members=[Member(host="10.0.0.1", port=port) for port in ports])


def ports(snapshot: Snapshot, key: str = "app") -> list[int]:
    return [member.port for member in snapshot.served[key].members]


def test_a_backend_is_served_with_the_members_of_its_membership() -> None:
    assert FIRST.served["app"] is FIRST.backends["app"]
    second = after(FIRST, [put(members(1, 2))], 2)
    assert (ports(second), len(second.backends["app"].members)) == ([1, 2], 0)
    assert second.source(APP) is second.served["app"]
    third = after(second, [put(members(2)), put(Backend(key="app", host="a"))], 3)
    assert (ports(third), third.served["app"].host) == ([2], "a")
    fourth = after(third, [delete(OF_APP)], 4)
    assert fourth.served["app"] is fourth.backends["app"]
    assert Snapshot(3, third.frontends, third.backends, third.memberships).served == third.served


def test_what_is_served_the_same_is_the_same_object() -> None:
    second = after(FIRST, [put(members(1))], 2)
    third = after(second, [put(Backend(key="b"))], 3)
    assert third.served["app"] is second.served["app"]
    assert after(third, [put(Frontend(key="x"))], 4).served is third.served


def test_a_membership_without_its_backend_serves_nobody() -> None:
    second = after(FIRST, [put(members(1)), delete(APP)], 2)
    assert (dict(second.served), list(second.refs())) == ({}, [WEB, OF_APP])
    assert second.source(APP) is None


def test_sections_are_rendered_from_frontends_and_served_backends() -> None:
    assert FIRST.source(WEB) is FIRST.frontends["web"]
    assert FIRST.source(Ref(Kind.FRONTEND, "gone")) is None


def test_a_draft_goes_on_after_it_gave_out_a_snapshot() -> None:
    draft = Draft(FIRST)
    draft.add([put(members(1))], 2)
    second = draft.snapshot()
    draft.add([put(members(1, 2))], 3)
    assert (ports(second), ports(draft.snapshot())) == ([1], [1, 2])
    assert draft.snapshot() is draft.snapshot()


def test_a_switch_carries_the_revision_that_began_it() -> None:
    begun = members(1)
    begun.transition.CopyFrom(Transition(to_version="2"))
    second = after(FIRST, [put(begun)], 2)
    assert second.memberships["app"].transition.revision == 2
    third = after(second, [put(second.memberships["app"])], 3)
    assert third.memberships["app"].revision == 3
    assert third.memberships["app"].transition.revision == 2


def test_a_resource_that_carries_the_revision_already_is_not_copied() -> None:
    change = put(Backend(key="b", revision=2))
    assert after(FIRST, [change], 2).backends["b"] is change.put_backend


def test_what_is_left_out_is_not_served() -> None:
    second = after(FIRST, [put(members(1)), put(Backend(key="b"))], 2)
    assert list(without(second, [APP]).served) == ["b"]
    assert without(second, [WEB]).served["app"] is second.served["app"]


def test_a_snapshot_is_settled_by_leaving_out_members_that_are_to_go() -> None:
    switching = members(1, 2, 3)
    switching.members[1].phase = MEMBER_PHASE_LEAVING
    switching.members[2].phase = MEMBER_PHASE_DRAINING
    second = after(FIRST, [put(switching)], 2)
    made = settled(second, ["app", "web", "gone"])
    assert (ports(made), made.revision, ports(second)) == ([1], 2, [1, 2, 3])
    assert settled(second, []) is second
