"""Switches of members: who comes and who goes, and what a failure leads back to."""

from aqueduct.model.members import member_name
from aqueduct.model.times import seconds
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_UNSPECIFIED,
    TRANSITION_PHASE_DRAINING,
    TRANSITION_PHASE_PROVING,
    Backend,
    Member,
    Membership,
)
from tests.unit.model.switches import Site, dynamic, member, phases, static


def by_port(membership: Membership, port: int) -> Member:
    return next(each for each in membership.members if each.port == port)


def versioned(*ports: int, version: str) -> list[Member]:
    return [member(port, version) for port in ports]


def gate_of(membership: Membership) -> int:
    return membership.transition.min_healthy


# A put of a static backend


def test_the_first_members_have_to_be_proven_and_nobody_waits_for_them() -> None:
    made = Site(static()).put(static(1, 2))
    assert phases(made) == {1: "incoming", 2: "incoming"}
    assert (gate_of(made), made.HasField("previous")) == (0, False)
    assert made.transition.phase == TRANSITION_PHASE_PROVING


def test_without_a_check_members_serve_at_once_and_old_ones_drain_at_once() -> None:
    made = Site(static(1, checked=False)).put(static(2, checked=False))
    assert phases(made) == {2: "serving", 1: "draining"}
    assert (gate_of(made), made.transition.phase) == (0, TRANSITION_PHASE_DRAINING)


def test_swapped_members_serve_until_as_many_new_ones_are_proven() -> None:
    site = Site(static(1, 2))
    made = site.put(static(3, 4, 5))
    assert phases(made) == {3: "incoming", 4: "incoming", 5: "incoming", 1: "leaving", 2: "leaving"}
    assert gate_of(made) == 2
    assert made.previous.members == static(1, 2).members
    assert made.transition.phase == TRANSITION_PHASE_PROVING


def test_no_more_are_needed_than_come() -> None:
    assert gate_of(Site(static(1, 2, 3)).put(static(3, 4))) == 1
    assert gate_of(Site(static(1, 2)).put(static(3), min_healthy=5)) == 1


def test_members_that_only_come_have_no_gate_whatever_the_policy_says() -> None:
    made = Site(static(1)).put(static(1, 2), min_healthy=1)
    assert phases(made) == {1: "serving", 2: "incoming"}
    assert (gate_of(made), made.HasField("previous")) == (0, False)


def test_members_that_only_go_drain_at_once() -> None:
    site = Site(static(1, 2))
    made = site.put(static(1), drain_timeout=30.0)
    assert phases(made) == {1: "serving", 2: "draining"}
    assert (gate_of(made), made.transition.phase) == (0, TRANSITION_PHASE_DRAINING)
    assert seconds(by_port(made, 2).leave_time) == site.now + 30


def test_a_min_healthy_of_0_waits_for_nobody() -> None:
    made = Site(static(1)).put(static(2), min_healthy=0)
    assert phases(made) == {2: "incoming", 1: "draining"}
    assert made.transition.phase == TRANSITION_PHASE_DRAINING


def test_all_drain_at_once_where_none_are_to_serve() -> None:
    assert phases(Site(static(1, 2)).put(static(), min_healthy=2)) == {1: "draining", 2: "draining"}


def test_other_facts_of_members_are_no_switch() -> None:
    new = static(1)
    new.members[0].weight = 7
    made = Site(static(1)).put(new)
    assert (phases(made), made.HasField("transition"), made.members[0].weight) == ({1: "serving"}, False, 7)


def test_other_facts_of_members_leave_a_switch_under_way_alone() -> None:
    site = Site(static(1))
    before = site.put(static(2))
    new = static(2)
    new.members[0].weight = 7
    site.now += 5
    made = site.put(new)
    assert (made.transition, made.previous) == (before.transition, before.previous)
    assert phases(made) == {2: "incoming", 1: "leaving"}
    assert made.members[0].weight == 7


