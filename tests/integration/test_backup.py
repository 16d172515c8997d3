"""Backups: taken from a running store, checked, and started from on the worst day."""

import asyncio
import os
import stat
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import lmdb
import pytest

from aqueduct.demo.processes import Aqueduct, ProcessFailed
from aqueduct.model.times import instant
from aqueduct.v1.activity_pb2 import VERB_CONFIG_CHANGED, VERB_STARTED, RestoredBackup
from tests.integration.follower import Follower
from tests.integration.numbered import Numbered
from tests.load import Load


async def _run(*arguments: str | Path) -> tuple[int, str]:
    """Run a command; return its exit code and the one line that it says."""
    command = (sys.executable, "-m", "aqueduct", *map(str, arguments))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    (line,) = (out + err).decode().splitlines()
    return process.returncode or 0, line


def _names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def test_a_backup_of_a_running_store_is_of_one_moment(aqueduct: Aqueduct, tmp_path: Path) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(0)
    stop = asyncio.Event()

    async def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await numbered.put(number)

    writing = asyncio.create_task(write())
    file = tmp_path / "backup"
    for _ in range(3):
        code, said = await _run("backup", "--data-dir", aqueduct.data_dir, file)
        assert (code, said.startswith(f"{file}: revision ")) == (0, True), said
        assert await _run("fsck", file) == (0, said)
    stop.set()
    await writing
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _names(tmp_path) == ["backup"]


async def test_the_worst_day_ends_with_a_restored_store(
    haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir = tmp_path_factory.mktemp("aq") / "data"
    file = data_dir.with_name("backup")
    async with Aqueduct(data_dir, haproxy_binary, ("--on-exit=keep",)) as aqueduct:
        told = Follower(aqueduct)
        assert not (await told.until(VERB_STARTED)).start.HasField("restored")
        numbered = Numbered.on(aqueduct)
        first = (await numbered.put(1)).revision
        stored = (await told.until(VERB_CONFIG_CHANGED)).config.revision.create_time
        assert (await _run("backup", "--data-dir", data_dir, file))[0] == 0
        await numbered.put(2)
        assert await aqueduct.end() == 0
        store = data_dir / "store"
        os.truncate(store / "data.mdb", (store / "data.mdb").stat().st_size // 2)
        code, said = await _run("fsck", store / "data.mdb")
        assert (code, "is damaged" in said) == (1, True), said
        async with Load(numbered.port, connections=2, keep_alive=None) as load:
            with pytest.raises(ProcessFailed, match="--restore"):
                await aqueduct.start()
            aqueduct.options = ("--on-exit=keep", f"--restore={file}")
            await aqueduct.start()
            aqueduct.options = ("--on-exit=keep",)
        assert load.failures == []
        restored = await told.until(VERB_STARTED)
        assert restored.message.endswith(f" from the backup {file}: revision {first} of {instant(stored)}")
        detail = RestoredBackup(file=str(file), revision=first, revision_time=stored)
        detail.former_store = str(data_dir / "store.1")
        assert restored.start.restored == detail
        assert await numbered.stored() == await numbered.served() == 1
        assert (data_dir / "store.1" / "data.mdb").exists()
        await numbered.put(3)
        assert await numbered.served() == 3
        assert await aqueduct.end() == 0
        await aqueduct.start()
        assert not (await told.until(VERB_STARTED)).start.HasField("restored")
        aqueduct.end_haproxy()


@pytest.mark.parametrize("harm", ["cut", "empty", "else", "revision"])
async def test_a_copy_that_is_damaged_is_told_and_changes_nothing(
    haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory, harm: str
) -> None:
    data_dir = tmp_path_factory.mktemp("aq") / "data"
    file = data_dir.with_name("backup")
    async with Aqueduct(data_dir, haproxy_binary) as aqueduct:
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        assert (await _run("backup", "--data-dir", data_dir, file))[0] == 0
        assert await aqueduct.end() == 0
        match harm:
            case "cut":
                os.truncate(file, file.stat().st_size // 2)
            case "empty":
                os.truncate(file, 0)
            case "else":
                file.write_text("no store\n" * 10_000)
            case _:
                opened = lmdb.open(str(file), subdir=False, lock=False, max_dbs=8)
                with opened as env, env.begin(write=True) as txn:
                    txn.put(b"revision", b"0", db=env.open_db(b"meta", txn))
        code, said = await _run("fsck", file)
        assert (code, "damaged" in said or "cannot open" in said) == (1, True), said
        aqueduct.options = (f"--restore={file}",)
        with pytest.raises(ProcessFailed, match="ended with 1"):
            await aqueduct.start()
        aqueduct.options = ()
        await aqueduct.start()
        assert await numbered.stored() == 1
        assert await aqueduct.end() == 0


async def test_what_cannot_be_copied_is_told(aqueduct: Aqueduct, tmp_path: Path) -> None:
    code, said = await _run("backup", "--data-dir", tmp_path / "none", tmp_path / "backup")
    assert (code, said) == (1, f"aqueduct: there is no store in {tmp_path / 'none' / 'store'}")
    code, said = await _run("backup", "--data-dir", aqueduct.data_dir, tmp_path / "none" / "backup")
    assert code == 1
    assert "cannot be written: No such file or directory" in said
    assert _names(tmp_path) == []


@pytest.mark.parametrize("where", ["store/data.mdb", "store/copy", "device"])
async def test_a_backup_replaces_no_store_and_no_device(
    aqueduct: Aqueduct, tmp_path: Path, where: str
) -> None:
    target = aqueduct.data_dir / where
    if where == "device":
        target = tmp_path / "device"
        os.mkfifo(target)
    before = target.stat() if target.exists() else None
    code, said = await _run("backup", "--data-dir", aqueduct.data_dir, target)
    assert code == 1
    assert ("is no regular file" if where == "device" else "is in the store itself") in said
    assert (target.stat() if target.exists() else None) == before
    await Numbered.on(aqueduct).put(1)


async def test_a_backup_follows_a_symbolic_link(aqueduct: Aqueduct, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    code, _ = await _run("backup", "--data-dir", aqueduct.data_dir, tmp_path / "link")
    assert code == 0
    assert (tmp_path / "link").is_symlink()
    assert (await _run("fsck", tmp_path / "file"))[0] == 0
