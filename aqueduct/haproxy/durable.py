"""Whole files or none: what a reader, or a HAProxy that starts, finds under a name is never half written."""

import contextlib
import os
import stat
from pathlib import Path


def write(path: Path, content: bytes, *, survives_power_loss: bool, mode: int | None = None) -> None:
    """Put `content` under `path` at once; a reader finds the old file or the new one.

    The first write survives a kill of this process, which is enough for what only describes running
    processes; `survives_power_loss` costs two fsyncs. One writer per path at a time.
    `mode` are the permissions to give the file, by default those of any new one.
    """
    temporary = path.with_name(path.name + ".new")
    try:
        with temporary.open("wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(content)
            if survives_power_loss:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # on a full disk every block counts
        raise
    if survives_power_loss:
        _sync_directory(path.parent)


def replace(path: Path, content: bytes, mode: int) -> None:
    """Put `content` under `path` at once, in a directory that may not be ours alone.

    A file that is replaced hands down its mode, and its owner where we may give files away; a new one
    has `mode`. It survives a power loss. One writer per path at a time.
    """
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)  # of a writer that was killed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            _hand_down(path, file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _hand_down(path: Path, descriptor: int, mode: int) -> None:
    former = path.lstat() if os.path.lexists(path) else None
    if former is None or not stat.S_ISREG(former.st_mode):  # of a link all may do everything
        os.fchmod(descriptor, mode)  # whatever the umask says
        return
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, former.st_uid, former.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(former.st_mode))


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