def test_the_same_members_again_change_nothing() -> None:
    site = Site(static(1))
    first = site.put(static(2, 3))
    site.now += 5
    assert site.put(static(3, 2)).transition == first.transition
    assert site.put(static(3, 2)) is site.membership


def test_a_member_with_another_version_serves_and_is_proven_again() -> None:
    made = Site(static(1, 2, version="1")).put(static(1, version="2"))
    assert phases(made) == {1: "renewed", 2: "leaving"}
    assert gate_of(made) == 1


def test_a_member_with_another_version_and_no_check_just_serves() -> None:
    made = Site(static(1, version="1")).put(static(1, version="2", checked=False))
    assert (phases(made), made.HasField("transition")) == ({1: "serving"}, False)


def test_a_check_that_is_taken_away_amid_a_switch_ends_the_wait() -> None:
    site = Site(static(1))
    site.put(static(2))
    assert phases(site.put(static(2, checked=False))) == {2: "serving", 1: "draining"}


def test_an_address_that_is_named_twice_is_one_member() -> None:
    assert phases(Site(dynamic("1")).follow([member(1), member(1, "1")])) == {1: "incoming"}


# A second switch while one is under way


def test_a_switch_back_has_the_old_ones_serve_and_waits_for_nobody() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    site.put(dynamic("2"), versioned(2, version="2"))
    made = site.put(dynamic("1"), versioned(1, version="1"))
    assert phases(made) == {1: "serving", 2: "draining"}
    assert (gate_of(made), made.HasField("previous")) == (0, False)
    assert (made.transition.from_version, made.transition.to_version) == ("2", "1")


def test_a_third_version_takes_the_place_of_the_second_while_the_first_serves() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    first = site.put(dynamic("2"), versioned(2, version="2"))
    site.now += 5
    made = site.put(dynamic("3"), versioned(3, version="3"))
    assert phases(made) == {3: "incoming", 2: "draining", 1: "leaving"}
    assert (made.transition.from_version, made.transition.to_version) == ("1", "3")
    assert made.previous == first.previous
    assert seconds(made.transition.deadline) == seconds(first.transition.deadline) + 5


def test_what_drains_and_is_asked_for_again_comes_in_like_a_new_member() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    site.put(dynamic("2"), versioned(2, version="2"))
    site.look(proven=[2])
    made = site.put(dynamic("1"), versioned(1, version="1"))
    assert phases(made) == {1: "incoming", 2: "leaving"}
    assert gate_of(made) == 1
    assert not by_port(made, 1).HasField("leave_time")


def test_a_gate_is_opened_by_asking_for_the_same_with_a_min_healthy_of_0() -> None:
    site = Site(static(1))
    site.put(static(2))
    assert phases(site.put(static(2), min_healthy=0)) == {2: "incoming", 1: "draining"}
    assert site.put(static(2), min_healthy=0) is site.membership


# What operators set


def with_admin(site: Site, port: int, state: int) -> None:
    membership = site.put(static(1, 2))
    by_port(membership, port).admin_state = state  # type: ignore[assignment] # an AdminState
    by_port(membership, port).admin_weight = 9


def test_what_an_operator_set_stays_with_the_member_through_a_switch() -> None:
    site = Site(static(1, 2))
    with_admin(site, 1, ADMIN_STATE_DRAIN)
    made = site.put(static(1, 3))
    kept = by_port(made, 1)
    assert (kept.admin_state, kept.admin_weight, by_port(made, 3).HasField("admin_weight")) == (
        ADMIN_STATE_DRAIN,
        9,
        False,
    )


def test_what_an_operator_set_is_forgotten_of_a_member_that_left() -> None:
    site = Site(static(1, 2, checked=False))
    membership = site.put(static(2, checked=False))
    by_port(membership, 1).admin_state = ADMIN_STATE_MAINT
    back = by_port(site.put(static(1, 2, checked=False)), 1)
    assert back.admin_state == ADMIN_STATE_UNSPECIFIED


