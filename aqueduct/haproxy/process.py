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
3. No pipe, terminal or event loop of ours is tied to HAProxy: its input is /dev/null, its output a
   file, its session its own. asyncio's subprocess transport kills its process when it is collected, so
   it is not used here.
4. "Ended" means that all are gone, the workers too: only then may another be started, or old
   and new would share the addresses.
5. A child is reaped by whoever first sees its end here, and by nothing else; an adopted master is nobody's
   child here and tells no exit status.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from aqueduct.haproxy import kernel
from aqueduct.haproxy.disk import on_disk
from aqueduct.haproxy.master import NoAnswer
from aqueduct.ports.haproxy import HAProxyEnded

_T = TypeVar("_T")

_LEFTOVER_GRACE = 2.0
"""Seconds that workers may take to follow their master; HAProxy's own need milliseconds."""

_LAST_BREATH = 1.0
"""Seconds from a connection that breaks off to the end of the master: a dying process closes its sockets
first, and a master follows a worker that died within milliseconds."""

_KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "OPENSSL_CONF",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)


def environment() -> dict[str, str]:
    """Return the environment of every HAProxy run here.

    It is small and the same for checks and for the master, which keeps it over restarts of Aqueduct:
    otherwise `${VARIABLE}` in a configuration would mean one thing when checked and another
    when loaded. HAProxy's own HAPROXY_* of an outer master must not get in.
    """
    return {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}


def spawn(executable: Path, arguments: Sequence[str], directory: Path, log: Path) -> "Master":
    """Start a master in `directory`, its output appended to `log`.

    `executable` is DIR/bin/DIGEST/haproxy. The master executes its own name anew at each reload, so
    that name starts at its working directory, which moves along where `directory` is moved.
    """
    name = f"./{executable.relative_to(directory)}"
    with log.open("ab") as output:
        # All descriptors but these are closed: a listener of ours that HAProxy inherited would outlive us.
        child = subprocess.Popen(
            [name, *arguments],
            cwd=directory,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    child.returncode = 0  # it is reaped by Master.ended, and may outlive us: Popen need not warn of it
    return Master(child.pid, executable, executable.parent.parent, os.pidfd_open(child.pid))


def adopt(executables: Path) -> "Master | None":
    """Return the master that runs from `executables`, None where there is none.

    Workers without a master are ended, and of several masters all but the first.
    """
    found = kernel.find(executables)
    watched = (_watch(process, executables) for process in found if process.leads)
    master = next((each for each in watched if each is not None), None)
    for process in found:
        if master is None or process.session != master.pid:
            kernel.end(process, executables, grace=0)
    return master


def _watch(process: kernel.Found, executables: Path) -> "Master | None":
    descriptor = kernel.hold(process, executables)
    if descriptor is None:
        return None
    return Master(process.pid, process.executable, executables, descriptor)


@dataclass(slots=True)
class Master:
    """A master that was started or found. Its descriptor is held until `close`."""

    pid: int
    executable: Path
    """The private copy that it runs, or ran before that was removed."""
    _executables: Path
    _descriptor: int
    _how: str | None = field(default=None)
    """How it ended, once that has been read: a child can be reaped only once."""

    def alive(self) -> bool:
        """Tell whether the master still runs."""
        return not kernel.exits_within(self._descriptor, 0)

    def starts(self) -> bool:
        """Tell whether the master has no worker yet: it opens its socket before it has the first one."""
        return all(each.session != self.pid or each.leads for each in kernel.find(self._executables))

    async def ended(self) -> str:
        """Wait until the master and all its workers are gone; tell how the master ended. Safe to cancel."""
        how = await self._exit()
        await on_disk(self._end_leftovers)
        return how

    async def _exit(self) -> str:
        """Wait until the master ends, and reap it.

        Each waiter has a descriptor of its own: an event loop knows one reader for each.
        """
        descriptor = os.dup(self._descriptor)
        try:
            await kernel.exit_of(descriptor)
            if self._how is None:
                self._how = kernel.reap(descriptor)
        finally:
            os.close(descriptor)
        return self._how

    def terminate(self) -> None:
        """Ask HAProxy to end at once: the master passes it on to its workers."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGTERM)

    def kill(self) -> None:
        """End the master without a chance to refuse; the workers follow within milliseconds."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

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

    def _end_leftovers(self) -> None:
        deadline = time.monotonic() + _LEFTOVER_GRACE
        for process in kernel.find(self._executables):
            if process.session == self.pid:
                kernel.end(process, self._executables, grace=max(0.0, deadline - time.monotonic()))
        kernel.wait_for_session(self.pid, max(0.0, deadline - time.monotonic()))
