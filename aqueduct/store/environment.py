"""The LMDB database that holds a configuration: its layout.

Layout, schema version 3: `meta` has `schema_version`, `revision` and `history_floor` (decimal text);
`frontends`, `backends` and `memberships` have each resource's message under its key, with the revision of
its last change inside; `revisions` has the history, each Revision under its number (8 bytes, big-endian).
Versions 1, without `memberships`, and 2, without a history, are taken over as they are.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import lmdb

from aqueduct.errors import ConfigurationError
from aqueduct.model.resources import Kind, ref_of, resource_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.times import seconds
from aqueduct.ports.store import Past
from aqueduct.settings import Retention
from aqueduct.store.database import MAP_SIZE, Database, Schema
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import Revision

_HISTORY: Final = "revisions"
_WAY_OUT: Final = "start from a backup (--restore FILE)"
_SCHEMA: Final = Schema(3, frozenset({1, 2, 3}), (*(kind.collection for kind in Kind), _HISTORY), _WAY_OUT)
_REVISION_KEY: Final = b"revision"
_FLOOR_KEY: Final = b"history_floor"
_NUMBER: Final = struct.Struct(">Q")
_ANY: Final = float("-inf")
"""A time that nothing is older than."""
_MOST_BYTES: Final = 256 * 1024
"""Bytes after which no further revision is read at once, for those who follow."""
_MOST_FORGOTTEN: Final = 100
"""Revisions that one write removes at the most because of their age."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, counted."""

    revision: int
    frontends: int
    backends: int
    revisions: int
    """Of the history."""

    def __str__(self) -> str:
        return (
            f"revision {self.revision}, frontends {self.frontends}, backends {self.backends}, "
            f"revisions of history {self.revisions}"
        )


