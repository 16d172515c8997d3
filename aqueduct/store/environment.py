"""The LMDB database that holds a configuration: its layout.

Layout, schema version 2: `meta` has `schema_version` and `revision` (decimal text); `frontends`,
`backends` and `memberships` have each resource's message under its key, with the revision of its last
change inside. Version 1 had no `memberships`: it is taken over as it is, and is version 2 then.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import lmdb

from aqueduct.model.resources import Kind, ref_of, resource_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.store.database import MAP_SIZE, Database, Schema
from aqueduct.v1.backend_pb2 import Backend, Membership
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.frontend_pb2 import Frontend

_SCHEMA: Final = Schema(2, frozenset({1, 2}), tuple(kind.collection for kind in Kind))
_REVISION_KEY: Final = b"revision"


class Environment(Database):
    """An open LMDB environment with a configuration in it."""

    def __init__(self, directory: Path, map_size: int = MAP_SIZE) -> None:
        """Open the environment in `directory`, as Database does."""
        super().__init__(directory, _SCHEMA, map_size)

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

    def write(self, changes: Iterable[Change], revision: int) -> None:
        """Make `changes`, in this order, and set the revision, in one durable transaction.

        Errors: Exhausted for a full disk, after which writes work again as soon as there is room;
        Unavailable where the file was removed or replaced: what is written to it no start will find;
        lmdb.Error for a disk or database that fails.
        """
        made = tuple(changes)

        def write_all(txn: "lmdb.Transaction[bytes]") -> None:
            for change in made:
                self._write_change(txn, change)
            txn.put(_REVISION_KEY, b"%d" % revision, db=self._meta)

        self._write(write_all)

    def _write_change(self, txn: "lmdb.Transaction[bytes]", change: Change) -> None:
        ref, resource = ref_of(change), resource_of(change)
        database = self._databases[ref.kind.collection]
        if resource is None:
            txn.delete(ref.key.encode(), db=database)
        else:
            txn.put(ref.key.encode(), resource.SerializeToString(), db=database)
