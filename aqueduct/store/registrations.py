"""Registrations in an embedded LMDB database of their own: the adapter of the port Registrations.

They come, go and change all day, and are no configuration: they have no revision, and a full or broken
store of theirs stops no change of a backend.

Layout, schema version 1: `registrations` has each message under the SHA-256 of its id, since ids may be
longer than LMDB's keys.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import lmdb

from aqueduct.errors import Unavailable
from aqueduct.store.database import MAP_SIZE, Database, Schema
from aqueduct.v1.registry_pb2 import Registration

_SCHEMA: Final = Schema(1, frozenset({1}), ("registrations",))


class RegistrationDatabase(Database):
    """An open LMDB environment with registrations in it. All methods block."""

    def __init__(self, directory: Path, map_size: int = MAP_SIZE) -> None:
        """Open the environment in `directory`, as Database does."""
        super().__init__(directory, _SCHEMA, map_size)

    def load(self) -> dict[str, Registration]:
        """Read everything. ConfigurationError where it is damaged."""
        return self._read(self._all)

    def _all(self, txn: "lmdb.Transaction[bytes]") -> dict[str, Registration]:
        values = txn.cursor(self._databases["registrations"]).iternext(keys=False)
        found = map(Registration.FromString, values)
        return {registration.id: registration for registration in found}

    def write(self, changes: Mapping[str, Registration | None]) -> None:
        """Put or (None) delete, in one durable transaction. Errors as of Environment.write."""
        self._write(lambda txn: self._put(txn, changes))

    def _put(self, txn: "lmdb.Transaction[bytes]", changes: Mapping[str, Registration | None]) -> None:
        database = self._databases["registrations"]
        for key, registration in changes.items():
            digest = sha256(key.encode()).digest()
            if registration is None:
                txn.delete(digest, db=database)
            else:
                txn.put(digest, registration.SerializeToString(), db=database)


class LmdbRegistrations:
    """Durable registrations in one directory, which one process may have open at a time."""

    def __init__(
        self, database: RegistrationDatabase, thread: ThreadPoolExecutor, found: dict[str, Registration]
    ) -> None:
        """Take what `open` made."""
        self._database = database
        self._thread = thread
        self._found = found
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, directory: Path, *, map_size: int = MAP_SIZE) -> Self:
        """Open the registrations in `directory`, which is made where it is not there, for our user only.

        `map_size` is the address space to begin with, in bytes; it grows by itself.
        ConfigurationError where they cannot be opened, are damaged, or are a newer Aqueduct's.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="registrations")
        loop = asyncio.get_running_loop()
        try:
            database, found = await loop.run_in_executor(thread, _open, directory, map_size)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(database, thread, found)

    def load(self) -> Mapping[str, Registration]:
        """Return what was there when it was opened, once."""
        found, self._found = self._found, {}
        return found

    async def write(self, changes: Mapping[str, Registration | None]) -> None:
        """Put registrations, or (None) delete them, all or nothing, durably (see the port)."""
        if self._closing is not None:
            raise Unavailable("STORE_CLOSED", "the registry is closed: Aqueduct is shutting down")
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._database.write, dict(changes))
        except lmdb.Error as error:
            raise Unavailable("STORE_FAILED", f"the registry cannot be written: {error}") from error

    async def close(self) -> None:
        """Finish the write under way and release the store. Further calls wait for the first."""
        if self._closing is None:
            loop = asyncio.get_running_loop()
            self._closing = loop.run_in_executor(self._thread, self._database.close)
            self._closing.add_done_callback(lambda _: self._thread.shutdown(wait=False))
        await asyncio.shield(self._closing)


def _open(directory: Path, map_size: int) -> tuple[RegistrationDatabase, dict[str, Registration]]:
    database = RegistrationDatabase(directory, map_size)
    try:
        return database, database.load()
    except BaseException:
        database.close()
        raise
