"""The original's file (`--persistence`): read into an empty store, and kept up to date for those who go back.

The store is the truth. The file follows it: whole files, each durable before it has its name, one as soon
as something is stored, and for whatever is stored within PAUSE of it another. A disk that does not take it
holds up nothing; it is tried again.

What somebody else has written into it, the original or by hand, is kept as `FILE.old` before it is written
over (kept_file.py).
"""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from aqueduct.errors import AqueductError, ConfigurationError, Invalid
from aqueduct.kept_file import KeptFile
from aqueduct.model.members import presented
from aqueduct.model.snapshot import Snapshot
from aqueduct.model.thalassa.file import file_of, read_file
from aqueduct.ports.store import Store
from aqueduct.service.configuration import WriteOptions
from aqueduct.service.history import History
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.common_pb2 import Annotation
from aqueduct.v1.config_pb2 import IMPORT_MODE_MERGE
from aqueduct.v1.frontend_pb2 import Frontend
from aqueduct.v1.history_pb2 import Configuration, Revision
from aqueduct.waiting import happens

log = structlog.get_logger()

PAUSE: Final = 0.5
RETRY: Final = 5.0
"""Seconds."""


class Persistence:
    """The file at `path`, which need not be there yet. In `memory` is noted what was written into it.

    ConfigurationError where symbolic links lead in a circle.
    """

    def __init__(self, path: Path, memory: Path, store: Store) -> None:
        try:
            self._path = path.resolve()  # what a symbolic link leads to is written, not the link
        except (OSError, RuntimeError) as error:
            raise ConfigurationError(f"{path} cannot be read: its symbolic links lead in a circle") from error
        self._file = KeptFile(self._path, memory, _says_same)
        self._store = store
        self._stopping = asyncio.Event()
        self._due = asyncio.Event()
        self._written: Snapshot | None = None
        self._to_import: Configuration | None = None
        self._error = ""

    async def read(self) -> None:
        """Read the file, where the store never held anything. ConfigurationError for one that is wrong.

        It is told as well where the file could never be written, or another Aqueduct keeps it. From then on
        no other may, until `close`.
        """
        if not self._path.parent.is_dir():
            raise ConfigurationError(f"{self._path}: there is no directory {self._path.parent}")
        self._file.lock()
        if self._store.snapshot().revision:
            return
        try:
            content = await asyncio.to_thread(self._file.read)
            if content is not None:
                self._to_import = read_file(content)
                self._file.own(content)
        except OSError as error:
            raise ConfigurationError(f"{self._path} cannot be read: {error.strerror}") from error
        except Invalid as error:
            raise ConfigurationError(f"{self._path}: {error}") from error

    async def fill(self, history: History) -> None:
        """Store what was read, so that HAProxy serves it. ConfigurationError where it cannot."""
        if self._to_import is None:
            return
        about = Revision(annotation=Annotation(message=f"imported {self._path.name}"))
        try:
            written = await history.import_(self._to_import, IMPORT_MODE_MERGE, WriteOptions(about=about))
        except Invalid as error:
            told = "; ".join(
                f"{each.field.removeprefix('configuration.')}: {each.description}"
                for each in error.violations
            )
            raise ConfigurationError(f"{self._path}: {told}") from error
        except AqueductError as error:
            raise ConfigurationError(f"{self._path}: {error}") from error
        log.info("imported", file=str(self._path), resources=len(written.changes))

    async def run(self) -> None:
        """Keep the file up to date until `stop`, and once more then."""
        end = self._store.on_revision(lambda *_: self._due.set())
        try:
            await self._save()
            while not await happens(self._stopping, RETRY if self._error else PAUSE):
                if not self._error:
                    await self._due.wait()
                await self._save()
            await self._save()
        finally:
            end()

    def stop(self) -> None:
        """Have `run` return when the file says what the store does."""
        self._stopping.set()
        self._due.set()

    def close(self) -> None:
        """Let others keep the file."""
        self._file.close()

    async def _save(self) -> None:
        self._due.clear()
        snapshot = self._store.snapshot()
        if snapshot is self._written:
            return
        writing = asyncio.ensure_future(asyncio.to_thread(self._write, snapshot))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])  # it would be written at some later moment
            raise
        except OSError as error:
            if not self._error:
                log.warning(
                    "the file for the original is not up to date", file=str(self._path), error=str(error)
                )
            self._error = str(error)
        else:
            self._written, self._error = snapshot, ""

    def _write(self, snapshot: Snapshot) -> None:
        memberships = snapshot.memberships
        backends = [presented(each, memberships.get(each.key)) for each in snapshot.backends.values()]
        self._file.write(file_of(snapshot.frontends.values(), backends))


def _says_same(one: bytes, other: bytes) -> bool:
    """Tell whether two files hold one configuration, however they spell it."""
    try:
        return _by_key(read_file(one)) == _by_key(read_file(other))
    except Invalid:
        return False


def _by_key(configuration: Configuration) -> tuple[dict[str, Frontend], dict[str, Backend]]:
    return {each.key: each for each in configuration.frontends}, {
        each.key: each for each in configuration.backends
    }
