"""The stores that the contract is tested on. An adapter joins by one line in OPENERS."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from aqueduct.ports.store import Store
from aqueduct.store.lmdb import LmdbStore

OpenStore = Callable[[], Awaitable[Store]]
"""Opens one and the same store, new at the first call. A store is closed before it is opened again."""


def _open_lmdb(place: Path) -> Awaitable[Store]:
    return LmdbStore.open(place / "store")


OPENERS: dict[str, Callable[[Path], Awaitable[Store]]] = {"lmdb": _open_lmdb}


@pytest.fixture(params=OPENERS)
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    stores: list[Store] = []

    async def open_one() -> Store:
        store = await OPENERS[request.param](tmp_path)
        stores.append(store)
        return store

    yield open_one
    for store in stores:
        await store.close()


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    return await open_store()
