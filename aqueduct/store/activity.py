"""What happened, in an embedded LMDB database of its own: the adapter of the port ActivityStore.

It is no configuration: a full or broken store of it stops no change.

Layout, schema version 1: `events` has each Event under its id (8 bytes, big-endian); `standing` has, under
the SHA-256 of both names, how each server was last told to stand of which that is kept; `meta` has `last_id`
(decimal text), so that no id is used again once its event is gone.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final, Self, TypeVar

import lmdb

from aqueduct.errors import Unavailable
from aqueduct.model.server_status import Status
from aqueduct.model.times import seconds
from aqueduct.ports.activity import Found, Server, Standing
from aqueduct.ports.clock import Clock
from aqueduct.settings import Retention
from aqueduct.store.database import MAP_SIZE, Database, Schema
from aqueduct.v1.activity_pb2 import Event
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY, AdminState
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_UP,
    OperationalState,
)

_EVENTS: Final = "events"
_STANDING: Final = "standing"
_SCHEMA: Final = Schema(
    1, frozenset({1}), (_EVENTS, _STANDING), "remove that directory: it holds activity alone"
)
_LAST: Final = b"last_id"
_ID: Final = struct.Struct(">Q")
_MOST_FORGOTTEN: Final = 10_000
"""Events that one write removes at the most."""
_SEPARATOR: Final = "\n"
_ADMIN: Final = {
    AdminState.Name(state): state for state in (ADMIN_STATE_READY, ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT)
}
_HEALTH: Final = {
    OperationalState.Name(state): state
    for state in (OPERATIONAL_STATE_UP, OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN)
}

T = TypeVar("T")


class ActivityDatabase(Database):
    """An open LMDB environment with activity in it. All methods block."""

    def __init__(self, directory: Path, map_size: int = MAP_SIZE) -> None:
        """Open the environment in `directory`, as Database does."""
        super().__init__(directory, _SCHEMA, map_size)

    def bounds(self) -> tuple[int, int]:
        """Return the ids of the oldest event and of the last that ever was."""
        return self._read(self._bounds)

    def _bounds(self, txn: "lmdb.Transaction[bytes]") -> tuple[int, int]:
        last = int(txn.get(_LAST, b"0", db=self._meta))
        cursor = txn.cursor(self._databases[_EVENTS])
        return (_ID.unpack(cursor.key())[0] if cursor.first() else last + 1), last

    def standing(self) -> dict[Server, Status]:
        """Return how servers were last told to stand."""
        return self._read(
            lambda txn: dict(map(_read_standing, txn.cursor(self._databases[_STANDING]).iternext(keys=False)))
        )

    def write(
        self, events: Sequence[tuple[int, bytes]], standing: Standing, keep: Retention, now: float
    ) -> int:
        """Write in one durable transaction; return the id of the oldest event then. Errors as of `_write`."""
        first = 0

        def make(txn: "lmdb.Transaction[bytes]") -> None:
            nonlocal first
            for number, event in events:
                txn.put(_ID.pack(number), event, db=self._databases[_EVENTS])
            if events:
                txn.put(_LAST, b"%d" % events[-1][0], db=self._meta)
            for server, status in standing.items():
                self._put_standing(txn, server, status)
            self._forget(txn, keep, now)
            first = self._bounds(txn)[0]

        self._write(make)
        return first

    def _put_standing(self, txn: "lmdb.Transaction[bytes]", server: Server, status: Status | None) -> None:
        names = _SEPARATOR.join(server)
        key = sha256(names.encode()).digest()
        if status is None:
            txn.delete(key, db=self._databases[_STANDING])
        else:
            words = AdminState.Name(status.admin), OperationalState.Name(status.health), names
            txn.put(key, _SEPARATOR.join(words).encode(), db=self._databases[_STANDING])

    def has_surplus(self, keep: Retention, now: float) -> bool:
        """Tell whether there is anything that is too much, or too old."""
        return self._read(lambda txn: self._is_surplus(txn, txn.cursor(self._databases[_EVENTS]), keep, now))

    def _forget(self, txn: "lmdb.Transaction[bytes]", keep: Retention, now: float) -> None:
        """Remove what is too much, and what is too old."""
        cursor = txn.cursor(self._databases[_EVENTS])
        for _ in range(_MOST_FORGOTTEN):
            if not self._is_surplus(txn, cursor, keep, now):
                return
            cursor.delete()

    def _is_surplus(
        self, txn: "lmdb.Transaction[bytes]", cursor: "lmdb.Cursor[bytes]", keep: Retention, now: float
    ) -> bool:
        """Move to the oldest event; tell whether it has to go."""
        if not cursor.first():
            return False
        if int(txn.stat(self._databases[_EVENTS])["entries"]) > keep.count:
            return True
        return seconds(Event.FromString(cursor.value()).time) < now - keep.age

    def before(self, below: int, fits: Callable[[Event], bool], most: int) -> Found:
        """Read backwards (see the port)."""
        return self._read(lambda txn: self._before(txn, below, fits, most))

    def _before(
        self, txn: "lmdb.Transaction[bytes]", below: int, fits: Callable[[Event], bool], most: int
    ) -> Found:
        cursor = txn.cursor(self._databases[_EVENTS])
        there = cursor.prev() if cursor.set_range(_ID.pack(below)) else cursor.last()
        return _found(cursor, there, cursor.prev, fits, most)

    def after(self, above: int, fits: Callable[[Event], bool], most: int) -> Found:
        """Read forwards (see the port)."""
        return self._read(lambda txn: self._after(txn, above, fits, most))

    def _after(
        self, txn: "lmdb.Transaction[bytes]", above: int, fits: Callable[[Event], bool], most: int
    ) -> Found:
        cursor = txn.cursor(self._databases[_EVENTS])
        return _found(cursor, cursor.set_range(_ID.pack(above + 1)), cursor.next, fits, most)


class LmdbActivity:
    """Durable activity in one directory, which one process may have open at a time."""

    def __init__(
        self, database: ActivityDatabase, thread: ThreadPoolExecutor, retention: Retention, clock: Clock
    ) -> None:
        """Take what `open` made."""
        self._database = database
        self._thread = thread
        self._clock = clock
        self._closing: asyncio.Future[None] | None = None
        self.retention = retention
        """How much is kept; may be changed at any time."""
        self.first_id, self.last_id = database.bounds()
        self._standing = database.standing()

    @classmethod
    async def open(cls, directory: Path, retention: Retention, clock: Clock) -> Self:
        """Open the store in `directory`; errors as of Database."""
        thread = ThreadPoolExecutor(1, "activity")
        opened = asyncio.get_running_loop().run_in_executor(
            thread, lambda: cls(ActivityDatabase(directory), thread, retention, clock)
        )
        try:
            return await opened
        except BaseException:
            thread.shutdown(wait=False)
            raise

    def standing(self) -> Mapping[Server, Status]:
        """Return how servers stood when this was opened."""
        return self._standing

    async def write(self, events: Sequence[bytes], standing: Standing) -> None:
        """Write events, and how servers were told to stand (see the port)."""
        made = list(enumerate(events, self.last_id + 1))
        write, now = self._database.write, self._clock.time()
        try:
            self.first_id = await self._asked(lambda: write(made, standing, self.retention, now))
        except lmdb.Error as error:
            raise Unavailable("STORE_FAILED", f"activity cannot be written: {error}") from error
        if made:
            self.last_id = made[-1][0]

    async def forget(self) -> None:
        """Forget what is too much, or too old (see the port). Nothing is written where nothing is."""
        now = self._clock.time()
        while await self._asked(lambda: self._database.has_surplus(self.retention, now)):
            await self.write([], {})

    async def before(self, below: int, fits: Callable[[Event], bool], most: int) -> Found:
        """Read backwards (see the port)."""
        return await self._asked(lambda: self._database.before(below, fits, most))

    async def after(self, above: int, fits: Callable[[Event], bool], most: int) -> Found:
        """Read forwards (see the port)."""
        return await self._asked(lambda: self._database.after(above, fits, most))

    async def close(self) -> None:
        """Finish the write under way and release the store. Further calls wait for the first."""
        if self._closing is None:
            loop = asyncio.get_running_loop()
            self._closing = loop.run_in_executor(self._thread, self._database.close)
            self._closing.add_done_callback(lambda _: self._thread.shutdown(wait=False))
        await asyncio.shield(self._closing)

    async def _asked(self, function: Callable[[], T]) -> T:
        if self._closing is not None:
            raise Unavailable("STORE_CLOSED", "the store of activity is closed: Aqueduct is shutting down")
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)


def _found(
    cursor: "lmdb.Cursor[bytes]",
    there: bool,
    move: Callable[[], bool],
    fits: Callable[[Event], bool],
    most: int,
) -> Found:
    events: list[Event] = []
    begin = end = 0
    for _ in range(most):
        if not there:
            break
        event = Event.FromString(cursor.value())
        end = event.id
        begin = begin or end
        if fits(event):
            events.append(event)
        there = move()
    return Found(events, end, begin)


def _read_standing(value: bytes) -> tuple[Server, Status]:
    admin, health, backend, server = value.decode().split(_SEPARATOR)
    return (backend, server), Status(_ADMIN[admin], _HEALTH[health])
