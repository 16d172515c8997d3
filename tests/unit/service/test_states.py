"""What is told of the states of members, by a HAProxy that says what the test wants."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

import pytest

from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.ports.states import Asked, Doubt, Listener, Told
from aqueduct.service.states import PATIENCE, MemberStates, StateChange
from aqueduct.v1.backend_pb2 import ADMIN_STATE_MAINT, AdminState
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_MAINT,
    OPERATIONAL_STATE_UP,
    OperationalState,
)
from tests.unit.discovery.doubles import ManualClock

MAINT = Status(ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN)


class Script:
    """A HAProxy of whose servers the test says how they stand."""

    def __init__(self) -> None:
        self.stands: dict[str, Status] = {}
        self.checks: dict[str, str] = {}
        self.asked_why: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self._told: Listener = lambda _: None
        self._doubt: Callable[[Doubt], None] = lambda _: None

    def on_told(self, listener: Listener) -> None:
        self._told = listener

    def on_doubt(self, listener: Callable[[Doubt], None]) -> None:
        self._doubt = listener

    async def ask(self) -> AsyncIterator[Sequence[Asked]]:
        self.meanwhile()
        yield [Asked("web", server, status) for server, status in self.stands.items()]

    async def failures(self, backends: Collection[str]) -> Mapping[tuple[str, str], str]:
        self.asked_why += [*backends]
        return {("web", server): words for server, words in self.checks.items() if "web" in backends}

    async def dropped(self) -> int:
        return 0

    def says(
        self,
        server: str,
        health: OperationalState | None,
        admin: AdminState | None = None,
        reason: str = "",
        time: float | None = None,
    ) -> None:
        self._told([Told(1, "web", server, admin, health, reason, time=time)])

    def loads(self) -> None:
        self._doubt(Doubt.LOADED)


class Plane:
    def __init__(self) -> None:
        self.haproxy = Script()
        self.clock = ManualClock()
        self.new: set[str] = set()
        self.states = MemberStates(self.haproxy, self.clock, lambda: 30.0, lambda _, name: name in self.new)
        self._changes: list[StateChange] = []
        self.states.on_change(self._changes.extend)

    def told(self) -> list[tuple[str, Status, Status]]:
        told = [(change.server, change.before, change.after) for change in self._changes]
        self._changes.clear()
        return told


@pytest.fixture
def plane() -> Plane:
    return Plane()


def test_a_change_is_told_once(plane: Plane) -> None:
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    assert plane.told() == [("a", UP, DOWN)]
    plane.haproxy.says("a", OPERATIONAL_STATE_UP)
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    assert plane.told() == [("a", DOWN, UP), ("a", UP, DOWN)]
    assert plane.states.status("web", "a") == DOWN
    assert plane.states.status("web", "b") == UP


def test_throw_away_servers_are_left_out(plane: Plane) -> None:
    plane.haproxy.says("_aqueduct_probe_1", OPERATIONAL_STATE_DOWN)
    assert plane.told() == []


async def test_what_was_missed_is_told_when_asked(plane: Plane) -> None:
    plane.haproxy.stands = {"a": DOWN, "b": MAINT, "c": UP, "_aqueduct_probe_1": DOWN}
    await plane.states.compare()
    assert plane.told() == [("a", UP, DOWN), ("b", UP, MAINT)]
    assert {server: status.state for (_, server), status in plane.states.not_up()} == {
        "a": OPERATIONAL_STATE_DOWN,
        "b": OPERATIONAL_STATE_MAINT,
    }
    plane.haproxy.stands = {"a": UP}
    await plane.states.compare()
    assert plane.told() == [("a", DOWN, UP)]
    assert list(plane.states.not_up()) == []  # b is gone


async def test_what_is_told_while_haproxy_is_asked_is_newer(plane: Plane) -> None:
    plane.haproxy.stands = {"a": UP}
    plane.haproxy.meanwhile = lambda: plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    await plane.states.compare()
    assert plane.told() == [("a", UP, DOWN)]
    assert plane.states.status("web", "a") == DOWN


async def test_one_that_goes_down_around_a_reload_goes_down_once(plane: Plane) -> None:
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    plane.haproxy.loads()
    plane.haproxy.stands = {"a": UP}
    await plane.states.compare()
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    assert plane.told() == [("a", UP, DOWN)]


async def test_one_that_came_back_around_a_reload_is_told_in_the_end(plane: Plane) -> None:
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    plane.haproxy.loads()
    plane.haproxy.stands = {"a": UP}
    await plane.states.compare()
    plane.clock.advance(PATIENCE)
    await plane.states.compare()
    assert plane.told() == [("a", UP, DOWN), ("a", DOWN, UP)]


async def test_what_operators_set_is_told_at_once_after_a_reload(plane: Plane) -> None:
    plane.haproxy.loads()
    plane.haproxy.stands = {"a": MAINT, "b": DOWN}
    await plane.states.compare()
    assert plane.told() == [("a", UP, MAINT), ("b", UP, DOWN)]


async def test_another_load_ends_the_question(plane: Plane) -> None:
    plane.haproxy.loads()
    plane.clock.advance(1)
    plane.haproxy.meanwhile = plane.haproxy.loads
    plane.haproxy.stands = {"b": DOWN}
    await plane.states.compare()
    assert plane.told() == []


def test_a_new_member_comes_up_though_nobody_saw_it_down(plane: Plane) -> None:
    plane.new = {"a"}
    plane.haproxy.says("a", OPERATIONAL_STATE_UP)
    plane.haproxy.says("a", OPERATIONAL_STATE_UP)
    assert plane.told() == [("a", DOWN, UP)]


def test_a_listener_that_fails_takes_nobody_down(plane: Plane) -> None:
    def fails(_: object) -> None:
        raise ValueError

    plane.states.on_change(fails)
    heard: list[StateChange] = []
    plane.states.on_change(heard.extend)
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    assert len(heard) == len(plane.told()) == 1


def test_what_was_known_before_is_told_no_more(plane: Plane) -> None:
    plane.states.take_up({("web", "a"): DOWN})
    plane.haproxy.says("a", OPERATIONAL_STATE_DOWN)
    assert plane.told() == []
