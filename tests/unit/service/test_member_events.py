"""Events of members, by a real store and a HAProxy that says what the test wants."""

from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

import pytest

from aqueduct.model.resources import Kind, Ref, delete, put
from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.model.times import seconds
from aqueduct.ports.activity import Server, Standing
from aqueduct.service.member_events import MOST_AT_ONCE, MemberEvents
from aqueduct.service.recorder import Recorder
from aqueduct.service.roster import Roster
from aqueduct.service.states import MemberStates
from aqueduct.store.activity import LmdbActivity
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.activity_pb2 import Event, Verb
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    ADMIN_STATE_UNSPECIFIED,
    BACKEND_TYPE_STATIC,
    MEMBER_PHASE_DRAINING,
    MEMBER_PHASE_INCOMING,
    MEMBER_PHASE_RENEWED,
    MEMBER_PHASE_SERVING,
    AdminState,
    Backend,
    Member,
    MemberPhase,
    Membership,
)
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_UP
from tests.unit.discovery.doubles import ManualClock
from tests.unit.service.test_states import Script

COMMAND = "changed from CLI"
REFUSED = 'Layer4 connection problem, info: "Connection refused"'
A = "web_10.0.0.1:1"
"""The server of member 1."""
Phases = Mapping[int, MemberPhase]


def backend(*ports: int, key: str = "web", natives: Iterable[str] = ()) -> Backend:
    members = [Member(host="10.0.0.1", port=port) for port in ports]
    return Backend(key=key, type=BACKEND_TYPE_STATIC, members=members, natives=natives)


class Plane:
    """What stands behind events of members."""

    def __init__(self, store: LmdbStore, told: Mapping[Server, Status]) -> None:
        self.store = store
        self.haproxy = Script()
        self.clock = ManualClock()
        self.events: list[Event] = []
        roster = Roster(store)
        self.states = MemberStates(self.haproxy, self.clock, lambda: 30.0, roster.begins_down)
        recorder = Recorder(self.clock)
        recorder.on_event(self.events.append)
        self.members = MemberEvents(store, roster, self.states, recorder, told)

    async def commit(self, *changes: Change) -> None:
        committed = await self.store.commit(changes)
        self.members.committed(committed.changes)

    async def put(self, phases: Phases, admin: AdminState = ADMIN_STATE_UNSPECIFIED) -> None:
        """Have backend `web` have these members; `admin` is what an operator set of the first one."""
        membership = Membership(key="web")
        for port, phase in phases.items():
            membership.members.add(host="10.0.0.1", port=port, phase=phase)
        membership.members[0].admin_state = admin
        await self.commit(put(backend(*phases)), put(membership))

    async def phase(self, phase: MemberPhase) -> None:
        await self.put({1: phase})

    def begins(self, server: str = A) -> None:
        """Tell what HAProxy does as a server is added."""
        self.haproxy.says(server, OPERATIONAL_STATE_UP, ADMIN_STATE_DRAIN, "leaving forced maintenance")
        self.haproxy.says(server, OPERATIONAL_STATE_DOWN, None, COMMAND)
        self.haproxy.says(server, OPERATIONAL_STATE_DOWN, ADMIN_STATE_READY, "leaving forced drain")

    def up(self, reason: str = "", server: str = A) -> None:
        self.haproxy.says(server, OPERATIONAL_STATE_UP, None, reason)

    def down(self, reason: str = "", server: str = A) -> None:
        self.haproxy.says(server, OPERATIONAL_STATE_DOWN, None, reason)

    def verbs(self) -> list[str]:
        """Return what was told since the last time."""
        told = [Verb.Name(event.verb).removeprefix("VERB_").lower() for event in self.events]
        self.events.clear()
        return told

    def messages(self) -> list[str]:
        """Return the lines that were told since the last time, without whom of `web` they are about."""
        told = [event.message.removeprefix("backends/web: ") for event in self.events]
        self.events.clear()
        return told


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[LmdbStore]:
    made = await LmdbStore.open(tmp_path / "store")
    yield made
    await made.close()


@pytest.fixture
def plane(store: LmdbStore) -> Plane:
    return Plane(store, {})


async def test_a_new_member_that_begins_is_no_event_and_what_it_goes_through_then_is(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_INCOMING)
    plane.begins()
    assert plane.verbs() == ["online"]
    plane.up()
    plane.down(REFUSED)
    plane.up()
    plane.down()
    assert plane.verbs() == ["up", "down", "up", "down"]
    plane.up()
    await plane.phase(MEMBER_PHASE_SERVING)
    assert plane.verbs() == ["up"]


