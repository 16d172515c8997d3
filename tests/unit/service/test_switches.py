"""When a switch is looked at next. The rest is tested on HAProxy: tests/integration/test_switches.py."""

from aqueduct.service.switches import FIRST_LOOK, Switches
from aqueduct.v1.backend_pb2 import MEMBER_PHASE_DRAINING, MEMBER_PHASE_INCOMING, MemberPhase, Membership


def _membership(revision: int, phase: MemberPhase = MEMBER_PHASE_DRAINING) -> Membership:
    made = Membership(key="web")
    made.members.add(host="10.0.0.1", port=80, phase=phase)
    made.transition.revision = revision
    return made


def test_changes_that_keep_coming_do_not_put_off_the_look_at_what_drains() -> None:
    switches = Switches()
    for number in range(10):
        switches.note("web", _membership(1 + number), number * FIRST_LOOK / 2)
        assert switches["web"].due == FIRST_LOOK


def test_new_members_are_looked_at_at_once() -> None:
    switches = Switches()
    switches.note("web", _membership(1), 100.0)
    switches.note("web", _membership(2, MEMBER_PHASE_INCOMING), 100.001)
    assert switches["web"].due == 100.001