class Environment(Database):
    """An open LMDB environment with a configuration in it."""

    def __init__(self, directory: Path, map_size: int = MAP_SIZE, retention: Retention | None = None) -> None:
        """Open the environment in `directory`, as Database does."""
        super().__init__(directory, _SCHEMA, map_size)
        self.retention = retention or Retention()

    def load(self) -> Snapshot:
        """Read everything. ConfigurationError where it is damaged."""
        return self._read(self._snapshot)

    def _snapshot(self, txn: "lmdb.Transaction[bytes]") -> Snapshot:
        return Snapshot(
            int(txn.get(_REVISION_KEY, b"0", db=self._meta)),
            {key: Frontend.FromString(value) for key, value in self._items(txn, Kind.FRONTEND)},
            {key: Backend.FromString(value) for key, value in self._items(txn, Kind.BACKEND)},
            {key: Membership.FromString(value) for key, value in self._items(txn, Kind.MEMBERSHIP)},
        )

    def _items(self, txn: "lmdb.Transaction[bytes]", kind: Kind) -> Iterable[tuple[str, bytes]]:
        return ((key.decode(), value) for key, value in txn.cursor(self._databases[kind.collection]))

    def contents(self) -> Contents:
        """Read everything, the history too, and count it. ConfigurationError where it is damaged."""
        snapshot = self.load()
        _check_revisions(snapshot)
        counts = len(snapshot.frontends), len(snapshot.backends), self.check_history()
        return Contents(snapshot.revision, *counts)

    def check_history(self) -> int:
        """Read the history; return how many revisions it has. ConfigurationError where it is damaged."""

        def read(txn: "lmdb.Transaction[bytes]") -> int:
            count = 0
            for key, value in txn.cursor(self._databases[_HISTORY]):
                if Revision.FromString(value).revision != _NUMBER.unpack(key)[0]:
                    raise ValueError(f"revision {_NUMBER.unpack(key)[0]} of the history is another")
                count += 1
            return count

        return self._read(read)

    def past(self, above: int, below: int, most: int) -> Past:
        """Read a part of the history (see the port). ConfigurationError where it is damaged."""

        def read(txn: "lmdb.Transaction[bytes]") -> Past:
            found: list[Revision] = []
            cursor = txn.cursor(self._databases[_HISTORY])
            # A cursor that finds no key at or behind `below` stands behind the last one.
            there = cursor.prev() if cursor.set_range(_NUMBER.pack(below)) else cursor.last()
            while there and len(found) < most and _NUMBER.unpack(cursor.key())[0] > above:
                found.append(Revision.FromString(cursor.value()))
                there = cursor.prev()
            return Past(tuple(found), self._floor(txn))

        return self._read(read)

    def since(self, above: int, most: int) -> Past:
        """Read a part of the history (see the port). ConfigurationError where it is damaged."""

        def read(txn: "lmdb.Transaction[bytes]") -> Past:
            found: list[Revision] = []
            cursor = txn.cursor(self._databases[_HISTORY])
            size = 0
            there = cursor.set_range(_NUMBER.pack(above + 1))
            while there and len(found) < most and size < _MOST_BYTES:
                size += len(cursor.value())
                found.append(Revision.FromString(cursor.value()))
                there = cursor.next()
            return Past(tuple(found), self._floor(txn))

        return self._read(read)

    def _floor(self, txn: "lmdb.Transaction[bytes]") -> int:
        present = txn.get(_REVISION_KEY, b"0", db=self._meta)
        return int(txn.get(_FLOOR_KEY, present, db=self._meta))

    def compact(self, keep: int) -> int:
        """Forget all of the history but its newest `keep` revisions; return how many were forgotten.

        Errors: those of `write`.
        """
        forgotten = 0

        def forget(txn: "lmdb.Transaction[bytes]") -> None:
            nonlocal forgotten
            forgotten = self._forget(txn, keep)

        self._write(forget)
        return forgotten

    def _forget(self, txn: "lmdb.Transaction[bytes]", keep: int, since: float = _ANY) -> int:
        """Remove what is more than `keep` revisions, or older than `since`: not too many for that alone."""
        cursor = txn.cursor(self._databases[_HISTORY])
        surplus = int(txn.stat(self._databases[_HISTORY])["entries"]) - keep
        forgotten, floor = 0, None
        while cursor.first():
            if forgotten >= surplus:
                if since == _ANY or forgotten >= _MOST_FORGOTTEN:
                    break
                if seconds(Revision.FromString(cursor.value()).create_time) >= since:
                    break
            floor = cursor.key()
            cursor.delete()
            forgotten += 1
        if floor is not None:
            txn.put(_FLOOR_KEY, b"%d" % _NUMBER.unpack(floor)[0], db=self._meta)
        return forgotten

    def write(self, changes: Iterable[Change], revision: int, history: Sequence[Revision] = ()) -> None:
        """Make `changes`, in this order, set the revision and add to the history, in one durable transaction.

        Errors: Exhausted for a full disk, after which writes work again as soon as there is room;
        Unavailable where the file was removed or replaced: what is written to it no start will find;
        lmdb.Error for a disk or database that fails.
        """
        made = tuple(changes)

        def write_all(txn: "lmdb.Transaction[bytes]") -> None:
            for change in made:
                self._write_change(txn, change)
            txn.put(_REVISION_KEY, b"%d" % revision, db=self._meta)
            for recorded in history:
                key = _NUMBER.pack(recorded.revision)
                txn.put(key, recorded.SerializeToString(), db=self._databases[_HISTORY], append=True)
            if history:
                if txn.get(_FLOOR_KEY, db=self._meta) is None:
                    txn.put(_FLOOR_KEY, b"%d" % (history[0].revision - 1), db=self._meta)
                since = seconds(history[-1].create_time) - self.retention.age
                self._forget(txn, self.retention.count, since)

        self._write(write_all)

    def _write_change(self, txn: "lmdb.Transaction[bytes]", change: Change) -> None:
        ref, resource = ref_of(change), resource_of(change)
        database = self._databases[ref.kind.collection]
        if resource is None:
            txn.delete(ref.key.encode(), db=database)
        else:
            txn.put(ref.key.encode(), resource.SerializeToString(), db=database)


def _check_revisions(snapshot: Snapshot) -> None:
    for ref in snapshot.refs():
        revision = snapshot.revision_of(ref)
        if not 0 < revision <= snapshot.revision:
            found = f"{ref} has revision {revision}, the store {snapshot.revision}"
            raise ConfigurationError(f"the store is damaged: {found}")