async def test_how_new_members_stand_is_known_after_a_restart(store: LmdbStore, tmp_path: Path) -> None:
    plane = Plane(store, {})
    await plane.phase(MEMBER_PHASE_INCOMING)
    plane.up()
    activity = await LmdbActivity.open(tmp_path / "activity", plane.store.retention, plane.clock)
    await activity.write([], plane.members.taken())
    await activity.close()
    activity = await LmdbActivity.open(tmp_path / "activity", plane.store.retention, plane.clock)
    again = Plane(store, activity.standing())
    assert list(again.states.not_up()) == []
    again.down()
    assert again.verbs() == ["down"]
    again.up()
    await again.phase(MEMBER_PHASE_SERVING)
    assert again.verbs() == ["up"]
    await activity.write([], again.members.taken())
    await activity.close()
    activity = await LmdbActivity.open(tmp_path / "activity", plane.store.retention, plane.clock)
    assert activity.standing() == {}
    await activity.close()


def changes(plane: Plane) -> Standing:
    return plane.members.taken()


async def test_that_a_member_stands_up_is_kept_while_it_is_new(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_INCOMING)
    assert changes(plane) == {}
    plane.up()
    assert changes(plane) == {("web", A): UP}
    await plane.phase(MEMBER_PHASE_SERVING)
    assert changes(plane) == {("web", A): None}
    plane.down()
    plane.up()
    assert changes(plane) == {("web", A): None}
    assert changes(plane) == {}


async def test_one_that_is_dead_from_the_start_is_told_once_with_the_words_of_its_check(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_INCOMING)
    plane.begins()
    for words in ("Layer4 timeout", "Layer4 timeout", REFUSED):
        plane.members.checked("web", A, words)
    assert plane.messages()[1:] == ["10.0.0.1:1 is down: Layer4 timeout"]
    await plane.phase(MEMBER_PHASE_SERVING)  # its time was over
    assert plane.verbs() == []
    plane.up("Layer4 check passed")
    assert plane.verbs() == ["up"]


async def test_checks_of_others_are_no_events(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_RENEWED)  # of it the old version serves
    plane.members.checked("web", A, REFUSED)
    plane.members.checked("web", "gone", REFUSED)
    assert plane.verbs() == ["online"]


@pytest.mark.parametrize(("is_up", "expected"), [(True, ["up"]), (False, ["down"])])
async def test_one_of_which_nothing_was_heard_is_told_as_it_comes_to_serve(
    plane: Plane, is_up: bool, expected: list[str]
) -> None:
    await plane.phase(MEMBER_PHASE_INCOMING)
    if not is_up:
        plane.begins()
    plane.verbs()
    await plane.phase(MEMBER_PHASE_SERVING)
    assert plane.verbs() == expected


async def test_a_new_member_that_leaves_maintenance_begins_anew(plane: Plane) -> None:
    await plane.put({1: MEMBER_PHASE_INCOMING}, ADMIN_STATE_MAINT)
    plane.haproxy.says(A, OPERATIONAL_STATE_DOWN, ADMIN_STATE_MAINT)
    assert plane.verbs() == ["online", "maint"]
    await plane.put({1: MEMBER_PHASE_INCOMING})
    plane.begins()
    assert plane.verbs() == []
    plane.up()
    assert plane.verbs() == ["ready"]


async def test_whoever_drains_is_offline_and_no_more_is_told(plane: Plane) -> None:
    await plane.put({1: MEMBER_PHASE_SERVING, 2: MEMBER_PHASE_SERVING})
    await plane.put({1: MEMBER_PHASE_SERVING, 2: MEMBER_PHASE_DRAINING})
    plane.down(server="web_10.0.0.1:2")
    await plane.put({1: MEMBER_PHASE_SERVING})
    plane.haproxy.says("web_10.0.0.1:2", OPERATIONAL_STATE_DOWN, ADMIN_STATE_MAINT)
    assert plane.verbs() == ["online", "online", "offline"]


