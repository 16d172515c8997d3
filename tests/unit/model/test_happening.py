"""Events, and the lines that tell them."""

import pytest

from aqueduct.model.happening import (
    PASSED,
    applied,
    aqueduct_started,
    config_changed,
    deregistered,
    drift_found,
    events_lost,
    haproxy_changed,
    member_changed,
    members_came,
    members_went,
    registered,
    source_changed,
    switch_changed,
    verbs,
)
from aqueduct.model.server_status import DOWN, UP, Status
from aqueduct.model.times import duration, timestamp
from aqueduct.v1.activity_pb2 import (
    VERB_ACTIVITY_LOST,
    VERB_CONFIG_CHANGED,
    VERB_DOWN,
    VERB_DRAINED,
    VERB_HA_PROXY_ADOPTED,
    VERB_HA_PROXY_CONFIG_CHANGED,
    VERB_HA_PROXY_DIED,
    VERB_HA_PROXY_RESTARTED,
    VERB_HA_PROXY_STARTED,
    VERB_MAINT,
    VERB_OFFLINE,
    VERB_ONLINE,
    VERB_READY,
    VERB_SWITCH_COMPLETED,
    VERB_SWITCH_FAILED,
    VERB_SWITCH_STARTED,
    VERB_UP,
    MemberActivity,
    RestoredBackup,
    StartActivity,
    Verb,
)
from aqueduct.v1.apply_pb2 import (
    APPLY_KIND_NOTHING,
    APPLY_KIND_RELOAD,
    APPLY_KIND_RUNTIME,
    APPLY_KIND_START,
    ApplyOutcome,
)
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_DRAIN,
    ADMIN_STATE_MAINT,
    ADMIN_STATE_READY,
    Member,
    Transition,
)
from aqueduct.v1.haproxy_pb2 import (
    HA_PROXY_STATE_FAILED,
    HA_PROXY_STATE_RESTARTING,
    HA_PROXY_STATE_RUNNING,
    HA_PROXY_STATE_STARTING,
    Drift,
    SourceStatus,
)
from aqueduct.v1.history_pb2 import REVISION_CAUSE_SWITCH, REVISION_CAUSE_UNDO, Revision
from aqueduct.v1.registry_pb2 import Registration
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN, OPERATIONAL_STATE_UP

MAINT = Status(ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN)
DRAINED = Status(ADMIN_STATE_DRAIN, OPERATIONAL_STATE_UP)
DRAINED_DOWN = Status(ADMIN_STATE_DRAIN, OPERATIONAL_STATE_DOWN)
STOPPING = Status(ADMIN_STATE_READY, OPERATIONAL_STATE_DRAIN)
REFUSED = 'Layer4 connection problem, info: "Connection refused"'


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (UP, UP, []),
        (UP, DOWN, [VERB_DOWN]),
        (DOWN, UP, [VERB_UP]),
        (UP, DRAINED, [VERB_DRAINED]),
        (DRAINED, UP, [VERB_READY]),
        (DRAINED, DRAINED_DOWN, [VERB_DOWN]),
        (DRAINED_DOWN, DRAINED, [VERB_UP]),
        (DRAINED_DOWN, DOWN, [VERB_READY]),
        (UP, MAINT, [VERB_MAINT]),
        (DOWN, MAINT, [VERB_MAINT]),
        (MAINT, MAINT, []),
        (MAINT, UP, [VERB_READY]),
        (MAINT, DOWN, [VERB_READY, VERB_DOWN]),
        (MAINT, DRAINED, [VERB_DRAINED]),
        (UP, STOPPING, [VERB_DRAINED]),
        (STOPPING, UP, [VERB_READY]),
        (STOPPING, DOWN, [VERB_DOWN]),
        (None, UP, [VERB_UP]),
        (None, DOWN, [VERB_DOWN]),
        (None, DRAINED, [VERB_DRAINED]),
        (None, MAINT, [VERB_MAINT]),
    ],
)
def test_what_is_told_of_a_member(before: Status | None, after: Status, expected: list[Verb]) -> None:
    assert verbs(before, after) == expected


