"""A full disk refuses writes and takes nothing else away."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from aqueduct.demo.processes import Aqueduct
from aqueduct.v1.haproxy_pb2 import HA_PROXY_STATE_RUNNING, GetStatusRequest
from tests.integration.numbered import Numbered
from tests.refusals import refused

CHUNK = 4_096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 48 MiB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", mount], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    try:
        yield mount
    finally:
        subprocess.run(["/bin/umount", mount], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        size = 1024 * 1024
        while size >= CHUNK:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2


async def test_writes_are_refused_while_the_disk_is_full_and_reads_go_on(
    haproxy_binary: Path, small_disk: Path
) -> None:
    async with Aqueduct(small_disk / "data", haproxy_binary) as aqueduct:
        numbered = Numbered.on(aqueduct)
        await numbered.put(1)
        filler = small_disk / "filler"
        _fill(filler)
        for number in range(2, 5):
            error = await refused(numbered.put(number))
            assert error.code is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert await numbered.stored() == 1
            assert await numbered.served() == 1
        filler.unlink()
        await numbered.put(5)
        assert await numbered.served() == await numbered.stored() == 5
        status = (await aqueduct.haproxy.GetStatus(GetStatusRequest())).status
        assert status.haproxy_state == HA_PROXY_STATE_RUNNING
        assert status.applied_revision == status.stored_revision
