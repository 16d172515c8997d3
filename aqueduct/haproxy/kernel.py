"""Processes as the kernel knows them: found in /proc, held and signalled by pidfd (pidfd_open(2)).

A process id alone names nobody: it may have been given away since it was read. What is found is
therefore looked at again once a pidfd holds it, and before it is signalled.
"""

import os
import select
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_DEATH = 5.0
"""Seconds that a killed process may take to go: the kernel has memory and sockets to give back."""

_DELETED = " (deleted)"
"""What the kernel appends to the path of an executable that is no more (proc(5))."""


@dataclass(frozen=True, slots=True)
class Found:
    """A process of ours, as seen in /proc."""

    pid: int
    session: int
    executable: Path
    """Without the mark of a deleted file."""

    @property
    def leads(self) -> bool:
        """Whether it leads its session, as a master does."""
        return self.pid == self.session


class Held(NamedTuple):
    """A master of ours that a pidfd holds."""

    pid: int
    executable: Path
    descriptor: int


def find(executables: Path) -> list[Found]:
    """Return all processes whose executable lies under `executables` and that are not of our session."""
    own = os.getsid(0)
    found = (
        look(int(entry.name), executables) for entry in Path("/proc").iterdir() if entry.name.isdecimal()
    )
    return [process for process in found if process is not None and process.session != own]


def ids(executables: Path) -> frozenset[int]:
    """Return the ids of all processes that `find` finds."""
    return frozenset(process.pid for process in find(executables))


def claim(executables: Path, found: Sequence[Found]) -> Held | None:
    """Hold the master among the processes of `executables` that were found; None where there is none.

    Workers without a master are ended, and of several masters all but the first.
    """
    held = (
        Held(process.pid, process.executable, descriptor)
        for process in found
        if process.leads and (descriptor := hold(process, executables)) is not None
    )
    master = next(held, None)
    for process in found:
        if master is None or process.session != master.pid:
            end(process, executables, grace=0)
    return master


def end_session(session: int, executables: Path, seconds: float) -> None:
    """Have the processes of ours in `session` end, `seconds` after now at the latest."""
    deadline = time.monotonic() + seconds
    for process in find(executables):
        if process.session == session:
            end(process, executables, grace=max(0.0, deadline - time.monotonic()))
    wait_for_session(session, max(0.0, deadline - time.monotonic()))


def members(session: int) -> list[int]:
    """Return the processes of `session`, whose ever they are."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(ProcessLookupError):
                if os.getsid(int(entry.name)) == session:
                    found.append(int(entry.name))
    return found


def wait_for_session(session: int, seconds: float) -> bool:
    """Wait in this thread until no process of `session` is left, `seconds` for each at the most.

    A process that ends gives its executable back first, and its sockets only then: for that moment
    `find` does not see it, and its addresses cannot be bound. Tell whether none is left.
    """
    gone = True
    for pid in members(session):
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            gone &= exits_within(descriptor, seconds)
            os.close(descriptor)
    return gone


def look(pid: int, executables: Path) -> Found | None:
    """Return what process `pid` is; None where it is not one of ours, or has ended."""
    try:
        executable = Path(str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(_DELETED))
        if not executable.is_relative_to(executables):
            return None
        return Found(pid, os.getsid(pid), executable)
    except (ProcessLookupError, FileNotFoundError, PermissionError):
        return None


def session_of(pid: int) -> int:
    """Return the session of a process, whose ever it is; 0 where there is none of that id."""
    with suppress(ProcessLookupError, OverflowError):
        return os.getsid(pid) if pid else 0
    return 0


def identity(pid: int) -> str:
    """Return what no other process of this machine's life has: its id and its start; empty for none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The name of the program, in parentheses, may hold anything; the start is field 22 (proc(5)).
    return f"{pid} {status.rpartition(')')[2].split()[19]}"


def is_running(pid: int) -> bool:
    """Tell whether there is a process `pid` that has not ended, reaped or not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def hold(process: Found, executables: Path) -> int | None:
    """Return a pidfd of a process that was found; None where it has ended since."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    if look(process.pid, executables) == process:
        return descriptor
    os.close(descriptor)
    return None


def end(process: Found, executables: Path, grace: float) -> None:
    """Wait `grace` seconds for a process that was found to end by itself, else kill it."""
    descriptor = hold(process, executables)
    if descriptor is None:
        return
    try:
        if not exits_within(descriptor, grace):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            exits_within(descriptor, _DEATH)
    finally:
        os.close(descriptor)


def exits_within(descriptor: int, seconds: float) -> bool:
    """Wait in this thread for the process of a pidfd; tell whether it has ended."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def reap(descriptor: int) -> str:
    """Tell how the process of a pidfd ended, as `was killed by SIGKILL`: only its parent is told."""
    try:
        status = os.waitid(os.P_PIDFD, descriptor, os.WEXITED | os.WNOHANG)
    except ChildProcessError:
        return "ended"
    if status is None:
        return "ended"
    if status.si_code == os.CLD_EXITED:
        return f"exited with {status.si_status}"
    return f"was killed by {signal.Signals(status.si_status).name}"