@pytest.mark.parametrize(
    ("verb", "reason", "left", "message"),
    [
        (VERB_DOWN, REFUSED, 3, f"is down: {REFUSED}; 3 left"),
        (VERB_UP, "Layer4 check passed", 4, "is up: Layer4 check passed; 4 up"),
        (VERB_UP, PASSED, None, "is up: its check has passed"),
        (VERB_UP, "changed from CLI", None, "is up: set by the Runtime API"),
        (VERB_DOWN, "changed from CLI", None, "is down: set by the Runtime API"),
        (VERB_READY, "leaving forced maintenance", None, "is ready again"),
        (VERB_MAINT, "", None, "is in maintenance"),
        (VERB_DRAINED, "", 0, "takes nothing new; 0 left"),
        (VERB_ONLINE, "", None, "is online"),
        (VERB_OFFLINE, "", None, "is offline"),
    ],
)
def test_members(verb: Verb, reason: str, left: int | None, message: str) -> None:
    activity = MemberActivity(reason=reason, active_members=left or 0)
    member = Member(host="10.0.0.1", port=80)
    event = member_changed("web", member, "10.0.0.1:80", verb, activity, has_left=left is not None)
    assert (event.verb, event.resource, event.member) == (verb, "backends/web", "10.0.0.1:80")
    assert event.message == f"backends/web: 10.0.0.1:80 {message}"
    assert event.member_change.member == member
    assert event.member_change.reason == reason


def test_many_members_at_once() -> None:
    event = members_came(39_900, 9_975)
    assert event.message == "39,900 members more came along with 9,975 backends"
    event = members_went(2_000, 1)
    assert (event.verb, event.resource) == (VERB_OFFLINE, "backends/")
    assert event.message == "2,000 members more went along with 1 backends"


def test_a_server_of_a_native_line() -> None:
    event = member_changed("web", None, "db", VERB_DOWN, MemberActivity())
    assert (event.member, event.message) == ("db", "backends/web: db is down")
    assert not event.member_change.HasField("member")


def revision(*changes: str) -> Revision:
    """Return a revision: `+` creates a resource, `-` deletes it, `~` changes it."""
    made = Revision(revision=7, create_time=timestamp(5))
    for change in changes:
        added = made.changes.add(resource=change[1:])
        if change[0] in "~-":
            added.before.backend.key = "x"
        if change[0] in "~+":
            added.after.backend.key = "x"
    return made


@pytest.mark.parametrize(
    ("changes", "resource", "message"),
    [
        (("+backends/a",), "backends/a", "backends/a created"),
        (("-backends/a", "~frontends/b"), "configuration", "backends/a deleted, frontends/b changed"),
        (
            tuple(f"+backends/{name}" for name in "abcd"),
            "configuration",
            "4 resources (backends/a, backends/b, backends/c, ...) created",
        ),
    ],
)
def test_configuration(changes: tuple[str, ...], resource: str, message: str) -> None:
    event = config_changed(revision(*changes))
    assert (event.verb, event.resource) == (VERB_CONFIG_CHANGED, resource)
    assert event.message == f"revision 7: {message}"
    assert event.time.seconds == 5
    told = event.config.revision
    assert [change.resource for change in told.changes] == [change[1:] for change in changes]
    assert not any(change.HasField("after") or change.HasField("before") for change in told.changes)


def test_who_changed_the_configuration_and_why() -> None:
    made = revision("~backends/a")
    made.annotation.author = "ann"
    assert config_changed(made).message == "revision 7: backends/a changed by ann"
    made.annotation.message = "faster"
    assert config_changed(made).message == "revision 7: backends/a changed by ann: faster"
    assert config_changed(made).config.revision.annotation == made.annotation
    made.restored_revision = 3
    assert config_changed(made).message == "revision 7: back to revision 3: backends/a changed by ann: faster"


def test_configuration_that_is_taken_back() -> None:
    made = revision("~backends/a")
    made.cause = REVISION_CAUSE_UNDO
    made.annotation.message = "revision 6 was refused: no"
    assert config_changed(made).message == "revision 7: backends/a changed back: revision 6 was refused: no"
    made = revision("~backends/a")
    made.cause = REVISION_CAUSE_SWITCH
    assert config_changed(made).message == "revision 7: backends/a changed back, as its switch failed"


