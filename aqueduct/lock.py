"""One Aqueduct per data directory: a lock that ends with its process, however that ends.

The lock is the kernel's (flock), on the directory itself: it does not hang on a file that somebody
may remove, and nothing that a killed Aqueduct left behind locks anything. What the file `lock` in it
says, our process id, is for people only.
"""

import contextlib
import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aqueduct.errors import ConfigurationError

_FILE: Final = "lock"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class DirectoryLock:
    """Holds a data directory while its block runs. Processes that we start do not inherit it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Take the lock; the directory is made where it is not there, for our user only.

        ConfigurationError where another process holds it, or the directory cannot be used.
        """
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise ConfigurationError(f"cannot use the data directory {self._directory}: {error}") from error
        try:
            self._lock(descriptor)
            self._sign(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(
                f"another Aqueduct (pid {_signed(descriptor)}) uses {self._directory}"
            ) from error
        except OSError as error:
            raise ConfigurationError(f"cannot lock {self._directory}: {error}") from error

    def _sign(self, directory: int) -> None:
        """Say who holds the lock. A directory that nothing can be written to is of no use."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = os.open(_FILE, flags, 0o600, dir_fd=directory)
        except OSError as error:
            if error.errno in _NO_ROOM:
                return
            raise ConfigurationError(f"cannot use the data directory {self._directory}: {error}") from error
        try:
            with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
                os.write(file, b"%d\n" % os.getpid())
        finally:
            os.close(file)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release the lock. The file stays: its next holder may have written it already."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _signed(directory: int) -> str:
    """Return who says that they hold the lock: a number, or `unknown` whatever else the file holds."""
    try:
        file = os.open(_FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
    except OSError:
        return "unknown"
    try:
        text = os.read(file, 32).strip()
    except OSError:
        text = b""
    finally:
        os.close(file)
    return text.decode("ascii") if text.isdigit() else "unknown"
