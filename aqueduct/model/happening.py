"""What happened, as events: each with one line that tells an operator what to know of it. Pure.

Lines begin with whom they are about and leave out what follows from that. Times and ids are given later.
"""

from collections.abc import Mapping
from typing import Final

from aqueduct.model.beginning import BY_COMMAND, LEAVING
from aqueduct.model.event_names import AQUEDUCT, CONFIGURATION, HAPROXY, listed
from aqueduct.model.resources import Kind, Ref
from aqueduct.model.server_status import Status
from aqueduct.model.times import instant, seconds
from aqueduct.v1.activity_pb2 import (
    VERB_ACTIVITY_LOST,
    VERB_CONFIG_CHANGED,
    VERB_DEREGISTERED,
    VERB_DOWN,
    VERB_DRAINED,
    VERB_DRIFT_FOUND,
    VERB_HA_PROXY_ADOPTED,
    VERB_HA_PROXY_CONFIG_CHANGED,
    VERB_HA_PROXY_DIED,
    VERB_HA_PROXY_RESTARTED,
    VERB_HA_PROXY_STARTED,
    VERB_MAINT,
    VERB_OFFLINE,
    VERB_ONLINE,
    VERB_READY,
    VERB_REGISTERED,
    VERB_SOURCE_FOUND,
    VERB_SOURCE_LOST,
    VERB_STARTED,
    VERB_SWITCH_COMPLETED,
    VERB_SWITCH_FAILED,
    VERB_SWITCH_STARTED,
    VERB_UP,
    ConfigActivity,
    Event,
    HAProxyActivity,
    MemberActivity,
    StartActivity,
    Verb,
)
from aqueduct.v1.apply_pb2 import (
    APPLY_KIND_RELOAD,
    APPLY_KIND_RUNTIME,
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
    Drift,
    HAProxyState,
    SourceStatus,
)
from aqueduct.v1.history_pb2 import REVISION_CAUSE_SWITCH, REVISION_CAUSE_UNDO, ResourceChange, Revision
from aqueduct.v1.registry_pb2 import Registration
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN, OPERATIONAL_STATE_UP

_BACK: Final = {REVISION_CAUSE_UNDO: " back", REVISION_CAUSE_SWITCH: " back, as its switch failed"}
PASSED: Final = "its check has passed"
"""Why a member is up that Aqueduct has raised itself."""
_ADMIN_VERBS: Final = {
    ADMIN_STATE_MAINT: VERB_MAINT,
    ADMIN_STATE_DRAIN: VERB_DRAINED,
    ADMIN_STATE_READY: VERB_READY,
}
_STATE_VERBS: Final = {
    OPERATIONAL_STATE_UP: VERB_UP,
    OPERATIONAL_STATE_DOWN: VERB_DOWN,
    OPERATIONAL_STATE_DRAIN: VERB_DRAINED,
}
_WORDS: Final = {
    VERB_ONLINE: "is online",
    VERB_OFFLINE: "is offline",
    VERB_UP: "is up",
    VERB_DOWN: "is down",
    VERB_DRAINED: "takes nothing new",
    VERB_MAINT: "is in maintenance",
    VERB_READY: "is ready again",
}


def verbs(before: Status | None, after: Status) -> list[Verb]:
    """Return what is to be told of a member that stands otherwise; None: nothing was told of it yet."""
    if before is None:
        return [VERB_MAINT if after.admin == ADMIN_STATE_MAINT else _STATE_VERBS[after.state]]
    made = [_ADMIN_VERBS[after.admin]] if after.admin != before.admin else []
    if after.admin == ADMIN_STATE_MAINT:
        return made
    was = OPERATIONAL_STATE_UP if before.admin == ADMIN_STATE_MAINT else before.health
    if after.health == was:
        return made
    if was == OPERATIONAL_STATE_DRAIN and after.health == OPERATIONAL_STATE_UP:
        return made or [VERB_READY]
    return [*made, _STATE_VERBS[after.health]]


