"""What the LMDB store does on a disk that is really full, as scenarios on a small disk.

The small disk is a tmpfs of its own, where we may mount one, or the disk as it is with a limit on the
size of files. The limit is one of a process: such a scenario runs in a process of its own, this file's
`main`, whose arguments are the scenario's name and a directory.
"""

import asyncio
import resource
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from aqueduct.clock import SystemClock
from aqueduct.errors import ConfigurationError, Exhausted
from aqueduct.model.times import timestamp
from aqueduct.service import activity_log
from aqueduct.service.activity_log import ActivityLog
from aqueduct.settings import Retention
from aqueduct.store.activity import LmdbActivity
from aqueduct.store.lmdb import LmdbStore
from aqueduct.store.registrations import LmdbRegistrations
from aqueduct.v1.activity_pb2 import Event
from aqueduct.v1.registry_pb2 import Registration

from .resources import delete_backend, put_large

SIZE = 1024 * 1024


class SmallDisk(ABC):
    """A directory in which there is room for about SIZE bytes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.store = directory / "store"

    @abstractmethod
    def make_room(self) -> None: ...

    @abstractmethod
    def remove(self) -> None: ...


class Tmpfs(SmallDisk):
    """A file system of its own: a write says ENOSPC, or is cut short, which LMDB calls EIO."""

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
    """Each file of this process is full at SIZE and some odd bytes, which cut a page short."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._limit(SIZE + 1234)

    def _limit(self, size: int) -> None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    def make_room(self) -> None:
        self._limit(4 * SIZE)

    def remove(self) -> None: ...


async def fill(store: LmdbStore) -> int:
    """Commit until the disk is full; return how many commits were acknowledged."""
    with pytest.raises(Exhausted) as raised:  # noqa: PT012 # which of them fails first is the disk's choice
        for count in range(1_000):
            await store.commit([put_large(f"b{count}", 5_000)])
    assert raised.value.reason == "DISK_FULL"
    return store.snapshot().revision


async def refuses_writes_and_keeps_what_is_there(disk: SmallDisk) -> None:
    store = await LmdbStore.open(disk.store)
    acknowledged = await fill(store)
    assert acknowledged > 10
    snapshot = store.snapshot()
    assert len(snapshot.backends) == acknowledged
    group = [store.commit([put_large(f"c{count}", 50_000)]) for count in range(5)]
    errors = await asyncio.gather(*group, return_exceptions=True)
    assert {type(error) for error in errors} == {Exhausted}
    assert store.snapshot() is snapshot
    await store.close()
    again = await LmdbStore.open(disk.store)
    assert again.snapshot() == snapshot
    await again.close()


async def writes_again_when_there_is_room(disk: SmallDisk) -> None:
    store = await LmdbStore.open(disk.store)
    acknowledged = await fill(store)
    disk.make_room()
    assert (await store.commit([put_large("c", 5_000)])).revision == acknowledged + 1
    assert (await store.commit([delete_backend("b0")])).revision == acknowledged + 2
    before = store.snapshot()
    await store.close()
    again = await LmdbStore.open(disk.store)
    assert again.snapshot() == before
    await again.close()


async def opens_no_new_store(disk: SmallDisk) -> None:
    if isinstance(disk, FileSizeLimit):
        disk._limit(0)
    else:
        with pytest.raises(OSError, match="No space left"):
            (disk.directory / "ballast").write_bytes(bytes(2 * SIZE))
    with pytest.raises(ConfigurationError, match="cannot open the store"):
        await LmdbStore.open(disk.store)


async def registrations_are_refused_and_what_is_there_is_kept(disk: SmallDisk) -> None:
    store = await LmdbRegistrations.open(disk.store)
    kept: dict[str, Registration] = {}
    with pytest.raises(Exhausted) as raised:  # noqa: PT012 # which of them fails first is the disk's choice
        for count in range(1_000):
            large = Registration(id=f"{count}", host="x" * 5_000)
            await store.write({large.id: large})
            kept[large.id] = large
    assert raised.value.reason == "DISK_FULL"
    assert len(kept) > 10
    disk.make_room()
    await store.write({"0": None})
    await store.close()
    again = await LmdbRegistrations.open(disk.store)
    assert {"0": kept["0"], **again.load()} == kept
    await again.close()


async def activity_waits_and_is_told_when_there_is_room(disk: SmallDisk) -> None:
    store = await LmdbActivity.open(disk.store, Retention(), SystemClock())
    log = ActivityLog(store)
    keeping = asyncio.create_task(log.run())
    with capture_logs() as logs, patch.object(activity_log, "_PAUSE", 0.01):
        count = 0
        while not logs:
            log.note(Event(message=f"{count:,} {'x' * 5_000}", time=timestamp(SystemClock().time())))
            count += 1
            while log.last_id < count and not logs:
                await asyncio.sleep(0)
        log.note(Event(message=f"{count:,} ", time=timestamp(SystemClock().time())))
        count += 1
        disk.make_room()
        log.stop()
        await keeping
    assert [each["event"] for each in logs] == [
        "activity cannot be kept: it waits in memory",
        "activity is kept again",
    ]
    assert log.lost == 0
    await store.close()
    again = await LmdbActivity.open(disk.store, Retention(), SystemClock())
    found = await again.after(0, lambda _: True, count)
    assert [event.message.partition(" ")[0] for event in found.events] == [f"{n:,}" for n in range(count)]
    await again.close()


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        refuses_writes_and_keeps_what_is_there,
        writes_again_when_there_is_room,
        opens_no_new_store,
        registrations_are_refused_and_what_is_there_is_kept,
        activity_waits_and_is_told_when_there_is_room,
    )
}

if __name__ == "__main__":
    asyncio.run(SCENARIOS[sys.argv[1]](FileSizeLimit(Path(sys.argv[2]))))
