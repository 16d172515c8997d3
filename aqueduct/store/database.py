"""An LMDB database that keeps what it was told: its durability, its growth, its limits.

It owns the file and a schema version in it (`meta`, `schema_version`, decimal text); what else is in it is
its subclasses'.

Invariants: a write is durable when it returns, and nothing of it is there when it raised. LMDB's
default syncing does that; its NOSYNC and NOMETASYNC lose acknowledged writes at a power cut.
All methods block and are called from one thread at a time; a process with an open environment
never forks without exec.
"""

import errno
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import lmdb
from google.protobuf.message import DecodeError

from aqueduct.errors import ConfigurationError, Exhausted, Unavailable
from aqueduct.store.suspect import check_readable

MAP_SIZE: Final = 64 * 1024 * 1024
"""Bytes of address space to begin with; doubled whenever they are used up."""

_LEAST_MAP_SIZE: Final = 256 * 1024  # holds the empty databases
_MAX_DATABASES: Final = 16
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PROBE: Final = bytes(64 * 1024)
_SCHEMA_VERSION_KEY: Final = b"schema_version"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Schema:
    """What is in a database."""

    version: int
    """The version that is written."""
    readable: frozenset[int]
    """The versions that can be taken over as they are."""
    databases: tuple[str, ...]
    """Names of the databases beside `meta`."""
    way_out: str = "restore a copy of data.mdb"
    """What to do where it is damaged."""


class Database:
    """An open LMDB environment of one schema."""

    def __init__(self, directory: Path, schema: Schema, map_size: int = MAP_SIZE) -> None:
        """Open the environment in `directory`; where there is none, make one, for our user only.

        ConfigurationError where that cannot be, where it is damaged, or where a newer Aqueduct wrote it.
        """
        self._directory = directory
        self._schema = schema
        try:
            _prepare(directory)
            check_readable(directory, schema.way_out)
            size = max(map_size, _LEAST_MAP_SIZE)
            self._env = lmdb.open(str(directory), map_size=size, max_dbs=_MAX_DATABASES, mode=0o600)
            self._file = self._identity()
        except (OSError, lmdb.Error) as error:
            raise ConfigurationError(f"cannot open the store in {directory}: {error}") from error
        try:
            self._open_databases()
        except lmdb.Error as error:
            self._env.close()
            raise ConfigurationError(f"cannot open the store in {directory}: {error}") from error
        except BaseException:
            self._env.close()
            raise

    def _open_databases(self) -> None:
        self._env.reader_check()  # a reader that was killed (a backup by mdb_copy) would hold old pages
        with self._env.begin(write=True) as txn:
            is_new = not txn.stat()["entries"]
            self._meta = self._env.open_db(b"meta", txn)
            if not is_new:
                self._check_schema(txn)
            txn.put(_SCHEMA_VERSION_KEY, b"%d" % self._schema.version, db=self._meta)
            self._databases = {name: self._env.open_db(name.encode(), txn) for name in self._schema.databases}
        if is_new:  # LMDB syncs its files, but not that they exist
            sync(self._directory)
            sync(self._directory.parent)

    def _check_schema(self, txn: "lmdb.Transaction[bytes]") -> None:
        found = txn.get(_SCHEMA_VERSION_KEY, db=self._meta)
        if found is None:
            raise ConfigurationError(f"{self._directory} holds a database that is not Aqueduct's")
        if found not in {b"%d" % version for version in self._schema.readable}:
            raise ConfigurationError(
                f"the store in {self._directory} has schema version {found.decode(errors='replace')}, "
                f"this Aqueduct knows version {self._schema.version}: run the Aqueduct that wrote it, or a "
                "newer one, or choose another data directory"
            )

    def _read(self, take: "Callable[[lmdb.Transaction[bytes]], T]") -> T:
        """Return what `take` reads in one transaction. ConfigurationError where it is damaged."""
        try:
            with self._env.begin() as txn:
                return take(txn)
        except (lmdb.Error, DecodeError, ValueError) as error:
            raise ConfigurationError(f"the store in {self._directory} is damaged: {error}") from error

    def _write(self, make: "Callable[[lmdb.Transaction[bytes]], None]") -> None:
        """Have `make` write in one durable transaction; it is called again where the map had to grow.

        Errors: Exhausted for a full disk, after which writes work again as soon as there is room;
        Unavailable where the file was removed or replaced: what is written to it no start will find;
        lmdb.Error for a disk or database that fails.
        """
        self._check_there()
        try:
            while not self._write_if_it_fits(make):
                self._env.set_mapsize(self._env.info()["map_size"] * 2)
        except lmdb.Error as error:
            if self._is_disk_full(error):
                raise Exhausted("DISK_FULL", f"no room to store the change: {error}") from error
            raise
        self._check_there()

    def size(self) -> int:
        """Return the bytes of the file; 0 where it was removed."""
        try:
            return (self._directory / "data.mdb").stat().st_size
        except OSError:
            return 0

    def _check_there(self) -> None:
        try:
            there = self._identity() == self._file
        except OSError:
            there = False
        if not there:
            raise Unavailable(
                "STORE_GONE",
                f"the store in {self._directory} was removed or replaced while Aqueduct runs: "
                "nothing can be stored until it is put back, or Aqueduct is started again",
            )

    def _identity(self) -> tuple[int, int]:
        """Return what tells the file that is at the path of the store from any other."""
        found = (self._directory / "data.mdb").stat()
        return found.st_dev, found.st_ino

    def _write_if_it_fits(self, make: "Callable[[lmdb.Transaction[bytes]], None]") -> bool:
        try:
            with self._env.begin(write=True) as txn:  # syncs and commits at its end; aborts on an error
                make(txn)
        except lmdb.MapFullError:
            return False
        return True

    def _is_disk_full(self, error: lmdb.Error) -> bool:
        """Tell whether `error` means that there is no room.

        LMDB reports a write that the file system cut short for want of room as EIO, as it does a
        failing disk: whether there is room tells which of the two.
        """
        code = getattr(error, "code", 0)  # only what liblmdb itself raised has one
        return code in _NO_ROOM or (code == errno.EIO and not self._has_room())

    def _has_room(self) -> bool:
        try:
            end = (self._directory / "data.mdb").stat().st_size
            _probe_room(self._directory, end)
        except OSError as error:
            return error.errno not in _NO_ROOM
        return True

    def close(self) -> None:
        """Release the environment. Nothing else may be called after."""
        self._env.close()


def _prepare(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    if not (directory / "lock.mdb").exists():
        _probe_room(directory)  # LMDB maps its lock file: without room the first access would be a SIGBUS


def _probe_room(directory: Path, offset: int = 0) -> None:
    """Raise OSError where a file in `directory` cannot be written to at `offset`."""
    with tempfile.TemporaryFile(dir=directory) as file:
        os.pwrite(file.fileno(), _PROBE, offset)


def sync(path: Path) -> None:
    """Have the disk hold a file, or what a directory lists."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