def member_changed(
    key: str,
    member: Member | None,
    name: str,
    verb: Verb,
    activity: MemberActivity,
    *,
    has_left: bool = False,
) -> Event:
    """Return that a member of backend `key` came, went, or stands otherwise.

    `activity` tells why. `has_left`: its `active_members` were told. `member` is None for the server of a
    native line.
    """
    resource = str(Ref(Kind.BACKEND, key))
    why = _why(activity.reason)
    left = f"; {activity.active_members} {'left' if verb != VERB_UP else 'up'}" if has_left else ""
    message = f"{resource}: {name} {_WORDS[verb]}{f': {why}' if why else ''}{left}"
    if member is not None:
        activity.member.CopyFrom(member)
    return Event(verb=verb, resource=resource, member=name, message=message, member_change=activity)


def members_came(count: int, backends: int) -> Event:
    """Return that so many members more came along with their backends."""
    return _of_many(VERB_ONLINE, f"{count:,} members more came along with {backends:,} backends")


def members_went(count: int, backends: int) -> Event:
    """Return that so many members more went along with their backends."""
    return _of_many(VERB_OFFLINE, f"{count:,} members more went along with {backends:,} backends")


def _of_many(verb: Verb, message: str) -> Event:
    return Event(verb=verb, resource=f"{Kind.BACKEND.collection}/", message=message)


def _why(reason: str) -> str:
    if reason == BY_COMMAND:
        return "set by the Runtime API"
    return "" if reason.startswith(LEAVING) else reason


def config_changed(revision: Revision) -> Event:
    """Return that the configuration changed. `revision` tells what its resources were and became."""
    brief = Revision()
    for field in ("revision", "cause", "restored_revision"):
        setattr(brief, field, getattr(revision, field))
    brief.create_time.CopyFrom(revision.create_time)
    if revision.HasField("annotation"):
        brief.annotation.CopyFrom(revision.annotation)
    brief.changes.extend(ResourceChange(resource=change.resource) for change in revision.changes)
    resource = revision.changes[0].resource if len(revision.changes) == 1 else CONFIGURATION
    event = Event(verb=VERB_CONFIG_CHANGED, resource=resource, config=ConfigActivity(revision=brief))
    event.time.CopyFrom(revision.create_time)
    event.message = f"revision {revision.revision}: {_what(revision)}{_by(revision)}"
    return event


def _what(revision: Revision) -> str:
    counts: dict[str, list[str]] = {}
    for change in revision.changes:
        counts.setdefault(_action(change), []).append(change.resource)
    told = (f"{listed(names)} {action}" for action, names in counts.items())
    back = f"back to revision {revision.restored_revision}: " if revision.restored_revision else ""
    return back + ", ".join(told)


def _action(change: ResourceChange) -> str:
    if not change.HasField("before"):
        return "created"
    return "changed" if change.HasField("after") else "deleted"


def _by(revision: Revision) -> str:
    author, message = revision.annotation.author, revision.annotation.message
    by = f" by {author}" if author else ""
    back = _BACK.get(revision.cause, "")
    return f"{back}{by}{f': {message}' if message else ''}"


def applied(outcome: ApplyOutcome) -> Event | None:
    """Return that HAProxy serves by something else; None where it does not, or that is told otherwise.

    An apply is one event, of the verb that says by which means.
    """
    if outcome.error or outcome.kind not in (APPLY_KIND_RUNTIME, APPLY_KIND_RELOAD):
        return None
    took = f"{seconds(outcome.duration) * 1e3:,.0f} ms"
    if outcome.kind == APPLY_KIND_RUNTIME:
        why = f": {outcome.reason}" if outcome.reason else ""
        verb, what = VERB_HA_PROXY_CONFIG_CHANGED, f"changed without a reload in {took}{why}"
    else:
        verb, what = VERB_HA_PROXY_RESTARTED, f"reloaded in {took}: {outcome.reason}"
    message = f"HAProxy serves revision {outcome.revision}, {what}"
    return Event(verb=verb, resource=HAPROXY, message=message, apply=outcome)