def test_applies() -> None:
    outcome = ApplyOutcome(kind=APPLY_KIND_RUNTIME, revision=7, duration=duration(0.0034))
    event = applied(outcome)
    assert event is not None
    assert (event.verb, event.resource, event.apply) == (VERB_HA_PROXY_CONFIG_CHANGED, "haproxy", outcome)
    assert event.message == "HAProxy serves revision 7, changed without a reload in 3 ms"
    outcome.reason = "backend web: 2 servers added"
    event = applied(outcome)
    assert event is not None
    assert event.message.endswith(" changed without a reload in 3 ms: backend web: 2 servers added")
    event = applied(ApplyOutcome(kind=APPLY_KIND_RELOAD, revision=7, reason="why", duration=duration(1.5)))
    assert event is not None
    assert event.verb == VERB_HA_PROXY_RESTARTED
    assert event.message == "HAProxy serves revision 7, reloaded in 1,500 ms: why"
    for kind in (APPLY_KIND_NOTHING, APPLY_KIND_START):
        assert applied(ApplyOutcome(kind=kind)) is None
    assert applied(ApplyOutcome(kind=APPLY_KIND_RELOAD, error="no")) is None


def test_registrations() -> None:
    registration = Registration(id="/web/1.0.0/10.0.0.1/80")
    assert registered(registration).resource == "registrations/web/1.0.0/10.0.0.1/80"
    assert registered(registration).message == "web/1.0.0/10.0.0.1/80 registered"
    assert deregistered(registration).message == "web/1.0.0/10.0.0.1/80 is registered no more"


def test_sources() -> None:
    lost = source_changed(SourceStatus(name="dns", error="timed out"))
    assert (lost.resource, lost.message) == (
        "sources/dns",
        "dns does not answer: timed out; what it last told stays",
    )
    assert source_changed(SourceStatus(name="dns")).message == "dns answers again"


def test_haproxy() -> None:
    event = haproxy_changed(HA_PROXY_STATE_RUNNING, "", 12, adopted=False)
    assert event is not None
    assert (event.verb, event.message) == (VERB_HA_PROXY_STARTED, "HAProxy was started, pid 12")
    event = haproxy_changed(HA_PROXY_STATE_RUNNING, "", 0, adopted=True)
    assert event is not None
    assert (event.verb, event.message) == (VERB_HA_PROXY_ADOPTED, "HAProxy was taken over")
    for state in (HA_PROXY_STATE_RESTARTING, HA_PROXY_STATE_FAILED):
        event = haproxy_changed(state, "HAProxy was killed", 0, adopted=True)
        assert event is not None
        assert (event.verb, event.message) == (VERB_HA_PROXY_DIED, "HAProxy was killed")
    assert haproxy_changed(HA_PROXY_STATE_STARTING, "", 0, adopted=False) is None


def test_aqueduct() -> None:
    assert aqueduct_started(StartActivity(version="1.0")).message == "Aqueduct 1.0 started"
    assert (
        aqueduct_started(StartActivity(version="1.0", label="edge")).message == "Aqueduct 1.0 started as edge"
    )


def test_aqueduct_that_is_started_from_a_backup() -> None:
    start = StartActivity(version="1.0", restored=RestoredBackup(file="/b/night", revision=7))
    event = aqueduct_started(start)
    assert event.message == "Aqueduct 1.0 started from the backup /b/night: revision 7"
    start.restored.revision_time.CopyFrom(timestamp(1_772_359_964.9))
    event = aqueduct_started(start)
    assert event.message.endswith(" /b/night: revision 7 of 2026-03-01 10:12:44 UTC")
    assert event.start == start


def test_drift() -> None:
    event = drift_found(Drift(resource="backends/a", message="server x is missing"))
    assert event.message == "backends/a was put right: server x is missing"


def test_switches() -> None:
    transition = Transition(from_version="1", to_version="2")
    assert (
        switch_changed("a", VERB_SWITCH_STARTED, transition).message == "backends/a: a switch began, 1 to 2"
    )
    complete = switch_changed("a", VERB_SWITCH_COMPLETED, Transition(to_version="2"))
    assert complete.message == "backends/a: the switch is complete, ? to 2"
    failed = switch_changed("a", VERB_SWITCH_FAILED, Transition(), "too few")
    assert failed.message == "backends/a: the switch failed: too few"


def test_events_that_are_lost() -> None:
    event = events_lost(1_200)
    assert (event.verb, event.resource) == (VERB_ACTIVITY_LOST, "aqueduct")
    assert event.message == "1,200 events could not be kept, and are not told"
