"""Events of members: who came and went, and how they stand, as an operator wants to be told.

Two things are laid side by side: what is stored (who is a member, in which phase) and what HAProxy tells of
its servers (states.py). What Aqueduct itself has HAProxy do on the way is no event: a new member begins as
down, one that goes drains, and enters maintenance before it is deleted.

    comes: online -> up, once its check has passed      goes: offline, as soon as it takes nothing new
             `-> down, once, where it fails first
    meanwhile: down, up, drained, maint, ready

Servers of native lines are told by their own names: they come and go with their backend, which is told.

Invariant: of each member each change is told once, restarts included: how members were last told to stand is
kept together with the events that told it (standings.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from aqueduct.model.beginning import BY_COMMAND, is_own_doing
from aqueduct.model.happening import PASSED, member_changed, members_came, members_went, verbs
from aqueduct.model.members import is_unproven, member_name
from aqueduct.model.resources import Kind, ref_of
from aqueduct.model.server_status import UP, Status
from aqueduct.model.servers import server_name
from aqueduct.model.times import timestamp
from aqueduct.plan.server_lines import servers_of
from aqueduct.ports.activity import Server
from aqueduct.ports.states import Told
from aqueduct.ports.store import Store
from aqueduct.service.recorder import Recorder
from aqueduct.service.roster import Roster
from aqueduct.service.standings import Standings
from aqueduct.service.states import MemberStates, StateChange
from aqueduct.v1.activity_pb2 import VERB_OFFLINE, VERB_ONLINE, MemberActivity
from aqueduct.v1.backend_pb2 import (
    ADMIN_STATE_READY,
    ADMIN_STATE_UNSPECIFIED,
    MEMBER_PHASE_DRAINING,
    AdminState,
    Backend,
    Member,
)
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_UP

MOST_AT_ONCE: Final = 100
"""Members that are told singly of those that come, or go, along with their backends in one revision."""


class _Why(NamedTuple):
    """Why a member stands otherwise."""

    reason: str | None = None
    """In words; None where none are known."""
    told: Told | None = None
    """All that HAProxy said; None where it did not say it by itself."""


class MemberEvents:
    """Tells `recorder` of members. `told` is how they were told to stand before Aqueduct was started anew."""

    def __init__(
        self,
        store: Store,
        roster: Roster,
        states: MemberStates,
        recorder: Recorder,
        told: Mapping[Server, Status],
    ) -> None:
        self._store = store
        self._roster = roster
        self._states = states
        self._recorder = recorder
        self._standings = Standings(told)
        self._known: dict[str, Backend] = dict(store.snapshot().served)
        self._raised: set[Server] = set()  # by Aqueduct, and not told yet
        self._begins: set[Server] = set()  # servers of native lines that came since, and were not told yet
        self.taken = self._standings.taken
        """Returns how servers were told to stand since this was asked last."""
        states.take_up(self._standings.not_up())
        states.on_change(self._note_states)

    def committed(self, changes: Sequence[Change]) -> None:
        """Note that changes were stored."""
        refs = map(ref_of, changes)
        self._compare(dict.fromkeys(ref.key for ref in refs if ref.kind is not Kind.FRONTEND))

    def compare_all(self) -> None:
        """Look at all backends: what became of which is not known."""
        self._compare(dict.fromkeys([*self._known, *self._store.snapshot().served]))

    def checked(self, key: str, server: str, failure: str) -> None:
        """Note what the first check of a new member's server told: `failure`, or empty that it has passed."""
        if not failure:
            self._raised.add((key, server))
            return
        member = self._roster.find(key, server)
        if member is not None and is_unproven(member):
            down = Status(_wanted(member), OPERATIONAL_STATE_DOWN)
            self._note_state((key, server), member, down, _Why(failure))

    # who is a member

    def _compare(self, keys: Iterable[str]) -> None:
        served = self._store.snapshot().served
        came: list[Backend] = []
        went: list[Backend] = []
        for key in keys:
            before, after = self._known.get(key), served.get(key)
            if before is after:
                continue
            if after is None:
                went.append(self._known.pop(key))
                continue
            self._known[key] = after
            if before is None:
                came.append(after)
            else:
                self._differ(key, before, after)
        self._note_many(came, is_online=True)
        self._note_many(went, is_online=False)
        for backend in went:
            self._forget_backend(backend)

    def _note_many(self, backends: Sequence[Backend], *, is_online: bool) -> None:
        """Tell the members of backends that came, or went, as a whole; of very many their number alone."""
        room, rest, others = MOST_AT_ONCE, 0, 0
        for backend in backends:
            members = list(_present(backend).values())
            for member in members[:room]:
                self._record_presence(backend.key, member, is_online=is_online)
            left = len(members[room:])
            room -= len(members) - left
            rest += left
            others += left > 0
        if rest:
            self._recorder.record((members_came if is_online else members_went)(rest, others))

    def _differ(self, key: str, before: Backend, after: Backend) -> None:
        if before.natives != after.natives:
            self._differ_in_natives(key, before.natives, after.natives)
        old, new = _present(before), _present(after)
        for name, member in old.items():
            if name not in new:
                self._record_presence(key, member, is_online=False)
                self._forget((key, server_name(key, member)))
        for name, member in new.items():
            if name not in old:
                self._record_presence(key, member, is_online=True)
            elif old[name].phase != member.phase:
                server = key, server_name(key, member)
                self._raised.discard(server)
                status = self._states.status(*server)
                self._note_state(server, member, status, _Why(), was_new=is_unproven(old[name]))

    def _differ_in_natives(self, key: str, before: Sequence[str], after: Sequence[str]) -> None:
        old, new = _servers(before), _servers(after)
        for name in old - new:
            self._forget((key, name))
        self._begins.update((key, name) for name in new - old)

    def _record_presence(self, key: str, member: Member, *, is_online: bool) -> None:
        verb = VERB_ONLINE if is_online else VERB_OFFLINE
        self._recorder.record(member_changed(key, member, member_name(member), verb, MemberActivity()))

    # how members stand

    def _note_states(self, changes: Sequence[StateChange]) -> None:
        for change in changes:
            server = change.backend, change.server
            member = self._roster.find(*server)
            if member is not None or self._roster.has_native(*server):
                self._note_state(server, member, change.after, self._why(change))

    def _why(self, change: StateChange) -> _Why:
        """Return why a server stands otherwise: a command may have been Aqueduct's own."""
        server, reason = (change.backend, change.server), change.reason
        is_raised = change.after.health == OPERATIONAL_STATE_UP and server in self._raised
        if is_raised:
            self._raised.discard(server)
        return _Why(PASSED if is_raised and reason == BY_COMMAND else reason, change.told)

    def _note_state(
        self, server: Server, member: Member | None, after: Status, why: _Why, *, was_new: bool = False
    ) -> None:
        """Tell how a server stands, where that is not as it was told. `member` is None for a native line's.

        `was_new`: nothing may have been told of it though it is new no more.
        """
        if member is not None and member.phase == MEMBER_PHASE_DRAINING:
            return
        is_new = server in self._begins if member is None else is_unproven(member)
        before = self._standings.of(server)
        if is_new and is_own_doing(_wanted(member), before, after, why.reason):
            return
        if before is None and not (is_new or was_new):
            before = UP
        self._begins.discard(server)
        for verb in verbs(before, after):
            name = server[1] if member is None else member_name(member)
            event = member_changed(
                server[0],
                member,
                name,
                verb,
                _activity(why),
                has_left=why.told is not None and why.told.left is not None,
            )
            if why.told is not None and why.told.time is not None:
                event.time.CopyFrom(timestamp(why.told.time))
            self._recorder.record(event)
        self._standings.note(server, after, is_new=is_new and member is not None)

    def _forget(self, server: Server) -> None:
        self._standings.forget(server)
        self._raised.discard(server)
        self._begins.discard(server)

    def _forget_backend(self, backend: Backend) -> None:
        for member in backend.members:
            self._forget((backend.key, server_name(backend.key, member)))
        if backend.natives:
            self._standings.forget_backend(backend.key)
            self._begins.difference_update((backend.key, name) for name in _servers(backend.natives))


def _wanted(member: Member | None) -> AdminState:
    """Return the admin state that a server is to have."""
    return (member.admin_state if member is not None else ADMIN_STATE_UNSPECIFIED) or ADMIN_STATE_READY


def _activity(why: _Why) -> MemberActivity:
    activity = MemberActivity(reason=why.reason or "")
    if why.told is not None:
        activity.sessions, activity.active_members = why.told.sessions or 0, why.told.left or 0
    return activity


def _present(backend: Backend) -> Mapping[str, Member]:
    """Return the members of a backend that take something new, as far as their checks let them, by name."""
    return {
        member_name(member): member for member in backend.members if member.phase != MEMBER_PHASE_DRAINING
    }


def _servers(natives: Sequence[str]) -> AbstractSet[str]:
    """Return the names of the servers that native lines make."""
    return servers_of("\n".join(natives)).keys()
