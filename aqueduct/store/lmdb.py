"""The store in an embedded LMDB database: the adapter of the Store port for a single Aqueduct.

Commits that arrive while one is on its way to the disk wait and go together in the next write
(group commit): under load many share the price of one fsync, and a lone one waits for nothing.

Invariants: `snapshot` is what the disk holds durably; it is replaced in the event loop only, after
the write, and before any commit of the group returns. At most one group is under way, on the
store's one thread. A group is written whole or not at all.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

import lmdb
import structlog

from aqueduct.errors import AqueductError, Exhausted, Unavailable
from aqueduct.model.resources import ref_of
from aqueduct.model.snapshot import Snapshot
from aqueduct.ports.store import NOTHING_KNOWN, Committed, Past, RevisionListener
from aqueduct.settings import Retention
from aqueduct.store.database import MAP_SIZE
from aqueduct.store.environment import Environment
from aqueduct.store.group import Group, plan_group
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import Revision

log = structlog.get_logger()

_T = TypeVar("_T")

_MAX_KEY_BYTES: Final = 511  # LMDB's; the API's limit is lower


@dataclass(frozen=True, slots=True)
class _Commit:
    changes: tuple[Change, ...]
    about: Revision
    answer: asyncio.Future[Committed]


class LmdbStore:
    """Durable, ordered configuration in one directory, which one process may have open at a time."""

    def __init__(self, environment: Environment, thread: ThreadPoolExecutor, snapshot: Snapshot) -> None:
        """Take what `open` made."""
        self._environment = environment
        self._thread = thread
        self._snapshot = snapshot
        self._listeners: list[RevisionListener] = []
        self._waiting: list[_Commit] = []
        self._writer: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self.on_write: Callable[[float], None] = lambda _: None
        """Told the seconds that each write took, until it was durable."""

    @classmethod
    async def open(
        cls, directory: Path, *, map_size: int = MAP_SIZE, retention: Retention | None = None
    ) -> Self:
        """Open the store in `directory`, which is made where it is not there, for our user only.

        `map_size` is the address space to begin with, in bytes; it grows by itself. `retention` says how much
        of the history is kept.
        ConfigurationError where the store cannot be opened, is damaged, or is a newer Aqueduct's.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        loop = asyncio.get_running_loop()
        try:
            environment, snapshot = await loop.run_in_executor(thread, _open, directory, map_size, retention)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(environment, thread, snapshot)

    @property
    def retention(self) -> Retention:
        """How much of the history is kept."""
        return self._environment.retention

    @retention.setter
    def retention(self, retention: Retention) -> None:
        self._environment.retention = retention

    def size(self) -> int:
        """Return the bytes of its file."""
        return self._environment.size()

    def snapshot(self) -> Snapshot:
        """Return the newest snapshot; after `close` the last one."""
        return self._snapshot

    async def commit(self, changes: Sequence[Change], about: Revision = NOTHING_KNOWN) -> Committed:
        """Make `changes`, all or nothing, durably, in one revision (see the port).

        Unavailable also where the disk fails; ValueError for a change without an action, or of a
        key that cannot be stored.
        """
        for change in changes:
            if not 0 < len(ref_of(change).key.encode()) <= _MAX_KEY_BYTES:
                raise ValueError(f"a key of 1 to {_MAX_KEY_BYTES} bytes is needed: {ref_of(change).key!r}")
        if self._is_closed():
            raise _closed()
        commit = _Commit(tuple(changes), about, asyncio.get_running_loop().create_future())
        self._waiting.append(commit)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting(), name="store writer")
        return await commit.answer

    async def past(self, above: int, below: int, most: int) -> Past:
        """Return a part of the history (see the port)."""
        return await self._asked(self._environment.past, above, below, most)

    async def since(self, above: int, most: int) -> Past:
        """Return a part of the history (see the port)."""
        return await self._asked(self._environment.since, above, most)

    def on_revision(self, listener: RevisionListener) -> Callable[[], None]:
        """Tell `listener` of each revision from now on; return what ends that (see the port)."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def compact(self, keep: int) -> int:
        """Forget the oldest part of the history (see the port)."""
        try:
            return await self._asked(self._environment.compact, keep)
        except lmdb.Error as error:
            raise _failed(error) from error

    async def close(self) -> None:
        """Finish the commits under way and release the store. Further calls wait for the first."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="store close")
        await asyncio.shield(self._closing)

    def _is_closed(self) -> bool:
        # A writer that was cancelled (its event loop ends) may have left the disk ahead of the snapshot.
        return self._closing is not None or (self._writer is not None and self._writer.cancelled())

    async def _close(self) -> None:
        if self._writer is not None:
            await asyncio.wait([self._writer])
        await self._in_thread(self._environment.close)
        self._thread.shutdown()

    async def _write_waiting(self) -> None:
        while self._waiting:
            commits, self._waiting = self._waiting, []
            try:
                made = [(commit.changes, commit.about) for commit in commits]
                group = plan_group(self._snapshot, made, time.time())
                await self._write(group)
            except Exception as error:  # noqa: BLE001 # each caller raises it: none may wait for ever
                _fail(commits, error)
            else:
                self._take(group)
                _answer(commits, group.outcomes)

    def _take(self, group: Group) -> None:
        if group.snapshot is self._snapshot:
            return
        self._snapshot = group.snapshot
        for listener in tuple(self._listeners):
            try:
                listener(group.snapshot.revision, group.revisions)
            except Exception:
                log.exception("a revision is lost on a listener", revision=group.snapshot.revision)

    async def _write(self, group: Group) -> None:
        changes = list(group.changes)
        if not changes:
            return
        began = time.perf_counter()
        try:
            await self._in_thread(self._environment.write, changes, group.snapshot.revision, group.revisions)
        except lmdb.Error as error:
            raise _failed(error) from error
        self.on_write(time.perf_counter() - began)

    async def _asked(self, function: Callable[..., _T], *args: object) -> _T:
        """Call `function` on the store's thread, while the store is open."""
        if self._is_closed():
            raise _closed()
        return await self._in_thread(function, *args)

    async def _in_thread(self, function: Callable[..., _T], *args: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)


def _open(directory: Path, map_size: int, retention: Retention | None) -> tuple[Environment, Snapshot]:
    environment = Environment(directory, map_size, retention)
    try:
        snapshot = environment.load()
        environment.check_history()
    except BaseException:
        environment.close()
        raise
    return environment, snapshot


def _closed() -> Unavailable:
    return Unavailable("STORE_CLOSED", "the store is closed: Aqueduct is shutting down")


def _failed(error: lmdb.Error) -> Unavailable:
    return Unavailable("STORE_FAILED", f"the store cannot be written: {error}")


def _answer(commits: Sequence[_Commit], outcomes: Sequence[Committed | AqueductError]) -> None:
    for commit, outcome in zip(commits, outcomes, strict=True):
        if commit.answer.done():  # its caller was cancelled meanwhile
            continue
        if isinstance(outcome, Committed):
            commit.answer.set_result(outcome)
        else:
            commit.answer.set_exception(outcome)


def _fail(commits: Sequence[_Commit], error: Exception) -> None:
    for commit in commits:
        if not commit.answer.done():
            commit.answer.set_exception(_own(error))


def _own(error: Exception) -> Exception:
    """Return the error for one of several callers: raising it adds its caller's traceback."""
    if isinstance(error, Exhausted | Unavailable):
        return type(error)(error.reason, str(error))
    return error
