"""One Aqueduct per data directory."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aqueduct.errors import ConfigurationError
from aqueduct.lock import DirectoryLock

HOLD = """
import sys
from pathlib import Path
from aqueduct.lock import DirectoryLock
with DirectoryLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(directory: Path) -> "subprocess.Popen[bytes]":
    """Start a process that holds the lock until its input ends."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    return child


def test_another_process_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with hold(tmp_path) as child:
        with pytest.raises(
            ConfigurationError, match=rf"another Aqueduct \(pid {child.pid}\) uses {tmp_path}"
        ):
            DirectoryLock(tmp_path).__enter__()
        child.communicate()
    with DirectoryLock(tmp_path):
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    with hold(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
    with DirectoryLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_process_that_we_start_does_not_keep_it(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path):
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False, start_new_session=True
        )
    with child, DirectoryLock(tmp_path):
        child.communicate(b"\n")


def test_one_process_holds_it_once(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path), pytest.raises(ConfigurationError, match=f"pid {os.getpid()}"):
        DirectoryLock(tmp_path).__enter__()


def test_the_directory_is_made_for_our_user_only(tmp_path: Path) -> None:
    directory = tmp_path / "some" / "data"
    with DirectoryLock(directory):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_place_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot use the data directory"):
        DirectoryLock(tmp_path / "file").__enter__()


def test_it_may_be_taken_again(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    for _ in range(2):
        with lock:
            assert (tmp_path / "lock").exists()


def test_it_holds_though_its_file_is_removed(tmp_path: Path) -> None:
    with hold(tmp_path) as child:
        (tmp_path / "lock").unlink()
        with pytest.raises(ConfigurationError, match=r"another Aqueduct \(pid unknown\)"):
            DirectoryLock(tmp_path).__enter__()
        child.communicate()


@pytest.mark.parametrize("content", [b"", b"\x1b[31mred", b"12 34", "\u0664\u0662".encode(), b"-1", b"\xff"])
def test_what_is_no_process_id_is_not_repeated(tmp_path: Path, content: bytes) -> None:
    with DirectoryLock(tmp_path):
        (tmp_path / "lock").write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"another Aqueduct \(pid unknown\)"):
            DirectoryLock(tmp_path).__enter__()


def test_a_lock_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(ConfigurationError, match="cannot use the data directory"):
        DirectoryLock(tmp_path).__enter__()
    (tmp_path / "lock").rmdir()
    with DirectoryLock(tmp_path):
        pass