async def test_servers_of_native_lines_are_told_by_their_own_names(plane: Plane) -> None:
    await plane.commit(
        put(backend(natives=["server db 10.0.0.2:80 check", "server-template t 3 10.0.0.3:80"]))
    )
    plane.down(REFUSED, "db")
    plane.down("", "t2")
    plane.up("", "db")
    events = list(plane.events)
    assert plane.verbs() == ["down", "down", "up"]
    assert [event.member for event in events] == ["db", "t2", "db"]
    assert events[0].message == f"backends/web: db is down: {REFUSED}"
    assert not events[0].member_change.HasField("member")
    plane.members.taken()
    await plane.commit(delete(Ref(Kind.BACKEND, "web")))
    assert plane.members.taken() == {("web", "t2"): None}
    plane.down("", "db")
    assert plane.verbs() == []


async def test_servers_of_native_lines_that_come_live_begin_like_others(plane: Plane) -> None:
    old, new = "server old 10.0.0.2:80 check", "server new 10.0.0.2:81 check"
    await plane.commit(put(backend(natives=[old])))
    plane.down("", "old")
    await plane.commit(put(backend(natives=[new])))
    plane.begins("new")
    assert plane.verbs() == ["down"]
    assert plane.members.taken() == {("web", "old"): None}
    plane.up("Layer4 check passed", "new")
    plane.down("", "new")
    assert plane.verbs() == ["up", "down"]


async def test_members_of_a_backend_that_is_deleted_are_offline(plane: Plane) -> None:
    await plane.put({1: MEMBER_PHASE_SERVING, 2: MEMBER_PHASE_DRAINING})
    plane.down()
    plane.members.taken()
    plane.verbs()
    await plane.commit(delete(Ref(Kind.BACKEND, "web")), delete(Ref(Kind.MEMBERSHIP, "web")))
    events = list(plane.events)
    assert plane.verbs() == ["offline"]
    assert (events[0].resource, events[0].member) == ("backends/web", "10.0.0.1:1")
    assert plane.members.taken() == {("web", A): None}


async def test_of_very_many_that_come_or_go_at_once_the_number_is_told(plane: Plane) -> None:
    keys = ["a", "b", "c"]
    await plane.commit(*(put(backend(*range(1, 61), key=key)) for key in keys))
    assert len(plane.events) == MOST_AT_ONCE + 1
    assert plane.messages()[-1] == "80 members more came along with 2 backends"
    await plane.commit(*(delete(Ref(Kind.BACKEND, key)) for key in keys))
    assert len(plane.events) == MOST_AT_ONCE + 1
    assert plane.messages()[-1] == "80 members more went along with 2 backends"


async def test_who_raised_a_member_is_told(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_INCOMING)
    plane.begins()
    plane.members.checked("web", A, "")
    plane.up(COMMAND)
    assert plane.messages()[1:] == ["10.0.0.1:1 is up: its check has passed"]
    await plane.phase(MEMBER_PHASE_SERVING)
    plane.down(COMMAND)
    plane.up(COMMAND)
    assert plane.messages() == [
        "10.0.0.1:1 is down: set by the Runtime API",
        "10.0.0.1:1 is up: set by the Runtime API",
    ]


async def test_what_aqueduct_raised_is_forgotten_once_it_serves(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_RENEWED)
    plane.members.checked("web", A, "")  # it was up already
    await plane.phase(MEMBER_PHASE_SERVING)
    plane.down()
    plane.verbs()
    plane.up(COMMAND)
    assert plane.messages() == ["10.0.0.1:1 is up: set by the Runtime API"]


async def test_events_have_haproxys_time_unless_that_is_to_come(plane: Plane) -> None:
    await plane.phase(MEMBER_PHASE_SERVING)
    plane.events.clear()
    now = plane.clock.time()
    for offset, health in ((-0.25, OPERATIONAL_STATE_DOWN), (60, OPERATIONAL_STATE_UP)):
        plane.haproxy.says(A, health, time=now + offset)
    plane.down()
    assert [seconds(event.time) - now for event in plane.events] == [-0.25, 0, 0]


async def test_what_had_to_be_asked_has_the_words_of_the_check(plane: Plane) -> None:
    await plane.put({1: MEMBER_PHASE_SERVING, 2: MEMBER_PHASE_SERVING})
    plane.events.clear()
    plane.haproxy.stands = {A: DOWN, "web_10.0.0.1:2": DOWN}
    plane.haproxy.checks = {A: "Layer4 timeout"}
    await plane.states.compare()
    assert plane.messages() == ["10.0.0.1:1 is down: Layer4 timeout", "10.0.0.1:2 is down"]
    plane.haproxy.asked_why.clear()
    await plane.states.compare()
    assert plane.haproxy.asked_why == []
