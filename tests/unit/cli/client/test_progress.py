"""What a change waits for, in one line."""

from datetime import UTC, datetime

from aqueduct.cli.client.progress import line
from aqueduct.v1.backend_pb2 import TRANSITION_PHASE_DRAINING, TRANSITION_PHASE_PROVING
from aqueduct.v1.haproxy_pb2 import Status

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def _status(count: int) -> Status:
    status = Status()
    for number in range(count):
        one = status.transitions.add(key=f"app-{number}")
        one.transition.phase = TRANSITION_PHASE_PROVING
        one.transition.from_version, one.transition.to_version = "1", "2"
        one.transition.deadline.FromSeconds(int(NOW.timestamp()) + 42)
    return status


def test_it_tells_the_time_alone() -> None:
    assert line(Status(), 3.2, NOW) == "waiting for 3 s"


def test_it_tells_the_switches_under_way() -> None:
    assert line(_status(1), 3, NOW) == "waiting for 3 s; backends/app-0 proving 1 -> 2, 42 s left"
    assert line(_status(5), 3, NOW).endswith("; and 2 more")


def test_a_switch_without_versions_or_deadline() -> None:
    status = Status()
    status.transitions.add(key="app").transition.phase = TRANSITION_PHASE_DRAINING
    status.transitions.add(key="other")
    assert line(status, 1, NOW) == "waiting for 1 s; backends/app draining; backends/other under way"
