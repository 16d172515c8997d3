"""How switches go on: by checks that pass, sessions that end, and time."""

import pytest

from aqueduct.model.advancing import needed
from aqueduct.model.times import seconds
from aqueduct.v1.backend_pb2 import TRANSITION_PHASE_DRAINING, TRANSITION_PHASE_PROVING
from tests.unit.model.switches import Site, dynamic, member, phases, static


def test_the_gate_opens_once_enough_are_proven_and_the_others_follow() -> None:
    site = Site(static(1, 2))
    site.put(static(3, 4, 5))
    waiting = site.look(proven=[3])
    assert phases(waiting) == {3: "incoming", 4: "incoming", 5: "incoming", 1: "leaving", 2: "leaving"}
    opened = site.look(proven=[3, 4])
    assert phases(opened) == {3: "serving", 4: "serving", 5: "incoming", 1: "draining", 2: "draining"}
    assert (opened.transition.min_healthy, opened.transition.phase) == (0, TRANSITION_PHASE_DRAINING)
    assert not opened.HasField("previous")
    assert phases(site.look(proven=[3, 4, 5])) == {
        3: "serving",
        4: "serving",
        5: "serving",
        1: "draining",
        2: "draining",
    }
    over = site.look(idle=[1, 2])
    assert (phases(over), over.HasField("transition")) == ({3: "serving", 4: "serving", 5: "serving"}, False)


def test_nothing_changes_where_nothing_new_is_seen() -> None:
    site = Site(static(1))
    before = site.put(static(2))
    assert site.look() is before
    assert site.look(proven=[1, 9], idle=[1, 2]) is before


def test_who_drains_goes_when_its_sessions_are_over_or_its_time_is() -> None:
    site = Site(static(1, 2, 3))
    site.put(static(1), drain_timeout=30.0)
    assert phases(site.look(idle=[2])) == {1: "serving", 3: "draining"}
    assert phases(site.look(later=29.9)) == {1: "serving", 3: "draining"}
    assert phases(site.look(later=0.1)) == {1: "serving"}


def test_the_drain_timeout_begins_when_the_gate_opens() -> None:
    site = Site(static(1))
    site.put(static(2), drain_timeout=30.0)
    opened = site.look(proven=[2], later=20)
    assert seconds(opened.members[1].leave_time) == site.now + 30


def test_a_member_that_serves_without_a_gate_is_proven_by_itself() -> None:
    site = Site(static())
    assert site.put(static(1, 2)).transition.phase == TRANSITION_PHASE_PROVING
    assert phases(site.look(proven=[2])) == {1: "incoming", 2: "serving"}
    assert not site.look(proven=[1]).HasField("transition")


def test_a_check_that_does_not_pass_in_time_is_left_to_haproxy() -> None:
    site = Site(static())
    site.put(static(1))
    assert phases(site.look(later=59)) == {1: "incoming"}
    over = site.look(later=1)
    assert (phases(over), over.HasField("transition")) == ({1: "serving"}, False)


def test_a_member_that_was_redeployed_is_proven_again() -> None:
    site = Site(static(1, version="1"))
    site.put(static(1, version="2"))
    assert phases(site.look()) == {1: "renewed"}
    assert phases(site.look(proven=[1])) == {1: "serving"}


@pytest.mark.parametrize(("proven", "fails"), [([], True), ([3], True), ([3, 4], False)])
def test_a_switch_fails_at_its_deadline_where_too_few_are_proven(proven: list[int], fails: bool) -> None:
    site = Site(static(1, 2))
    site.put(static(3, 4), switch_timeout=10.0)
    assert not site.fails(proven=proven)
    site.now += 10
    assert site.fails(proven=proven) is fails


def test_a_switch_that_has_nothing_to_go_back_to_does_not_fail() -> None:
    site = Site(dynamic("1"), [member(1)])
    site.follow([member(2), member(3)])
    assert phases(site.look()) == {2: "incoming", 3: "incoming", 1: "leaving"}
    site.follow([member(2)])
    assert phases(site.look(idle=[3])) == {2: "incoming", 1: "leaving"}
    site.now += 60
    assert not site.fails()
    assert phases(site.look()) == {2: "serving", 1: "draining"}


def test_an_open_gate_does_not_fail() -> None:
    site = Site(static(1))
    site.put(static(2, 3))
    site.look(proven=[2])
    site.now += 60
    assert not site.fails()


def test_members_that_discovery_took_away_are_not_waited_for() -> None:
    site = Site(dynamic("1"), [member(1), member(2)])
    waiting = site.put(dynamic("2"), [member(3), member(4)])
    assert (needed(waiting), waiting.transition.min_healthy) == (2, 2)
    fewer = site.follow([member(3)])
    assert needed(fewer) == 1
    assert needed(site.follow([member(3), member(4), member(5)])) == 2
    assert phases(site.look(proven=[3, 4])) == {
        3: "serving",
        4: "serving",
        5: "incoming",
        1: "draining",
        2: "draining",
    }


def test_a_switch_whose_new_members_have_all_gone_fails_at_its_deadline() -> None:
    site = Site(dynamic("1"), [member(1)])
    site.put(dynamic("2"), [member(2)])
    assert needed(site.follow([])) == 1
    assert phases(site.look(idle=[2])) == {1: "leaving"}
    site.now += 60
    assert site.fails()
    assert phases(site.abort()) == {1: "serving"}


def test_nothing_is_needed_at_rest() -> None:
    assert needed(Site(static(1)).put(static(1))) == 0
