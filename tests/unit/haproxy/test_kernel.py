"""What tells one process from all others."""

import os

from aqueduct.haproxy import kernel

NO_PROCESS = 2**22 + 1
"""Above the largest process id there can be (proc(5), pid_max)."""


def test_identity() -> None:
    pid, start = kernel.identity(os.getpid()).split()
    assert (int(pid), start.isdecimal()) == (os.getpid(), True)
    assert kernel.identity(os.getpid()) == kernel.identity(os.getpid()) != kernel.identity(1)


def test_sessions() -> None:
    assert kernel.session_of(os.getpid()) == os.getsid(0)
    assert [kernel.session_of(pid) for pid in (0, 2**22 + 1, 2**70)] == [0, 0, 0]


def test_a_process_that_is_gone_has_no_identity() -> None:
    assert kernel.identity(NO_PROCESS) == ""
