"""Registrations in LMDB: durable, apart from the configuration, at the limits of disk and file."""

import asyncio
import stat
from pathlib import Path

import lmdb
import pytest

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.model.registrations import completed
from aqueduct.store.database import Database
from aqueduct.store.lmdb import LmdbStore
from aqueduct.store.registrations import LmdbRegistrations, RegistrationDatabase
from aqueduct.v1.registry_pb2 import Registration


def web(port: int, name: str = "web") -> Registration:
    return completed(Registration(name=name, version="1", host="10.0.0.1", port=port))


def by_id(*registrations: Registration) -> dict[str, Registration | None]:
    return {registration.id: registration for registration in registrations}


async def stored(directory: Path) -> dict[str, Registration]:
    """Return what a start finds."""
    store = await LmdbRegistrations.open(directory)
    found = dict(store.load())
    assert store.load() == {}
    await store.close()
    return found


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    store = await LmdbRegistrations.open(tmp_path)
    assert store.load() == {}
    await store.write(by_id(web(1), web(2), web(3)))
    await store.write({web(1).id: None, web(9).id: None, **by_id(web(4))})
    await store.close()
    assert await stored(tmp_path) == by_id(web(2), web(3), web(4))


async def test_ids_may_be_longer_than_keys(tmp_path: Path) -> None:
    store = await LmdbRegistrations.open(tmp_path)
    long = [web(port, name="ä" * 256) for port in (1, 2)]
    await store.write(by_id(*long))
    await store.close()
    assert await stored(tmp_path) == by_id(*long)


async def test_the_files_are_for_our_user_only(tmp_path: Path) -> None:
    directory = tmp_path / "registry"
    await (await LmdbRegistrations.open(directory)).close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}


async def test_the_map_grows(tmp_path: Path) -> None:
    store = await LmdbRegistrations.open(tmp_path, map_size=1)
    many = [web(port) for port in range(1, 5_000)]
    await store.write(by_id(*many))
    await store.close()
    assert len(await stored(tmp_path)) == len(many)


async def test_a_caller_who_is_cancelled_leaves_it_whole_or_not_made(tmp_path: Path) -> None:
    store = await LmdbRegistrations.open(tmp_path)
    write = asyncio.create_task(store.write(by_id(web(1))))
    await asyncio.sleep(0)
    write.cancel()
    await asyncio.wait([write])
    await store.close()
    assert await stored(tmp_path) in ({}, by_id(web(1)))


async def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    store = await LmdbRegistrations.open(tmp_path)
    await asyncio.gather(store.close(), store.close())
    with pytest.raises(Unavailable) as raised:
        await store.write(by_id(web(1)))
    assert raised.value.reason == "STORE_CLOSED"


async def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> bool:
        raise lmdb.Error("mdb_txn_commit: Input/output error")

    store = await LmdbRegistrations.open(tmp_path)
    monkeypatch.setattr(Database, "_write_if_it_fits", failing)
    with pytest.raises(Unavailable) as raised:
        await store.write(by_id(web(1)))
    assert raised.value.reason == "STORE_FAILED"
    await store.close()


async def test_damage_is_told(tmp_path: Path) -> None:
    database = RegistrationDatabase(tmp_path)
    with database._env.begin(write=True) as txn:
        txn.put(b"key", b"\xff", db=database._databases["registrations"])
    database.close()
    with pytest.raises(ConfigurationError, match="is damaged"):
        await LmdbRegistrations.open(tmp_path)


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    store = await LmdbStore.open(tmp_path)  # its schema has another version
    await store.close()
    with pytest.raises(ConfigurationError, match="has schema version 3, this Aqueduct knows version 1"):
        await LmdbRegistrations.open(tmp_path)
