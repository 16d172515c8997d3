"""The LMDB store on a disk that is really full: a tmpfs where we may mount one, a file size limit."""

import asyncio
import os
import resource
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest

from aqueduct.errors import ConfigurationError, Exhausted
from aqueduct.store.lmdb import LmdbStore

from .resources import delete_backend, put_backend, put_large

SIZE = 1024 * 1024


class SmallDisk(ABC):
    """A place with room for about SIZE bytes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @abstractmethod
    def make_room(self) -> None: ...

    @abstractmethod
    def remove(self) -> None: ...


class Tmpfs(SmallDisk):
    """A file system of its own: what is written says ENOSPC, or is cut short and says EIO."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._mount(f"size={SIZE}")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.directory)]
        subprocess.run(command, check=True, capture_output=True)

    def make_room(self) -> None:
        self._mount(f"remount,size={4 * SIZE}")

    def remove(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.directory)], check=True)  # noqa: S607 # of util-linux, wherever


class FileSizeLimit(SmallDisk):
    """The disk as it is, and a limit that makes each file of ours full at SIZE, odd bytes included."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._limit(SIZE + 1234)

    def _limit(self, size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, self._before[1]))

    def make_room(self) -> None:
        self._limit(4 * SIZE)

    def remove(self) -> None:
        self._limit(self._before[0])


def may_mount() -> bool:
    """Tell whether this process may mount a tmpfs; a root user in a container often may not."""
    if os.geteuid():
        return False
    with tempfile.TemporaryDirectory() as directory:
        try:
            Tmpfs(Path(directory)).remove()
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


@pytest.fixture(params=[FileSizeLimit, Tmpfs] if may_mount() else [FileSizeLimit])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    small: SmallDisk = request.param(tmp_path)
    yield small
    small.remove()


async def fill(store: LmdbStore) -> int:
    """Commit until the disk is full; return how many commits were acknowledged."""
    with pytest.raises(Exhausted) as raised:  # noqa: PT012 # which of them fails first is the disk's choice
        for count in range(1_000):
            await store.commit([put_large(f"b{count}", 5_000)])
    assert raised.value.reason == "DISK_FULL"
    return store.snapshot().revision


async def test_a_full_disk_refuses_writes_and_keeps_what_is_there(disk: SmallDisk) -> None:
    store = await LmdbStore.open(disk.directory / "store")
    acknowledged = await fill(store)
    assert acknowledged > 10
    snapshot = store.snapshot()
    assert (snapshot.revision, len(snapshot.backends)) == (acknowledged, acknowledged)
    group = [store.commit([put_large(f"c{count}", 50_000)]) for count in range(5)]
    errors = await asyncio.gather(*group, return_exceptions=True)
    assert {type(error) for error in errors} == {Exhausted}
    assert store.snapshot() is snapshot
    await store.close()
    again = await LmdbStore.open(disk.directory / "store")
    assert again.snapshot() == snapshot
    await again.close()


async def test_commits_work_again_when_there_is_room(disk: SmallDisk) -> None:
    store = await LmdbStore.open(disk.directory / "store")
    acknowledged = await fill(store)
    disk.make_room()
    assert (await store.commit([put_large("c", 5_000)])).revision == acknowledged + 1
    assert (await store.commit([delete_backend("b0")])).revision == acknowledged + 2
    before = store.snapshot()
    await store.close()
    again = await LmdbStore.open(disk.directory / "store")
    assert again.snapshot() == before
    await again.close()


async def test_a_new_store_on_a_full_disk_is_refused(disk: SmallDisk) -> None:
    with pytest.raises(OSError, match=r"No space|too large"):
        (disk.directory / "ballast").write_bytes(bytes(2 * SIZE))
    if isinstance(disk, FileSizeLimit):
        disk._limit(0)
    with pytest.raises(ConfigurationError, match="cannot open the store"):
        await LmdbStore.open(disk.directory / "store")


async def test_reads_of_a_store_on_a_full_disk_go_on(disk: SmallDisk) -> None:
    store = await LmdbStore.open(disk.directory / "store")
    await store.commit([put_backend("app")])
    await fill(store)
    assert store.snapshot().backends["app"].revision == 1
    await store.close()
