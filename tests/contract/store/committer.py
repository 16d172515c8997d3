"""Commits without end, and prints what was acknowledged: the process that the test kills.

Commit n puts backends `a<n>` and `b<n>`, which must be there both or neither. Arguments: directory.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from aqueduct.model.resources import put
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.backend_pb2 import Backend


async def commit_without_end(store: LmdbStore, numbers: "itertools.count[int]") -> None:
    for number in numbers:
        committed = await store.commit([put(Backend(key=f"{name}{number}")) for name in "ab"])
        print(number, committed.revision, flush=True)  # noqa: T201 # what the test reads


async def main() -> None:
    store = await LmdbStore.open(Path(sys.argv[1]))
    numbers = itertools.count()
    await asyncio.gather(*(commit_without_end(store, numbers) for _ in range(4)))


if __name__ == "__main__":
    asyncio.run(main())
