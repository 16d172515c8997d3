"""The Statistics port on the workers of one HAProxy: the one that serves, and those that end (ending.py).

A worker is known by its process, and that it serves by its own word. What one told that ended unseen, as
HAProxy was killed or reloaded by somebody else, counts as it was read last. The one that is found first may
have counted before Aqueduct came: that counts too.

Invariants: the connection is dropped when it is idle, and is none of those that changes use. Totals are
the same whatever order workers end in.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import structlog

from aqueduct.haproxy.counted import CountedWorker
from aqueduct.haproxy.dumping import Dumping
from aqueduct.haproxy.ending import Ending
from aqueduct.model.stats.lines import Line, LineName
from aqueduct.plan.stat_rows import Row
from aqueduct.plan.told import Told
from aqueduct.plan.totals import Totals
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.ports.statistics import Reading

_IDLE = 5.0
"""Seconds after which a connection that nobody reads by is dropped."""
_PATIENCE = 2.0
"""Seconds that the worker that serves may take to be the one that accepts."""
_PAUSE = 0.002
"""Seconds between two tries to connect."""
_HASTE = 1.0
"""Seconds that a reload waits for the worker that serves to be held."""

_log = structlog.get_logger()


class WorkerStatistics:
    """The statistics of the HAProxy in `directory`. `clock` tells seconds since 1970-01-01 UTC."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._totals = Totals()
        self._ending = Ending(self._totals, self._serves_no_more, self.read)
        self._serving: CountedWorker | None = None
        self._like = Told()
        self._reading, self._finding = asyncio.Lock(), asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None

    async def read(self, proxies: Collection[str] | None = None) -> Reading:
        """Return the lines of `proxies` (of the frontend and of the backend of each name), or all."""
        async with self._reading:
            self._stay()
            try:
                worker = await self._current()
                await self._ending.read(proxies)
                return await self._read(worker, proxies)
            except (OSError, ValueError) as error:
                raise HAProxyFailed(
                    f"HAProxy's statistics cannot be read: {str(error) or 'no answer'}"
                ) from error
            finally:
                self._leave()

    async def hold(self) -> None:
        """Have the worker that serves not end, as before a reload, before all that it counts is read.

        Where it cannot be held, that is logged. `release` is to follow a reload that failed.
        """
        self._stay()
        try:
            async with asyncio.timeout(_HASTE):
                self._ending.hold(await self._current(), is_awaited=True)
        except (OSError, ValueError, HAProxyFailed) as error:
            _log.warning("what HAProxy's worker counts until it ends will be lost", error=str(error))

    def reloaded(self) -> None:
        """Have the worker that was held end, once it can: the reload is over, whatever came of it."""
        self._ending.reloaded()

    def release(self) -> None:
        """Let go of the worker that was held: it serves on."""
        self._ending.release()
        self._leave()

    async def with_sessions(self, workers: Collection[int]) -> tuple[int, ...]:
        """Return those of HAProxy's old workers that are there for their sessions, not to be read."""
        return await self._ending.with_sessions(workers)

    async def close(self) -> None:
        """Let go of all workers, as before HAProxy is stopped. What was read of them counts."""
        self._stay()
        await self._ending.close()
        if self._serving is not None:
            self._serving.drop()

    async def _read(self, worker: CountedWorker, proxies: Collection[str] | None) -> Reading:
        now = self._clock()
        lines: dict[LineName, Line] = {}

        def take(rows: Sequence[Row]) -> None:
            for row in rows:
                if not row.is_hidden:
                    lines[row.name] = self._totals.line(row, worker.told)

        if proxies is None:
            _, is_other = await worker.read_all(take)
            self._totals.read(lines, is_other=is_other)
        else:
            await worker.read_some(proxies, take)
            self._totals.read_some(lines)
        return Reading(now, lines, proxies is None)

    async def _current(self) -> CountedWorker:
        """Return the worker that serves, connected."""
        async with self._finding:
            end = asyncio.get_running_loop().time() + _PATIENCE
            while asyncio.get_running_loop().time() < end:
                worker = self._serving
                if worker is None or not worker.is_connected:
                    await self._connect()
                elif worker.is_busy or not (await worker.look()).is_stopping:
                    return worker
                else:
                    self._ending.hold(worker, is_awaited=False)
                    self._serves_no_more(worker)
            raise HAProxyFailed("the worker that serves does not accept connections")

    async def _connect(self) -> None:
        try:
            connection = await Dumping.open(self._directory)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise HAProxyFailed("HAProxy's worker is gone") from error
        worker = self._serving
        if connection.identity in self._ending:  # behind a reload the old one accepts for a moment
            connection.abort()
            await asyncio.sleep(_PAUSE)
        elif worker is not None and worker.identity == connection.identity:
            worker.attach(connection)
        else:
            like = worker.told if worker is not None else self._like
            began = int(self._clock()) - connection.uptime
            self._serving = CountedWorker(connection, Told(order=like.order, began=began))
            if worker is not None:
                _log.info(
                    "HAProxy's worker is another: what the former counted last is lost", worker=worker.pid
                )
                await self._ending.bury(worker)

    def _serves_no_more(self, worker: CountedWorker) -> None:
        self._totals.ends(worker.told)
        if self._serving is worker:
            self._serving, self._like = None, worker.told

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _leave(self) -> None:
        """Drop the connection soon, unless it is used again."""
        self._stay()
        self._idle = asyncio.get_running_loop().call_later(_IDLE, self._drop)

    def _drop(self) -> None:
        worker = self._serving
        if worker is not None and not worker.is_busy and worker.identity not in self._ending:
            worker.drop()
