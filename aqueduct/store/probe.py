"""Reads all of an LMDB environment and ends: run as a script, on a file that may be damaged.

    python probe.py STORE [COPY]

STORE is a directory that nobody uses, or the file of a store. With COPY, a file that is written anew, the
store may be in use: the copy is of one moment.

liblmdb trusts its file. One that was cut short is a SIGBUS, some other damage a failed assertion:
either ends the process that reads it, and that is to be this one. It says nothing about what the
pages mean, and imports nothing of Aqueduct: it is started at each start, and takes 20 ms.
"""

import os
import resource
import sys

import lmdb

DAMAGED = 3
"""The exit code for damage that liblmdb noticed by itself."""
FAILED = 4
"""The exit code for a copy that could not be made for another reason."""
_MAX_DATABASES = 16
_DAMAGE = (lmdb.CorruptedError, lmdb.PageNotFoundError, lmdb.InvalidError)


def read(store: str, copy: str | None = None) -> None:
    """Read each key and value, then walk all pages, those of the free list too, as a copy does."""
    is_directory, is_used = os.path.isdir(store), copy is not None  # noqa: PTH112 # as below
    with lmdb.open(
        store, max_dbs=_MAX_DATABASES, readonly=True, subdir=is_directory, lock=is_directory and is_used
    ) as env:
        with env.begin() as txn:
            for name in txn.cursor().iternext(values=False):
                for _ in txn.cursor(env.open_db(name, txn, create=False)):
                    pass
        with open(copy or os.devnull, "wb") as file:  # noqa: PTH123 # pathlib costs more than this script
            env.copyfd(file.fileno(), compact=True)


def main(store: str, copy: str | None = None) -> int:
    """Return DAMAGED for damage; 0 for another error of a mere read: whoever opens the store meets it too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        read(store, copy)
    except _DAMAGE as error:
        print(error, file=sys.stderr)  # noqa: T201 # for the process that started this one
        return DAMAGED
    except (lmdb.Error, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 # for the process that started this one
        return FAILED if copy else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
