"""A store that is damaged or lost is told at the start, and takes nothing away from who serves."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct, ProcessFailed
from tests.integration.numbered import Numbered
from tests.load import Load


def _cut(store: Path) -> None:
    os.truncate(store / "data.mdb", (store / "data.mdb").stat().st_size // 2)


def _empty(store: Path) -> None:
    os.truncate(store / "data.mdb", 0)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_cut, "it is damaged"),
        (_empty, "it is damaged"),
        (shutil.rmtree, "is gone or empty"),
    ],
)
async def test_haproxy_serves_on_and_a_restored_store_is_taken(
    haproxy_binary: Path,
    tmp_path_factory: pytest.TempPathFactory,
    harm: Callable[[Path], None],
    words: str,
) -> None:
    data_dir = tmp_path_factory.mktemp("aq") / "data"
    async with Aqueduct(data_dir, haproxy_binary, ("--on-exit=keep",)) as aqueduct:
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        serving = await aqueduct.serving_pids()
        assert await aqueduct.end() == 0
        shutil.copytree(data_dir / "store", data_dir / "copy")
        harm(data_dir / "store")
        async with Load(numbered.port, connections=2, keep_alive=None) as load:
            for _ in range(2):  # being refused leaves nothing that the next start would take for a store
                with pytest.raises(ProcessFailed, match=f"ended with 1:(?s:.*){words}"):
                    await aqueduct.start()
                assert aqueduct.haproxy_pids() == serving
            shutil.rmtree(data_dir / "store", ignore_errors=True)
            shutil.copytree(data_dir / "copy", data_dir / "store")
            await aqueduct.start()
        assert load.failures == []
        assert await numbered.stored() == await numbered.served() == 1


async def test_without_its_haproxy_directory_a_new_store_is_begun(aqueduct: Aqueduct) -> None:
    numbered = Numbered.on(aqueduct)
    await numbered.put(1)
    assert await aqueduct.end() == 0
    for lost in ("store", "haproxy"):
        await asyncio.to_thread(shutil.rmtree, aqueduct.data_dir / lost)
    await aqueduct.start()
    await numbered.put(2)
    assert await numbered.served() == 2


async def test_an_empty_store_with_a_stats_page_starts_again(
    haproxy_binary: Path, tmp_path_factory: pytest.TempPathFactory, free_port: int
) -> None:
    data_dir = tmp_path_factory.mktemp("aq") / "data"
    options = [f"--stats-page=127.0.0.1:{free_port}"]
    async with Aqueduct(data_dir, haproxy_binary, options) as aqueduct:
        assert await aqueduct.end() == 0
        options.clear()
        await aqueduct.start()
        assert await aqueduct.end() == 0