def test_a_caller_cannot_set_what_is_an_operators_or_aqueducts() -> None:
    wanted = Member(host="10.0.0.1", port=1, admin_state=ADMIN_STATE_MAINT, admin_weight=1)
    made = by_port(Site(dynamic("1")).follow([wanted]), 1)
    assert (made.admin_state, made.HasField("admin_weight")) == (ADMIN_STATE_UNSPECIFIED, False)


# What discovery tells


def test_who_registers_comes_in_and_who_is_gone_drains_at_once() -> None:
    site = Site(dynamic("1"), versioned(1, 2, version="1"))
    made = site.follow(versioned(2, 3, version="1"))
    assert phases(made) == {2: "serving", 3: "incoming", 1: "draining"}
    assert gate_of(made) == 0


def test_members_of_discovery_have_the_version_of_their_backend() -> None:
    assert by_port(Site(dynamic("1")).follow([member(1)]), 1).version == "1"


def test_a_version_at_the_same_addresses_is_proven_again_though_discovery_tells_no_versions() -> None:
    site = Site(dynamic("1"), [member(1)])
    assert phases(site.put(dynamic("2"), [member(1)])) == {1: "renewed"}


def test_the_same_answer_of_discovery_changes_nothing() -> None:
    site = Site(dynamic("1"), versioned(1, 2, version="1"))
    site.follow(versioned(1, 3, version="1"))
    site.now += 5
    before = site.membership
    assert site.follow(versioned(1, 3, version="1")) is before


def test_where_all_are_replaced_the_old_ones_serve_until_the_first_new_one_is_proven() -> None:
    site = Site(dynamic("1"), versioned(1, 2, version="1"))
    made = site.follow(versioned(3, 4, version="1"))
    assert phases(made) == {3: "incoming", 4: "incoming", 1: "leaving", 2: "leaving"}
    assert (gate_of(made), made.HasField("previous")) == (1, False)
    assert phases(site.look(proven=[3])) == {3: "serving", 4: "incoming", 1: "draining", 2: "draining"}


def test_where_all_are_replaced_again_the_deadline_stays() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    first = site.follow(versioned(3, version="1"))
    site.now += 5
    made = site.follow(versioned(4, version="1"))
    assert phases(made) == {4: "incoming", 3: "draining", 1: "leaving"}
    assert made.transition.deadline == first.transition.deadline
    assert made.transition.revision == first.transition.revision


def test_one_that_is_back_ends_the_wait_for_those_that_replace_it() -> None:
    site = Site(dynamic("1"), versioned(1, 2, version="1"))
    site.follow(versioned(3, version="1"))
    assert phases(site.follow(versioned(1, 3, version="1"))) == {1: "serving", 3: "incoming", 2: "draining"}


def test_all_drain_where_discovery_tells_of_none() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    assert phases(site.follow([])) == {1: "draining"}


def test_discovery_amid_a_switch_leaves_the_old_members_and_the_switch_alone() -> None:
    site = Site(dynamic("1"), versioned(1, 2, version="1"))
    before = site.put(dynamic("2"), versioned(3, 4, version="2"))
    site.now += 5
    made = site.follow(versioned(4, 5, version="2"))
    assert phases(made) == {4: "incoming", 5: "incoming", 3: "draining", 1: "leaving", 2: "leaving"}
    assert (made.transition, made.previous) == (before.transition, before.previous)


def test_discovery_while_old_members_drain_goes_on_with_that_switch() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    before = site.put(dynamic("2"), versioned(2, version="2"))
    site.look(proven=[2])
    site.now += 5
    made = site.follow(versioned(2, 3, version="2"))
    assert phases(made) == {2: "serving", 3: "incoming", 1: "draining"}
    assert made.transition.revision == before.transition.revision
    assert (made.transition.from_version, made.transition.start_time) == ("1", before.transition.start_time)
    assert seconds(made.transition.deadline) == site.now + 60


