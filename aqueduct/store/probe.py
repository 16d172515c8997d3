"""Reads all of an LMDB environment and ends: run as a script, on a file that may be damaged.

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
_MAX_DATABASES = 16
_DAMAGE = (lmdb.CorruptedError, lmdb.PageNotFoundError, lmdb.InvalidError)


def read(directory: str) -> None:
    """Read each key and value, then walk all pages, those of the free list too, as a copy does."""
    with lmdb.open(directory, max_dbs=_MAX_DATABASES, readonly=True, lock=False) as env:
        with env.begin() as txn:
            for name in txn.cursor().iternext(values=False):
                for _ in txn.cursor(env.open_db(name, txn, create=False)):
                    pass
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 # pathlib costs more than this script
            env.copyfd(nowhere.fileno(), compact=True)


def main(directory: str) -> int:
    """Return DAMAGED for damage; 0 for any other error: whoever opens the environment meets it too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        read(directory)
    except _DAMAGE as error:
        print(error, file=sys.stderr)  # noqa: T201 # for the process that started this one
        return DAMAGED
    except lmdb.Error:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
