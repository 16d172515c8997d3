"""What the LMDB store promises besides the contract: durability, growth, full and failing disks."""

import asyncio
import errno
import os
import shutil
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lmdb
import pytest

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.store.environment import Environment
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.config_pb2 import Change
from aqueduct.v1.history_pb2 import REVISION_CAUSE_CALL, Revision

from .resources import delete_backend, put_backend, put_large

COMMITTER = Path(__file__).with_name("committer.py")
SMALL_MAP = 256 * 1024


def last_transaction(store: LmdbStore) -> int:
    return store._environment._env.info()["last_txnid"]


async def test_the_files_are_for_our_user_only(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    directory.mkdir(mode=0o755)
    await (await LmdbStore.open(directory)).close()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}


async def test_commits_that_arrive_together_share_a_transaction(tmp_path: Path) -> None:
    store = await LmdbStore.open(tmp_path)
    before = last_transaction(store)
    await asyncio.gather(*(store.commit([put_backend(f"b{count}")]) for count in range(100)))
    assert store.snapshot().revision == 100
    assert last_transaction(store) == before + 1
    await store.close()


async def test_a_commit_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    store = await LmdbStore.open(tmp_path)
    await store.commit([put_backend("app")])
    before = last_transaction(store)
    await store.commit([put_backend("app")])
    assert last_transaction(store) == before
    await store.close()


@pytest.mark.parametrize("key", ["", "k" * 512, "ä" * 256])
async def test_a_key_that_cannot_be_stored_fails_alone(tmp_path: Path, key: str) -> None:
    store = await LmdbStore.open(tmp_path)
    bad, good = await asyncio.gather(
        store.commit([put_backend(key)]), store.commit([put_backend("app")]), return_exceptions=True
    )
    assert isinstance(bad, ValueError)
    assert not isinstance(good, BaseException)
    await store.close()