def registered(registration: Registration) -> Event:
    """Return that a service registered."""
    return _of_registration(VERB_REGISTERED, registration, "registered")


def deregistered(registration: Registration) -> Event:
    """Return that a registration ended or ran out."""
    return _of_registration(VERB_DEREGISTERED, registration, "is registered no more")


def _of_registration(verb: Verb, registration: Registration, what: str) -> Event:
    name = registration.id.removeprefix("/")
    resource = f"registrations/{name}"
    return Event(verb=verb, resource=resource, message=f"{name} {what}", registration=registration)


def source_changed(status: SourceStatus) -> Event:
    """Return that a source of members answers, or does not."""
    resource = f"sources/{status.name}"
    if status.error:
        message = f"{status.name} does not answer: {status.error}; what it last told stays"
        return Event(verb=VERB_SOURCE_LOST, resource=resource, message=message, source=status)
    message = f"{status.name} answers again"
    return Event(verb=VERB_SOURCE_FOUND, resource=resource, message=message, source=status)


def haproxy_changed(state: HAProxyState, error: str, master: int, *, adopted: bool) -> Event | None:
    """Return what became of HAProxy, `error` being the sentence that says why; None for what is no event."""
    detail = HAProxyActivity(state=state, master_pid=master, error=error)
    if state == HA_PROXY_STATE_RUNNING:
        verb = VERB_HA_PROXY_ADOPTED if adopted else VERB_HA_PROXY_STARTED
        message = (
            f"HAProxy {'was taken over' if adopted else 'was started'}{f', pid {master}' if master else ''}"
        )
    elif state in (HA_PROXY_STATE_RESTARTING, HA_PROXY_STATE_FAILED):
        verb, message = VERB_HA_PROXY_DIED, error
    else:
        return None
    return Event(verb=verb, resource=HAPROXY, message=message, haproxy=detail)


def aqueduct_started(start: StartActivity) -> Event:
    """Return that Aqueduct started."""
    label = f" as {start.label}" if start.label else ""
    message = f"Aqueduct {start.version} started{label}{_from_backup(start)}"
    return Event(verb=VERB_STARTED, resource=AQUEDUCT, message=message, start=start)


def _from_backup(start: StartActivity) -> str:
    if not start.HasField("restored"):
        return ""
    restored = start.restored
    stored = f" of {instant(restored.revision_time)}" if restored.HasField("revision_time") else ""
    return f" from the backup {restored.file}: revision {restored.revision}{stored}"


def events_lost(count: int) -> Event:
    """Return that so many events could not be kept."""
    message = f"{count:,} events could not be kept, and are not told"
    return Event(verb=VERB_ACTIVITY_LOST, resource=AQUEDUCT, message=message)


def drift_found(drift: Drift) -> Event:
    """Return that HAProxy ran what it should not."""
    message = f"{drift.resource} was put right: {drift.message}"
    return Event(verb=VERB_DRIFT_FOUND, resource=drift.resource, message=message, drift=drift)


_SWITCHES: Final[Mapping[Verb, str]] = {
    VERB_SWITCH_STARTED: "a switch began",
    VERB_SWITCH_COMPLETED: "the switch is complete",
    VERB_SWITCH_FAILED: "the switch failed",
}


def switch_changed(key: str, verb: Verb, transition: Transition, reason: str = "") -> Event:
    """Return that a switch of members began, was completed, or failed for a `reason`."""
    resource = str(Ref(Kind.BACKEND, key))
    versions = f"{transition.from_version or '?'} to {transition.to_version or '?'}"
    between = f", {versions}" if transition.from_version or transition.to_version else ""
    message = f"{resource}: {_SWITCHES[verb]}{between}{f': {reason}' if reason else ''}"
    return Event(verb=verb, resource=resource, message=message, transition=transition)
