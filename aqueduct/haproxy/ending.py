"""Workers that a reload ends, kept from it until what they have counted is read.

Theory
------
HAProxy's counters end with their worker. What it counted since it was read last is lost, unless it cannot
end yet:

    held --reload--> ending --its last session ends--> read once more, let go --> ended
       `--failed reload--> let go, serves on

An open connection to its Runtime API keeps a worker that was told to stop from ending, and takes nothing from
what it does otherwise. So each worker is held by one over its reload. `Stopping` in `show info` tells that it
serves no more, `CurrConns` how many clients it still has: connections to the Runtime API and checks are not
in it. Where that is none before and after the last reading, and nobody has connected in between, it is exact.

This was tried on 2.6 and 2.8, and asks nothing of HAProxy that depends on its version. A dump before the
reload, as HAProxy 3.x can read it again (`stats-file`), misses what is counted behind it, and what old
workers count.

Invariants:
- A worker without sessions is held for as long as it takes to read it. Nothing is held when Aqueduct ends.
- A worker that ends all the same (`hard-stop-after`, a kill) has counted what it told last.
- Old workers are never spoken to by way of the master: 2.8 hangs at that when they end.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from aqueduct.haproxy.counted import CountedWorker, Look
from aqueduct.plan.totals import Totals
from aqueduct.ports.haproxy import HAProxyFailed
from aqueduct.waiting import happens

_SOON, _SELDOM, _GROWTH = 0.002, 1.0, 1.5
"""Seconds between two looks at a worker that ends: the first, the longest, and by what they grow."""
_KEPT = 3.0
"""Seconds between two signs of life on a connection that waits for a reload: HAProxy closes it after 10."""
_FIRST_LOOK = 0.1
"""Seconds that the first look behind a reload may take, for who has to know of it."""
_SHARE = 10
"""How many times as long as it took to read a worker that ends it is left alone."""

_log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Held:
    worker: CountedWorker
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    is_awaited: bool = True
    """Whether a reload is under way: its caller is not to wait for what there is to read."""
    is_released: bool = False
    due: float = 0.0


class Ending:
    """The workers that are held. `serves_no_more` is told of each that stops to serve.

    `read` reads all that serves; its HAProxyFailed is nobody's concern.
    """

    def __init__(
        self,
        totals: Totals,
        serves_no_more: Callable[[CountedWorker], None],
        read: Callable[[], Coroutine[None, None, object]],
    ) -> None:
        self._totals = totals
        self._serves_no_more = serves_no_more
        self._read = read
        self._held: dict[str, _Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over: dict[int, str] = {}

    def __contains__(self, identity: object) -> bool:
        """Tell whether a worker is held, or was until a moment ago."""
        return identity in self._held or identity in self._over.values()

    def hold(self, worker: CountedWorker, *, is_awaited: bool) -> None:
        """Hold a worker that serves, as before a reload that is `is_awaited`, or that has stopped to."""
        held = self._held.get(worker.identity)
        if held is None:
            held = self._held[worker.identity] = _Held(worker)
            self._run(self._follow(held), f"hold worker {worker.pid}")
        held.is_awaited, held.is_released = is_awaited, False

    def release(self) -> None:
        """Let go of those that serve on after all."""
        for held in self._held.values():
            held.is_released = True
            held.wake.set()

    def reloaded(self) -> None:
        """Let those end that a reload is over for."""
        for held in self._held.values():
            held.is_awaited = False
            held.wake.set()

    async def with_sessions(self, workers: Collection[int]) -> tuple[int, ...]:
        """Return those of HAProxy's old workers that have sessions left, as far as that is known."""
        new = [held for held in self._held.values() if held.worker.sessions is None]
        for held in new:
            held.looked.clear()
            held.wake.set()
        if new:
            looks = [asyncio.ensure_future(held.looked.wait()) for held in new]
            _, late = await asyncio.wait(looks, timeout=_FIRST_LOOK)
            for look in late:
                look.cancel()
        self._over = {pid: identity for pid, identity in self._over.items() if pid in workers}
        idle = {held.worker.pid for held in self._held.values() if held.worker.sessions == 0}
        return tuple(pid for pid in workers if pid not in idle and pid not in self._over)

    async def read(self, proxies: Collection[str] | None) -> None:
        """Read those that end: all of it where that was not just done, or some proxies."""
        now = asyncio.get_running_loop().time
        for held in list(self._held.values()):
            worker = held.worker
            if not worker.sessions or (proxies is None and held.due > now()):
                continue
            try:
                if proxies is None:
                    answer, _ = await worker.read_all(lambda _: None)
                    held.due = now() + _SHARE * worker.cost
                else:
                    answer = await worker.read_some(proxies, lambda _: None)
            except (OSError, ValueError):
                held.wake.set()  # who follows it finds out
            else:
                if answer.has_changed:
                    self._totals.changed()

    async def bury(self, worker: CountedWorker) -> None:
        """Keep what a worker that has ended told last."""
        self._totals.ends(worker.told)
        for _ in self._totals.retire(worker.told):
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Let go of all of them. What they have told counts."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _run(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, held: _Held) -> None:
        worker = held.worker
        try:
            if not await self._ends(held):
                return
            self._over[worker.pid] = worker.identity
        except (OSError, ValueError) as error:
            if worker.sessions is None:
                _log.warning(
                    "HAProxy's worker cannot be held over a reload", worker=worker.pid, error=str(error)
                )
                return
            _log.warning(
                "an old worker ended before it was read: what it counted last is lost",
                worker=worker.pid,
                error=str(error),
            )
        finally:
            del self._held[worker.identity]
            if worker.sessions is not None:
                worker.drop()
        await self.bury(worker)
        if self._totals.is_crowded:
            with suppress(HAProxyFailed):
                await self._read()

    async def _ends(self, held: _Held) -> bool:
        """Return once a worker has ended its sessions and is read; tell whether it did, or serves on."""
        worker, pause = held.worker, _SOON
        while True:
            held.wake.clear()
            look = await worker.look()
            if look.is_stopping:
                if worker.sessions is None:
                    self._serves_no_more(worker)
                worker.sessions = look.sessions
            held.looked.set()
            is_over = look.is_stopping and not look.sessions and not held.is_awaited
            if is_over and await self._is_read(worker, look):
                return True
            if not look.is_stopping and held.is_released:
                return False
            await happens(held.wake, pause if look.is_stopping else _KEPT)
            pause = min(pause * _GROWTH, _SELDOM) if look.is_stopping else _SOON

    async def _is_read(self, worker: CountedWorker, before: Look) -> bool:
        after = await worker.read_last()
        self._totals.changed()
        return not after.sessions and after.connections == before.connections