def test_nothing_is_under_way_where_discovery_ends_what_was() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    site.follow(versioned(1, 2, version="1"))
    site.look(proven=[2])
    made = site.follow([])
    assert phases(made) == {1: "draining", 2: "draining"}
    assert not site.look(idle=[1, 2]).HasField("transition")


# A switch that failed


def test_a_switch_that_failed_leaves_those_serving_who_served() -> None:
    site = Site(static(1, 2))
    site.put(static(2, 3), drain_timeout=30.0)
    made = site.abort()
    assert phases(made) == {1: "serving", 2: "serving", 3: "draining"}
    assert seconds(by_port(made, 3).leave_time) == site.now + 30
    assert site.backend.members == static(1, 2).members
    assert (made.transition.min_healthy, made.HasField("previous")) == (0, False)


def test_a_version_that_failed_is_the_former_one_again() -> None:
    site = Site(dynamic("1"), versioned(1, 2, version="1"))
    site.put(dynamic("2"), versioned(2, 3, version="2"))
    made = site.abort()
    assert phases(made) == {2: "serving", 1: "serving", 3: "draining"}
    assert [each.version for each in made.members] == ["1", "1", "2"]
    assert site.backend.version == "1"
    assert (made.transition.from_version, made.transition.to_version) == ("2", "1")


def test_what_an_operator_set_stays_with_the_member_through_a_failure() -> None:
    site = Site(static(1, 2))
    with_admin(site, 1, ADMIN_STATE_DRAIN)
    site.put(static(2, 3))
    kept = by_port(site.abort(), 1)
    assert (kept.admin_state, kept.admin_weight) == (ADMIN_STATE_DRAIN, 9)


def test_members_that_had_gone_are_proven_before_a_failure_leads_back_to_them() -> None:
    site = Site(static(1, 2))
    site.put(static(3, 4), min_healthy=1)
    site.look(proven=[3])
    site.put(static(1, 2))
    made = site.abort()
    assert phases(made) == {3: "serving", 4: "incoming", 1: "draining", 2: "draining"}


def test_a_switch_that_took_the_place_of_another_goes_back_to_where_that_would() -> None:
    site = Site(static(1))
    site.put(static(2))
    site.put(static(3))
    assert phases(site.abort()) == {1: "serving", 2: "draining", 3: "draining"}
    assert site.backend.members == static(1).members


def changed(backend: Backend, balance: str) -> Backend:
    backend.balance = balance
    return backend


def test_other_fields_that_came_with_a_switch_go_back_with_it() -> None:
    site = Site(static(1))
    site.put(changed(static(2), "leastconn"))
    site.abort()
    assert site.backend.balance == ""


def test_other_fields_that_were_changed_since_stand() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    site.put(dynamic("2"), versioned(2, version="2"))
    site.put(changed(dynamic("2"), "leastconn"), versioned(2, version="2"))
    site.abort()
    assert (site.backend.balance, site.backend.version) == ("leastconn", "1")


def test_other_fields_that_were_changed_stand_when_the_next_switch_fails_too() -> None:
    site = Site(static(1))
    site.put(static(2))
    site.put(changed(static(2), "leastconn"))
    site.put(changed(static(3), "leastconn"))
    site.abort()
    assert (site.backend.balance, list(site.backend.members)) == ("leastconn", list(static(1).members))


def test_a_backend_of_another_type_goes_back_whole() -> None:
    site = Site(static(1))
    site.put(dynamic("2"), versioned(2, version="2"))
    site.put(changed(dynamic("2"), "leastconn"), versioned(2, version="2"))
    assert phases(site.abort()) == {1: "serving", 2: "draining"}
    assert site.backend.members == static(1).members


def test_a_failure_without_anything_to_drain_is_over_at_once() -> None:
    site = Site(dynamic("1"), versioned(1, version="1"))
    site.put(dynamic("2"), versioned(1, version="2"))
    made = site.abort()
    assert (phases(made), made.HasField("transition")) == ({1: "serving"}, False)
    assert [member_name(each) for each in made.members] == ["10.0.0.1:1"]
