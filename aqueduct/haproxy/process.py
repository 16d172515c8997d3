"""The processes of one HAProxy: started, found again, watched, ended.

Theory
------
HAProxy must outlive Aqueduct, and Aqueduct must find it again, whatever moment it was killed at. So
nothing about the processes is written down; everything is read off the kernel:

- *ours* is a process whose executable lies under DIR/bin, where only Aqueduct puts executables (also
  when that file was deleted or replaced since).
- The *master* is the one of ours that leads its own session (session id = process id). Its *workers*
  are the others of that session. A `haproxy -c` that Aqueduct runs lives in Aqueduct's session,
  so it is neither.

    none --spawn--> starting --answers--> serving --reload--> serving ...
                       |                     |
                       `------ master ends --+--> leftovers (workers that outlive it) --kill--> none

Invariants:
1. At most one master per directory: `spawn` is only called where `find` sees none.
2. A process is signalled through a pidfd only, opened before its identity was last looked at, so
   that a process id that was given away meanwhile is never hit.
3. No pipe, terminal or event loop of ours is tied to HAProxy (spawning.py).
4. "Ended" means that all are gone, the workers too: only then may another be started, or old
   and new would share the addresses.
5. A child is reaped by whoever first sees its end here, and by nothing else; an adopted master is nobody's
   child here and tells no exit status, like one that was started by way of sudo.

Whatever needs the rights of the user that HAProxy runs as goes by way of `Privileges`.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from aqueduct.haproxy import kernel
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.master import NoAnswer
from aqueduct.haproxy.privileges import Privileges
from aqueduct.ports.haproxy import HAProxyEnded

_T = TypeVar("_T")

_LEFTOVER_GRACE = 2.0
"""Seconds that workers may take to follow their master; HAProxy's own need milliseconds."""

_LAST_BREATH = 1.0
"""Seconds from a connection that breaks off to the end of the master: a dying process closes its sockets
first, and a master follows a worker that died within milliseconds."""


@dataclass(slots=True)
class Master:
    """A master that was started or found. Its descriptor is held until `close`."""

    pid: int
    executable: Path
    """The private copy that it runs, or ran before that was removed."""
    _descriptor: int
    _privileges: Privileges
    _how: str | None = field(default=None)
    """How it ended, once that has been read: a child can be reaped only once."""

    @classmethod
    def of(cls, held: kernel.Held, privileges: Privileges) -> Self:
        """Return the master that is held; its descriptor is held from now on by what is returned."""
        return cls(held.pid, held.executable, held.descriptor, privileges)

    def alive(self) -> bool:
        """Tell whether the master still runs."""
        return not kernel.exits_within(self._descriptor, 0)

    def starts(self) -> bool:
        """Tell whether the master has no worker yet: it opens its socket before it has the first one."""
        return all(pid == self.pid for pid in kernel.members(self.pid))

    def has(self, pid: int) -> bool:
        """Tell whether a process is one of its workers, or itself."""
        return kernel.session_of(pid) == self.pid

    async def ended(self) -> str:
        """Wait until the master and all its workers are gone; tell how the master ended. Safe to cancel."""
        how = await self._exit()
        await on_disk(self._privileges.end_session, self.pid, _LEFTOVER_GRACE)
        return how

    async def _exit(self) -> str:
        """Wait until the master ends, and reap it.

        Each waiter has a descriptor of its own: an event loop knows one reader for each.
        """
        descriptor = os.dup(self._descriptor)
        try:
            await _exit_of(descriptor)
            if self._how is None:
                self._how = kernel.reap(descriptor)
        finally:
            os.close(descriptor)
        return self._how

    async def terminate(self) -> None:
        """Ask HAProxy to end at once: the master passes it on to its workers."""
        await on_disk(self._privileges.signal, self.pid, self._descriptor, signal.SIGTERM)

    async def kill(self) -> None:
        """End the master without a chance to refuse; the workers follow within milliseconds."""
        await on_disk(self._privileges.signal, self.pid, self._descriptor, signal.SIGKILL)

    async def outlives(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Await `work`; HAProxyEnded as soon as the master ends before it is done."""
        task, exit_ = asyncio.ensure_future(work), asyncio.ensure_future(self._exit())
        try:
            await asyncio.wait((task, exit_), return_when=asyncio.FIRST_COMPLETED)
            if task.done() and isinstance(task.exception(), NoAnswer):
                await asyncio.wait((exit_,), timeout=_LAST_BREATH)
            if exit_.done() and not (task.done() and task.exception() is None):
                raise HAProxyEnded("HAProxy ended")
            return await task
        finally:
            for each in (task, exit_):
                each.cancel()
            await asyncio.wait((task, exit_))

    def close(self) -> None:
        """Let go of the master; it runs on if it does."""
        os.close(self._descriptor)


async def _exit_of(descriptor: int) -> None:
    """Wait until the process of a pidfd has ended. An event loop knows one waiter for each descriptor."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _resolve, readable)
    try:
        await readable
    finally:
        loop.remove_reader(descriptor)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
