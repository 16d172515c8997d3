"""How much of the history an LMDB store keeps, and stores of Aqueducts that kept none."""

import time
from pathlib import Path
from types import SimpleNamespace

import lmdb
import pytest

from aqueduct.settings import Retention
from aqueduct.store.lmdb import LmdbStore

from .resources import put_backend
from .test_history import ALL, numbers


async def _open(place: Path, retention: Retention) -> LmdbStore:
    return await LmdbStore.open(place, retention=retention)


async def test_no_more_revisions_are_kept_than_are_wanted(tmp_path: Path) -> None:
    store = await _open(tmp_path, Retention(count=3))
    for port in range(8001, 8006):
        await store.commit([put_backend("app", port=port)])
    past = await store.past(0, ALL, 9)
    assert (numbers(past.revisions), past.floor) == ([5, 4, 3], 2)
    await store.close()


async def test_none_is_kept_longer_than_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(
        "aqueduct.store.lmdb.time", SimpleNamespace(time=lambda: now, perf_counter=time.perf_counter)
    )
    store = await _open(tmp_path, Retention(age=60.0))
    for port in (8001, 8002, 8003):
        await store.commit([put_backend("app", port=port)])
        now += 40.0
    past = await store.past(0, ALL, 9)
    assert (numbers(past.revisions), past.floor) == ([3, 2], 1)
    await store.close()


async def test_the_history_of_an_older_store_begins_with_its_next_change(tmp_path: Path) -> None:
    store = await LmdbStore.open(tmp_path)
    for port in (8001, 8002):
        await store.commit([put_backend("app", port=port)])
    await store.close()
    with lmdb.open(str(tmp_path), max_dbs=8) as env, env.begin(write=True) as txn:
        meta = env.open_db(b"meta", txn)
        txn.put(b"schema_version", b"2", db=meta)
        txn.delete(b"history_floor", db=meta)
        txn.drop(env.open_db(b"revisions", txn))
    store = await LmdbStore.open(tmp_path)
    assert (await store.past(0, ALL, 9)).floor == 2
    await store.commit([put_backend("app", port=8003)])
    past = await store.past(0, ALL, 9)
    assert (numbers(past.revisions), past.floor) == ([3], 2)
    assert past.revisions[0].changes[0].before.backend.members[0].port == 8002
    await store.close()
