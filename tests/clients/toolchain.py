"""Clients in other languages, by their own standard commands; left out where the language is not here.

pytestmark = [toolchain.needed("go", "Go 1.25 or newer"), toolchain.TIME]

async def test_go() -> None:
    await toolchain.run("go", "go", "test", "./...")
"""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

CLIENTS: Final = Path(__file__).parents[2] / "clients"
TIME: Final = pytest.mark.timeout(900 if os.environ.get("AQUEDUCT_TEST_LONG") == "1" else 600)
"""The first run fetches and builds what others find."""


def needed(program: str, what: str) -> pytest.MarkDecorator:
    """Leave tests out where a program is not here; `what` tells people what to install."""
    return pytest.mark.skipif(
        shutil.which(program) is None, reason=f"needs {what}: there is no `{program}` here"
    )


async def run(client: str, *command: str) -> str:
    """Run a command in a client's directory; return what it says. AssertionError with that if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=CLIENTS / client, stdout=PIPE, stderr=STDOUT, env=environment(), start_new_session=True
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
    assert process.returncode == 0, f"{' '.join(command)}\n{said.decode(errors='replace')}"
    return said.decode()


def environment() -> dict[str, str]:
    """Return ours, with the Python that has Aqueduct."""
    return {**os.environ, "AQUEDUCT_PYTHON": sys.executable}
