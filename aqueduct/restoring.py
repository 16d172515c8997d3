"""Opening the store, after a backup has become it where the settings say so."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from aqueduct.settings import Settings
from aqueduct.store.backup import restore
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.activity_pb2 import RestoredBackup

log = structlog.get_logger()


async def open_store(stack: AsyncExitStack, settings: Settings) -> tuple[LmdbStore, RestoredBackup | None]:
    """Open the store, until `stack` is left; return it, and the backup that it was restored from, if any.

    ConfigurationError where that cannot be.
    """
    directory, backup, aside = settings.data_dir / "store", settings.restore, None
    if backup is not None:
        aside = await asyncio.to_thread(restore, backup, directory)
        log.warning("restored", file=str(backup), former_store=str(aside or "none"))
    store = await LmdbStore.open(directory, retention=settings.history)
    stack.push_async_callback(store.close)
    return store, await _restored(store, backup, aside) if backup is not None else None


async def _restored(store: LmdbStore, backup: Path, aside: Path | None) -> RestoredBackup:
    revision = store.snapshot().revision
    newest = (await store.past(0, revision + 1, 1)).revisions
    return RestoredBackup(
        file=str(backup),
        revision=revision,
        revision_time=newest[0].create_time if newest else None,
        former_store=str(aside or ""),
    )
