"""Events of members: who came and went, and how they stand, as an operator wants to be told.

Two things are laid side by side: what is stored (who is a member, in which phase) and what HAProxy tells of
its servers (states.py). What Aqueduct itself has HAProxy do on the way is no event: a new member begins as
down, one that goes drains, and enters maintenance before it is deleted.

    comes: online -> up, once its check has passed      goes: offline, as soon as it takes nothing new
    meanwhile: down, up, drained, maint, ready

Invariant: of each member each change is told once, restarts included: how members were last told to stand is
kept together with the events that told it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from aqueduct.model.happening import member_changed, members_came, verbs
from aqueduct.model.members import is_unproven, member_name
from aqueduct.model.resources import Kind, ref_of
from aqueduct.model.server_status import UP, Status
from aqueduct.model.servers import server_name
from aqueduct.ports.activity import Server, Standing
from aqueduct.ports.states import Told
from aqueduct.ports.store import Store
from aqueduct.service.recorder import Recorder
from aqueduct.service.roster import Roster
from aqueduct.service.states import MemberStates, StateChange
from aqueduct.v1.activity_pb2 import VERB_OFFLINE, VERB_ONLINE, MemberActivity
from aqueduct.v1.backend_pb2 import MEMBER_PHASE_DRAINING, Backend, Member
from aqueduct.v1.config_pb2 import Change

MOST_AT_ONCE: Final = 100
"""Members that are told singly of those that come along with new backends in one revision."""


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
        self._told: dict[Server, Status] = dict(told)
        self._changed: dict[Server, Status | None] = {}
        self._known: dict[str, Backend] = dict(store.snapshot().served)
        states.take_up(dict(told))
        states.on_change(self._note_states)

    def taken(self) -> Standing:
        """Return how servers were told to stand since this was asked last."""
        changed, self._changed = self._changed, {}
        return changed

    def committed(self, changes: Sequence[Change]) -> None:
        """Note that changes were stored."""
        refs = map(ref_of, changes)
        self._compare(dict.fromkeys(ref.key for ref in refs if ref.kind is not Kind.FRONTEND))

    def compare_all(self) -> None:
        """Look at all backends: what became of which is not known."""
        self._compare(dict.fromkeys([*self._known, *self._store.snapshot().served]))

    def _compare(self, keys: Iterable[str]) -> None:
        served = self._store.snapshot().served
        room, rest, backends = MOST_AT_ONCE, 0, 0
        for key in keys:
            before, after = self._known.get(key), served.get(key)
            if before is after:
                continue
            if after is None:
                self._forget_all(self._known.pop(key))
                continue
            self._known[key] = after
            if before is None:
                told = after.members[: max(0, room)]
                self._came(key, told)
                room -= len(told)
                rest += len(after.members) - len(told)
                backends += len(told) < len(after.members)
            else:
                self._differ(key, before, after)
        if rest:
            self._recorder.record(members_came(rest, backends))

    def _forget_all(self, backend: Backend) -> None:
        for member in backend.members:
            self._stands((backend.key, server_name(backend.key, member)), None)

    def _came(self, key: str, members: Sequence[Member]) -> None:
        for member in members:
            self._record_presence(key, member, is_online=True)

    def _differ(self, key: str, before: Backend, after: Backend) -> None:
        old, new = _present(before), _present(after)
        for name, member in old.items():
            if name not in new:
                self._record_presence(key, member, is_online=False)
                self._stands((key, server_name(key, member)), None)
        for name, member in new.items():
            if name not in old:
                self._record_presence(key, member, is_online=True)
            elif old[name].phase != member.phase:
                server = server_name(key, member)
                self._note_state(key, server, member, None, self._states.status(key, server))

    def _record_presence(self, key: str, member: Member, *, is_online: bool) -> None:
        verb = VERB_ONLINE if is_online else VERB_OFFLINE
        self._recorder.record(member_changed(key, member, member_name(member), verb, MemberActivity()))

    def _note_states(self, changes: Sequence[StateChange]) -> None:
        for change in changes:
            member = self._roster.find(change.backend, change.server)
            if member is not None:
                self._note_state(change.backend, change.server, member, change.told, change.after)

    def _note_state(self, key: str, server: str, member: Member, told: Told | None, after: Status) -> None:
        """Tell how a member stands, where that is not as it was told."""
        if member.phase == MEMBER_PHASE_DRAINING:
            return
        is_new = is_unproven(member)
        if is_new and after != UP and (not member.admin_state or after.admin != member.admin_state):
            return  # so it begins
        before = self._told.get((key, server), None if is_new else UP)
        for verb in verbs(before, after):
            activity = MemberActivity()
            if told is not None:
                activity.reason = told.reason
                activity.sessions, activity.active_members = told.sessions or 0, told.left or 0
            has_left = told is not None and told.left is not None
            self._recorder.record(
                member_changed(key, member, member_name(member), verb, activity, has_left=has_left)
            )
        self._stands((key, server), after)

    def _stands(self, server: Server, status: Status | None) -> None:
        if status is None:
            if self._told.pop(server, None) is not None:
                self._changed[server] = None
        elif self._told.get(server) != status:
            self._told[server] = self._changed[server] = status


def _present(backend: Backend) -> Mapping[str, Member]:
    """Return the members of a backend that take something new, as far as their checks let them, by name."""
    return {
        member_name(member): member for member in backend.members if member.phase != MEMBER_PHASE_DRAINING
    }
