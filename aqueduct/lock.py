"""One Aqueduct per data directory: a lock that ends with its process, however that ends.

The lock is the kernel's (flock), not the file's being there: a file that a killed Aqueduct left
behind locks nothing. What the file says, our process id, is for people only.
"""

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from aqueduct.errors import ConfigurationError


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
            path = self._directory / "lock"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(f"cannot use the data directory {self._directory}: {error}") from error
        try:
            self._lock(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise ConfigurationError(f"another Aqueduct (pid {holder}) uses {self._directory}") from error
        except OSError as error:
            raise ConfigurationError(f"cannot lock {self._directory}: {error}") from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release the lock. The file stays: removing it would let two processes lock two files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
