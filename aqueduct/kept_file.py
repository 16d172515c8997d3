"""A file that others may change too, kept by one Aqueduct: read, locked, replaced; nothing of theirs is lost.

What this writes it remembers by a digest, in a file of its own (`memory`), and before it has its name: so
also after a kill whatever is found is told to be ours or somebody else's. Theirs is set aside as `FILE.old`,
`FILE.old.2`, ..., the very file where it can be, and never over another.

Invariants: a symbolic link put in its place, or beside it, is never followed, and a pipe never waited for.
What replaces it has its mode, and its owner where we may give files away.
"""

import errno
import fcntl
import itertools
import os
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from aqueduct.errors import ConfigurationError
from aqueduct.haproxy import durable

log = structlog.get_logger()

_MODE: Final = 0o600
"""Of a new file: a configuration may hold secrets."""
_LOCK_MODE: Final = 0o644
_LOOK: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class KeptFile:
    """The file at `path`, which need not be there. All methods raise OSError; they do I/O.

    `says_same` tells whether two contents mean the same: then nothing is lost.
    """

    def __init__(self, path: Path, memory: Path, says_same: Callable[[bytes, bytes], bool]) -> None:
        self._path = path
        self._memory = memory
        self._says_same = says_same
        self._lock: int | None = None
        self._ours = _remembered(memory)

    def lock(self) -> None:
        """Keep others of our kind from it until `close`. ConfigurationError where one keeps it already."""
        path = self._path.with_name(f"{self._path.name}.lock")
        try:
            self._lock = os.open(path, _LOOK | os.O_CREAT, _LOCK_MODE)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise ConfigurationError(f"another Aqueduct keeps {self._path} up to date") from error
        except OSError as error:  # it may be there to be read alone
            log.warning("a file cannot be locked: others may write it too", file=str(path), error=str(error))

    def close(self) -> None:
        """Let others have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self) -> bytes | None:
        """Return what it says; None where it is not there."""
        try:
            descriptor = os.open(self._path, _LOOK)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is no regular file")
            return file.read()

    def own(self, content: bytes) -> None:
        """Note that nothing is lost where `content` is written over."""
        self._ours.add(_digest(content))

    def write(self, content: bytes) -> None:
        """Have it say `content`, durably. What somebody else wrote is set aside first."""
        found = self.read()
        if found is not None and self._is_lost(found, content):
            self._set_aside(found)
        self._remember({_digest(each) for each in (found, content) if each is not None})
        if found != content:
            durable.replace(self._path, content, _MODE)

    def _is_lost(self, found: bytes, content: bytes) -> bool:
        """Tell whether somebody else's word is written over."""
        return found != content and _digest(found) not in self._ours and not self._says_same(found, content)

    def _remember(self, digests: set[str]) -> None:
        """Note what is ours: what is there, which is kept or of no worth, and what is to replace it."""
        if digests != self._ours:
            text = "".join(f"{digest}\n" for digest in sorted(digests))
            durable.write(self._memory, text.encode(), survives_power_loss=True)
            self._ours = digests

    def _set_aside(self, content: bytes) -> None:
        for number in itertools.count(1):
            old = self._path.with_name(f"{self._path.name}.old" + (f".{number}" if number > 1 else ""))
            if os.path.lexists(old):
                continue
            try:
                os.link(self._path, old, follow_symlinks=False)
            except FileExistsError:
                continue
            except OSError:  # another's file may not be linked to, and some file systems have no links
                durable.replace(old, content, _MODE)
            log.warning("the file does not say what is stored: it is kept under another name", file=str(old))
            return


def _remembered(memory: Path) -> set[str]:
    try:
        return set(memory.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        return set()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
