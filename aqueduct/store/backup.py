"""Copies of a store: taking one while the store is in use, checking one, and starting from one.

A copy is one file, of one moment, complete. It is read whole before it counts: one that cannot be read is
worse than none.
"""

import shutil
import tempfile
from pathlib import Path

from aqueduct.errors import ConfigurationError
from aqueduct.store.database import sync
from aqueduct.store.environment import Contents, Environment
from aqueduct.store.suspect import damage_of

_FILE = "data.mdb"


def backup(store: Path, copy: Path) -> Contents:
    """Copy the store in directory `store`, which may be in use, to the file `copy`; return what it holds.

    A file that is there already, or that a symbolic link leads to, is replaced by the finished copy.
    ConfigurationError where that cannot be.
    """
    if not (store / _FILE).is_file():
        raise ConfigurationError(f"there is no store in {store}")
    copy = copy.resolve()
    if copy.exists() and not copy.is_file():
        raise ConfigurationError(f"{copy} is no regular file: name one that is, or that is not there yet")
    if copy.is_relative_to(store.resolve()):
        raise ConfigurationError(f"{copy} is in the store itself: name a file elsewhere")
    try:
        with tempfile.TemporaryDirectory(dir=copy.parent, prefix=f".{copy.name}-") as place:
            made = Path(place) / _FILE
            damage = damage_of(store, made)
            if damage:
                raise ConfigurationError(f"the store in {store} cannot be copied: {damage}")
            made.chmod(0o600)
            found = _check(made, f"the copy of {store}")
            sync(made)
            made.replace(copy)
        sync(copy.parent)
    except OSError as error:
        raise ConfigurationError(f"{copy} cannot be written: {error.strerror}") from error
    return found


def check(file: Path) -> Contents:
    """Read all of a copy, and return what it holds. ConfigurationError where it is damaged, with what is."""
    return _check(file, str(file))


def restore(file: Path, store: Path) -> Path | None:
    """Make the copy `file` the store in directory `store`, which nobody uses.

    What is there is moved aside; returns where to, None where there was nothing. ConfigurationError where the
    copy is damaged or that cannot be: nothing is changed then.
    """
    check(file)
    aside = None
    try:
        place = Path(tempfile.mkdtemp(dir=store.parent, prefix=f".{store.name}-"))
        try:
            shutil.copyfile(file, place / _FILE)
            (place / _FILE).chmod(0o600)
            sync(place / _FILE)
            if store.exists():
                aside = _unused(store)
                store.rename(aside)
            place.rename(store)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        sync(store.parent)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be made the store in {store}: {error.strerror}") from error
    return aside


def _check(file: Path, name: str) -> Contents:
    """Read a copy of its own of `file`: to open a database leaves a lock beside it."""
    try:
        size = file.stat().st_size
        damage = damage_of(file) if size else "it is empty"
        if damage:
            raise ConfigurationError(f"{name} is damaged: {damage}")
        with tempfile.TemporaryDirectory(prefix="aqueduct-") as place:
            shutil.copyfile(file, Path(place) / _FILE)
            environment = Environment(Path(place))
            try:
                return environment.contents()
            finally:
                environment.close()
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read: {error.strerror}") from error


def _unused(store: Path) -> Path:
    """Return a path beside the store that nothing has."""
    number = 1
    while (path := store.with_name(f"{store.name}.{number}")).exists():
        number += 1
    return path