class TestKill:
    @pytest.mark.parametrize("acknowledged", [1, 50, 200])
    async def test_every_acknowledged_commit_is_there_and_none_is_half_there(
        self, tmp_path: Path, acknowledged: int
    ) -> None:
        child = await asyncio.create_subprocess_exec(
            sys.executable, COMMITTER, tmp_path, stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        lines = [await child.stdout.readline() for _ in range(acknowledged)]
        child.kill()
        lines += (await child.stdout.read()).splitlines(keepends=True)
        await child.wait()
        store = await LmdbStore.open(tmp_path)
        snapshot = store.snapshot()
        for line in lines:
            if line.endswith(b"\n"):
                number, revision = map(int, line.split())
                assert snapshot.backends[f"a{number}"].revision == revision
        assert {key[1:] for key in snapshot.backends if key[0] == "a"} == {
            key[1:] for key in snapshot.backends if key[0] == "b"
        }
        assert snapshot.revision == max(backend.revision for backend in snapshot.backends.values())
        assert (await store.commit([put_backend("c")])).revision == snapshot.revision + 1
        await store.close()


class TestGrowth:
    async def test_the_map_grows_by_itself(self, tmp_path: Path) -> None:
        store = await LmdbStore.open(tmp_path, map_size=SMALL_MAP)
        for count in range(20):
            await store.commit([put_large(f"b{count}", 50_000)])
        assert store._environment._env.info()["map_size"] > 20 * 50_000
        before = store.snapshot()
        await store.close()
        again = await LmdbStore.open(tmp_path, map_size=SMALL_MAP)
        assert again.snapshot() == before
        await again.commit([put_large("c", 1_000_000)])
        await again.close()

    async def test_it_grows_far_enough_for_one_large_commit(self, tmp_path: Path) -> None:
        store = await LmdbStore.open(tmp_path, map_size=1)
        committed = await store.commit([put_large(f"b{count}", 100_000) for count in range(100)])
        assert committed.revision == store.snapshot().revision == 1
        await store.close()


class FailingEnvironment(Environment):
    """The real environment, whose next transactions fail with the errors queued in `failures`."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.failures: list[Exception] = []

    def _write_change(self, txn: "lmdb.Transaction[bytes]", change: Change) -> None:
        super()._write_change(txn, change)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def environment(tmp_path: Path) -> FailingEnvironment:
    return FailingEnvironment(tmp_path)


@pytest.fixture
def failing(environment: FailingEnvironment) -> LmdbStore:
    return LmdbStore(environment, ThreadPoolExecutor(1), environment.load())


class TestFailingDisk:
    async def test_the_whole_group_is_told_and_nothing_is_kept(
        self, failing: LmdbStore, environment: FailingEnvironment, tmp_path: Path
    ) -> None:
        await failing.commit([put_backend("a")])
        broken = lmdb.Error("mdb_txn_commit: Input/output error")
        broken.__dict__["code"] = errno.EIO  # as liblmdb's own errors have it
        environment.failures.append(broken)
        group = [failing.commit([put_backend(key)]) for key in ("b", "c")]
        errors = await asyncio.gather(*group, return_exceptions=True)
        assert [type(error) for error in errors] == [Unavailable, Unavailable]
        assert errors[0] is not errors[1]
        assert set(failing.snapshot().backends) == {"a"}
        assert (await failing.commit([delete_backend("a")])).revision == 2
        await failing.close()
        again = await LmdbStore.open(tmp_path)
        assert (again.snapshot().revision, again.snapshot().backends) == (2, {})
        await again.close()

    async def test_an_error_nobody_thought_of_reaches_its_caller(
        self, failing: LmdbStore, environment: FailingEnvironment
    ) -> None:
        environment.failures.append(ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await failing.commit([put_backend("a")])
        assert (await failing.commit([put_backend("a")])).revision == 1
        await failing.close()


class TestOpen:
    async def test_an_unknown_schema_is_refused_with_the_way_out(self, tmp_path: Path) -> None:
        await (await LmdbStore.open(tmp_path)).close()
        with lmdb.open(str(tmp_path), max_dbs=4) as env, env.begin(write=True) as txn:
            txn.put(b"schema_version", b"4", db=env.open_db(b"meta", txn))
        with pytest.raises(ConfigurationError, match=r"schema version 4.*knows version 3.*newer"):
            await LmdbStore.open(tmp_path)

    async def test_a_database_of_somebody_else_is_refused(self, tmp_path: Path) -> None:
        with lmdb.open(str(tmp_path)) as env, env.begin(write=True) as txn:
            txn.put(b"key", b"value")
        with pytest.raises(ConfigurationError, match="not Aqueduct's"):
            await LmdbStore.open(tmp_path)

    async def test_a_file_that_is_no_database_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "data.mdb").write_bytes(os.urandom(100_000))
        with pytest.raises(ConfigurationError, match="cannot open the store"):
            await LmdbStore.open(tmp_path)

    async def test_a_damaged_revision_of_the_history_is_told(self, tmp_path: Path) -> None:
        store = await LmdbStore.open(tmp_path)
        await store.commit([put_backend("app")], Revision(cause=REVISION_CAUSE_CALL))
        await store.close()
        with lmdb.open(str(tmp_path), max_dbs=8) as env, env.begin(write=True) as txn:
            history = env.open_db(b"revisions", txn)
            (key,) = [key for key, _ in txn.cursor(history)]
            txn.put(key, b"\xff", db=history)
        with pytest.raises(ConfigurationError, match="damaged"):
            await LmdbStore.open(tmp_path)

    async def test_a_damaged_resource_is_told(self, tmp_path: Path) -> None:
        await (await LmdbStore.open(tmp_path)).close()
        with lmdb.open(str(tmp_path), max_dbs=4) as env, env.begin(write=True) as txn:
            txn.put(b"app", b"\xff", db=env.open_db(b"backends", txn))
        with pytest.raises(ConfigurationError, match="damaged"):
            await LmdbStore.open(tmp_path)

    async def test_a_place_that_is_no_directory_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "store").touch()
        with pytest.raises(ConfigurationError, match="cannot open the store"):
            await LmdbStore.open(tmp_path / "store")


async def _many(directory: Path) -> Path:
    """Make a store with some pages, and free ones among them; return its file."""
    store = await LmdbStore.open(directory)
    for count in range(40):
        await store.commit([put_large(f"b{count % 8}", 10_000)])
        await store.commit([delete_backend(f"b{count % 8}")] if count % 3 else [put_backend("app")])
    await store.close()
    return directory / "data.mdb"


class TestDamage:
    """Each of these would end the process, or, an empty file, be taken for a new store."""

    @pytest.mark.parametrize("pages", [0, 1, 2, -1, -2])
    async def test_a_file_that_was_cut_is_refused_with_the_way_out(self, tmp_path: Path, pages: int) -> None:
        file = await _many(tmp_path)
        whole = file.read_bytes()
        half = len(whole) // 2
        size = {-1: half, -2: half // 2}.get(pages, pages * 4096)
        os.truncate(file, size)
        for _ in range(2):  # being refused changes nothing
            with pytest.raises(
                ConfigurationError, match=r"damaged.*start from a backup \(--restore FILE\), or move"
            ):
                await LmdbStore.open(tmp_path)
        file.write_bytes(whole)
        store = await LmdbStore.open(tmp_path)
        assert "app" in store.snapshot().backends
        await store.close()

    async def test_pages_overwritten_are_refused(self, tmp_path: Path) -> None:
        file = await _many(tmp_path)
        content = bytearray(file.read_bytes())
        for page in range(2 * 4096, len(content), 4096):
            content[page : page + 64] = b"\xa5" * 64
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match="damaged"):
            await LmdbStore.open(tmp_path)

    async def test_a_file_that_is_missing_is_a_new_store(self, tmp_path: Path) -> None:
        file = await _many(tmp_path)
        file.unlink()
        store = await LmdbStore.open(tmp_path)
        assert store.snapshot().revision == 0
        await store.close()


class TestGone:
    """What is written to a file that no start will find is not stored."""

    async def test_a_store_that_was_removed_takes_no_commits(self, tmp_path: Path) -> None:
        store = await LmdbStore.open(tmp_path / "store")
        await store.commit([put_backend("a")])
        shutil.rmtree(tmp_path / "store")
        for _ in range(2):
            with pytest.raises(Unavailable, match="removed or replaced") as caught:
                await store.commit([put_backend("b")])
            assert caught.value.reason == "STORE_GONE"
        assert set(store.snapshot().backends) == {"a"}
        await store.close()

    async def test_a_store_that_was_replaced_takes_none_until_it_is_put_back(self, tmp_path: Path) -> None:
        store = await LmdbStore.open(tmp_path / "store")
        await store.commit([put_backend("a")])
        (tmp_path / "store").rename(tmp_path / "aside")
        shutil.copytree(tmp_path / "aside", tmp_path / "store")
        with pytest.raises(Unavailable, match="removed or replaced"):
            await store.commit([put_backend("b")])
        shutil.rmtree(tmp_path / "store")
        (tmp_path / "aside").rename(tmp_path / "store")
        assert (await store.commit([put_backend("b")])).revision == 2
        await store.close()
