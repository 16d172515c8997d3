"""The newest statistics of all that is watched, and when each of them last changed.

Changes are numbered. Whoever was told everything up to a number is told next what has changed since; there is
no queue for anybody. Of what is gone the name and the number are kept, for the last few.

Invariants: the number grows only with a change; an entry carries, for each group, the number of the last
change of it; entries stand in the order of their last changes, so that finding what changed costs no more
than that. Rates change with ticks alone: what is taken in between leaves them as they are.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.lines import Line, LineKind, LineName, Reading
from aqueduct.model.stats.messages import ALL_GROUPS, Known, differing, stats_of
from aqueduct.model.stats.names import Name, is_ours, key_of, name_of
from aqueduct.model.stats.rates import NOTHING, Rates, rates
from aqueduct.model.stats.selection import Selection
from aqueduct.model.stats.states import set_states, stopped
from aqueduct.v1.backend_pb2 import AdminState, Membership
from aqueduct.v1.stats_pb2 import STATS_GROUP_RATES, STATS_GROUP_STATE, STATS_KIND_BACKEND, Stats, StatsGroup

MOST_GONE: Final = 10_000
"""Names of what is gone that are kept."""

_ANY: Final = 0
"""Where an entry has the number of its last change of all, beside those of the groups."""


@dataclass(slots=True, eq=False)
class Entry:
    """What is known of one proxy or server."""

    name: Name
    line: Line
    base: Line
    """What rates are counted from."""
    since: float
    """When that was read, unless a tick came later."""
    changed: list[int]
    """Numbers of the last changes, by group."""
    rates: Rates | None = None

    def changed_in(self, groups: frozenset[StatsGroup]) -> int:
        """Return the number of the last change of any of `groups`."""
        return self.changed[_ANY] if groups is ALL_GROUPS else max(map(self.changed.__getitem__, groups))


class Table:
    """Takes readings. `span` is how many seconds two ticks are apart."""

    def __init__(self, span: float = 1.0) -> None:
        self.sequence = 0
        """The number of the last change."""
        self.forgotten = 0
        """The number up to which it is not known any more what is gone."""
        self.time = 0.0
        """When HAProxy told it."""
        self.revision = 0
        """Store revision that HAProxy served then."""
        self.silent_since: float | None = None
        """Since when HAProxy does not answer, in seconds since 1970-01-01 UTC; None while it does."""
        self.noted = 0
        """The number of the last change of that."""
        self.gone: OrderedDict[Name, int] = OrderedDict()
        """What there is no more, and the number of that change."""
        self._shortest = span / 2
        self._ticked = float("-inf")
        self._entries: OrderedDict[LineName, Entry] = OrderedDict()
        self._of: dict[str, dict[LineName, Entry]] = {}
        self._moving: dict[LineName, Entry] = {}
        self._snapshot = Snapshot()
        self._memberships: dict[str, Membership] = {}
        self._set: dict[str, dict[str, AdminState]] = {}

    def take(
        self,
        reading: Reading,
        snapshot: Snapshot,
        revision: int,
        keys: frozenset[str] | None = None,
        *,
        is_tick: bool = True,
    ) -> None:
        """Take what was read of `keys`, or of all; a whole reading will do for either."""
        self._next = self.sequence + 1
        self.time, self.revision = reading.time, revision
        self._learn(snapshot)
        lines = reading.lines
        if keys is not None:
            lines = {name: line for name, line in lines.items() if key_of(name) in keys}
        if self._take(lines.items(), reading.time) != self._count(keys):
            for name in [name for name in self._names(keys) if name not in lines]:
                self._leave(name)
        if is_tick:
            self._tick(reading.time)

    def note_silence(self, since: float | None) -> None:
        """Note since when HAProxy does not answer, None: it does."""
        if since != self.silent_since:
            self.silent_since = since
            self.sequence = self.noted = self.sequence + 1

    def stop(self, time: float) -> None:
        """Note that HAProxy has ended: nothing is up, and nothing goes through."""
        self.note_silence(None)
        self._next = self.sequence + 1
        self.time = time
        for entry in list(self._entries.values()):
            if entry.line.status:
                self._change(entry, stopped(entry.line))
            if entry.rates is not None:
                self._rate(entry, NOTHING)

    def keep(self, keys: frozenset[str]) -> None:
        """Let go of all others, which nobody is told of."""
        for name in [name for name in self._entries if key_of(name) not in keys]:
            self._drop(name)

    def selected(self, selection: Selection, since: int = -1) -> list[Entry]:
        """Return the entries selected that have changed since that number, in the order of names."""
        groups = selection.groups
        found = [
            entry
            for entry in self._candidates(selection, since)
            if entry.changed_in(groups) > since and selection.holds(entry.name)
        ]
        return sorted(found, key=lambda entry: entry.name)

    def gone_since(self, selection: Selection, since: int) -> list[Name]:
        """Return what is selected and has gone since that number, in the order of names."""
        found = []
        for name in reversed(self.gone):
            if self.gone[name] <= since:
                break
            if selection.holds(name):
                found.append(name)
        return sorted(found)

    def stats(
        self, entry: Entry, groups: frozenset[StatsGroup] = ALL_GROUPS, rates: Rates | None = None
    ) -> Stats:
        """Return the statistics of an entry as the API tells them, with `rates` where it has none itself."""
        kind, key, member = entry.name
        members = 0
        if kind == STATS_KIND_BACKEND:
            members = sum(bool(name.server) for name in self._of.get(key, ()))
        was_set = self._set.get(key, {}).get(member)
        return stats_of(entry.name, entry.line, Known(entry.rates or rates, was_set, members), groups)

    def rates_of(self, name: LineName) -> Rates | None:
        """Return the rates of a line, None where they are not known."""
        entry = self._entries.get(name)
        return entry.rates if entry is not None else None

    def _take(self, lines: Iterable[tuple[LineName, Line]], time: float) -> int:
        """Take lines; return how many of them are of resources."""
        count = 0
        for name, line in lines:
            entry = self._entries.get(name)
            if entry is None:
                if not is_ours(name, self._snapshot):
                    continue
                self._come(name, line, time)
            elif entry.line is not line:
                self._change(entry, line)
            count += 1
        return count

    def _come(self, line_name: LineName, line: Line, time: float) -> None:
        name = name_of(line_name)
        entry = Entry(name, line, line, time, [self._next] * (len(ALL_GROUPS) + 1))
        self._entries[line_name] = self._moving[line_name] = entry
        self._of.setdefault(name.key, {})[line_name] = entry
        self.sequence = self._next
        self.gone.pop(name, None)
        self._count_members(line_name)

    def _leave(self, line_name: LineName) -> None:
        entry = self._drop(line_name)
        self.gone[entry.name] = self.sequence = self._next
        if len(self.gone) > MOST_GONE:
            self.forgotten = self.gone.popitem(last=False)[1]
        self._count_members(line_name)

    def _drop(self, line_name: LineName) -> Entry:
        entry = self._entries.pop(line_name)
        self._moving.pop(line_name, None)
        of_key = self._of[entry.name.key]
        del of_key[line_name]
        if not of_key:
            del self._of[entry.name.key]
        return entry

    def _count_members(self, line_name: LineName) -> None:
        """Note that a backend has another number of members, where a line is of a member."""
        if line_name.server:
            backend = self._entries.get(LineName(LineKind.BACKEND, line_name.proxy))
            if backend is not None:
                self._touch(backend, STATS_GROUP_STATE)

    def _change(self, entry: Entry, line: Line) -> None:
        for group in differing(entry.line, line):
            self._touch(entry, group)
        entry.line = line
        self._moving[line.name] = entry

    def _touch(self, entry: Entry, group: StatsGroup) -> None:
        entry.changed[group] = entry.changed[_ANY] = self.sequence = self._next
        self._entries.move_to_end(entry.line.name)

    def _tick(self, time: float) -> None:
        """Count the rates of what moves, or did at the last tick."""
        for name, entry in list(self._moving.items()):
            seconds = time - max(entry.since, self._ticked)
            if seconds >= self._shortest:
                self._rate(entry, rates(entry.base, entry.line, seconds))
                if entry.rates == NOTHING:
                    del self._moving[name]
            entry.base, entry.since = entry.line, time
        self._ticked = time

    def _rate(self, entry: Entry, now: Rates) -> None:
        """Note rates. Where nothing goes through that nothing was known of, there is no change."""
        if (entry.rates or NOTHING) != now:
            self._touch(entry, STATS_GROUP_RATES)
        entry.rates = now

    def _learn(self, snapshot: Snapshot) -> None:
        """See what has become of resources, and of what operators set."""
        known, self._snapshot = self._snapshot, snapshot
        if snapshot.served is not known.served or snapshot.frontends is not known.frontends:
            half = [key for key in self._of if key not in snapshot.served or key not in snapshot.frontends]
            for name in [name for key in half for name in self._of[key] if not is_ours(name, snapshot)]:
                self._leave(name)
        if snapshot.memberships is not known.memberships:
            for key in self._memberships.keys() - snapshot.memberships.keys():
                del self._memberships[key]
                self._note_set(key, {})
            for key, membership in snapshot.memberships.items():
                if self._memberships.get(key) is not membership:
                    self._memberships[key] = membership
                    self._note_set(key, set_states(membership))

    def _note_set(self, key: str, states: dict[str, AdminState]) -> None:
        former = self._set.pop(key, {})
        if states:
            self._set[key] = states
        for entry in self._of.get(key, {}).values():
            if former.get(entry.name.member) != states.get(entry.name.member):
                self._touch(entry, STATS_GROUP_STATE)

    def _candidates(self, selection: Selection, since: int) -> Iterator[Entry]:
        if selection.exact is not None:
            for key in selection.exact:
                yield from self._of.get(key, {}).values()
            return
        for entry in reversed(self._entries.values()):
            if entry.changed[_ANY] <= since:
                return
            yield entry

    def _count(self, keys: frozenset[str] | None) -> int:
        if keys is None:
            return len(self._entries)
        return sum(len(self._of.get(key, ())) for key in keys)

    def _names(self, keys: frozenset[str] | None) -> Iterable[LineName]:
        if keys is None:
            return self._entries
        return [name for key in keys for name in self._of.get(key, ())]
