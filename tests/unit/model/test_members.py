"""Members as HAProxy is to have them, and as callers see them."""

import pytest

from aqueduct.model.members import (
    clear_output,
    draining,
    has_to_prove,
    is_plain,
    is_settled,
    is_unproven,
    is_wanted,
    member_name,
    members_of,
    only_members_differ,
    presented,
    served,
    server_state,
    server_states,
    server_weight,
    serves,
    to_prove,
)
from aqueduct.model.server_states import ServerState
from aqueduct.model.times import timestamp
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    ADMIN_STATE_UNSPECIFIED,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_LEAVING,
    MEMBER_PHASE_RENEWED,
    MEMBER_PHASE_SERVING,
    MEMBER_PHASE_UNSPECIFIED,
    AdminState,
    Backend,
    Health,
    Member,
    MemberPhase,
    Membership,
    SwitchPolicy,
    Transition,
)
from tests.unit.model.switches import dynamic, static

READY, DRAIN, MAINT, UNPROVEN = (
    ServerState.READY,
    ServerState.DRAIN,
    ServerState.MAINT,
    ServerState.UNPROVEN,
)


def member(port: int, phase: MemberPhase = MEMBER_PHASE_UNSPECIFIED, **fields: object) -> Member:
    return Member(host="10.0.0.1", port=port, phase=phase, **fields)  # type: ignore[arg-type] # fields of a member


SERVING, INCOMING = member(1, MEMBER_PHASE_SERVING), member(2, MEMBER_PHASE_INCOMING)
LEAVING, DRAINING = member(3, MEMBER_PHASE_LEAVING), member(4, MEMBER_PHASE_DRAINING)
RENEWED, PLAIN = member(5, MEMBER_PHASE_RENEWED), member(6)
EVERY = (SERVING, INCOMING, LEAVING, DRAINING, RENEWED, PLAIN)


def test_what_each_phase_means() -> None:
    assert [each for each in EVERY if not is_wanted(each)] == [LEAVING, DRAINING]
    assert [each for each in EVERY if not serves(each)] == [INCOMING, DRAINING]
    assert [each for each in EVERY if is_settled(each)] == [SERVING, PLAIN]
    assert [each for each in EVERY if is_unproven(each)] == [INCOMING]
    assert [each for each in EVERY if has_to_prove(each)] == [INCOMING, RENEWED]
    membership = Membership(members=EVERY)
    assert to_prove(membership) == [INCOMING, RENEWED]
    assert draining(membership) == [DRAINING]


def test_members_are_told_apart_by_their_addresses() -> None:
    assert member_name(Member(host="::1", port=80, weight=2)) == "[::1]:80"


@pytest.mark.parametrize(
    ("phase", "admin", "state"),
    [
        (MEMBER_PHASE_UNSPECIFIED, ADMIN_STATE_UNSPECIFIED, READY),
        (MEMBER_PHASE_SERVING, ADMIN_STATE_READY, READY),
        (MEMBER_PHASE_LEAVING, ADMIN_STATE_UNSPECIFIED, READY),
        (MEMBER_PHASE_RENEWED, ADMIN_STATE_UNSPECIFIED, READY),
        (MEMBER_PHASE_INCOMING, ADMIN_STATE_UNSPECIFIED, UNPROVEN),
        (MEMBER_PHASE_INCOMING, ADMIN_STATE_DRAIN, DRAIN),
        (MEMBER_PHASE_DRAINING, ADMIN_STATE_UNSPECIFIED, DRAIN),
        (MEMBER_PHASE_DRAINING, ADMIN_STATE_MAINT, MAINT),
        (MEMBER_PHASE_SERVING, ADMIN_STATE_DRAIN, DRAIN),
        (MEMBER_PHASE_SERVING, ADMIN_STATE_MAINT, MAINT),
    ],
)
def test_the_state_of_a_server(phase: MemberPhase, admin: AdminState, state: ServerState) -> None:
    one = member(1, phase, admin_state=admin)
    assert server_state(one) is state
    told = server_states(Backend(key="app", members=[one]))
    assert told == ({} if state is READY else {"app_10.0.0.1:1": state})


@pytest.mark.parametrize(
    ("fields", "weight"),
    [({}, None), ({"weight": 0}, 0), ({"weight": 5, "admin_weight": 0}, 0), ({"admin_weight": 7}, 7)],
)
def test_an_operators_weight_takes_the_place_of_the_members_own(
    fields: dict[str, int], weight: int | None
) -> None:
    assert server_weight(Member(**fields)) == weight  # type: ignore[arg-type] # fields of a member


def test_haproxy_serves_a_backend_with_all_that_its_membership_has() -> None:
    backend = static(1, 2)
    assert served(backend, None) is backend
    made = served(backend, Membership(members=EVERY))
    assert tuple(made.members) == EVERY
    assert (made.key, made.type, len(backend.members)) == (backend.key, backend.type, 2)


def test_all_members_are_listed_each_with_phase_and_admin_state() -> None:
    assert [each.phase for each in members_of(static(1), None)] == [MEMBER_PHASE_SERVING]
    listed = members_of(static(1), Membership(members=[DRAINING, member(7, admin_state=ADMIN_STATE_MAINT)]))
    assert [(each.port, each.phase, each.admin_state) for each in listed] == [
        (4, MEMBER_PHASE_DRAINING, ADMIN_STATE_READY),
        (7, MEMBER_PHASE_SERVING, ADMIN_STATE_MAINT),
    ]
    assert not DRAINING.admin_state


def test_callers_see_those_members_of_discovery_that_are_to_serve_and_the_switch_under_way() -> None:
    transition = Transition(from_version="1", to_version="2")
    shown = presented(dynamic("2"), Membership(members=EVERY, transition=transition))
    assert [each.port for each in shown.members] == [1, 2, 5, 6]
    assert shown.transition == transition


def test_callers_see_the_members_that_they_put_in_their_order() -> None:
    backend = static(2, 1, 9)
    shown = presented(backend, Membership(members=EVERY))
    assert [(each.port, each.phase) for each in shown.members] == [
        (2, MEMBER_PHASE_INCOMING),
        (1, MEMBER_PHASE_UNSPECIFIED),
        (9, MEMBER_PHASE_UNSPECIFIED),
    ]
    assert not shown.HasField("transition")
    assert presented(backend, None) is backend


@pytest.mark.parametrize(
    ("membership", "says_more"),
    [
        (Membership(members=[SERVING, PLAIN]), False),
        (Membership(), False),
        (Membership(members=[member(1, admin_state=ADMIN_STATE_DRAIN)]), True),
        (Membership(members=[member(1, admin_weight=0)]), True),
        (Membership(members=[INCOMING]), True),
        (Membership(members=[SERVING], transition=Transition()), True),
    ],
)
def test_a_membership_is_kept_where_it_says_more_than_its_backend(
    membership: Membership, says_more: bool
) -> None:
    assert is_plain(membership, static(1)) is not says_more
    assert not is_plain(membership, dynamic("1"))


@pytest.mark.parametrize(
    ("fields", "only_members"),
    [
        ({}, True),
        ({"members": [SERVING], "name": "n", "version": "2", "discovery": "dns"}, True),
        ({"switch_policy": SwitchPolicy(min_healthy=1), "revision": 5}, True),
        ({"balance": "leastconn"}, False),
        ({"health": Health(uri="/")}, False),
        ({"natives": ["option forwardfor"]}, False),
        ({"host": ""}, False),
        ({"check": 1}, False),
    ],
)
def test_a_change_of_members_alone_is_told_from_others(fields: dict[str, object], only_members: bool) -> None:
    new = static(1)
    new.MergeFrom(Backend(**fields))  # type: ignore[arg-type] # fields of a backend
    assert only_members_differ(static(1), new) is only_members


def test_what_a_write_does_not_say_is_cleared() -> None:
    one = member(
        1, MEMBER_PHASE_DRAINING, admin_state=ADMIN_STATE_DRAIN, admin_weight=3, leave_time=timestamp(1)
    )
    one.weight = 5
    clear_output(one)
    assert one == member(1, weight=5)
