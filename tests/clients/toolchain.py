"""Clients in other languages, by their own standard commands; left out where the language is not here.

pytestmark = [toolchain.needed("Go", "go", "version", least=(1, 25)), toolchain.TIME]

async def test_go() -> None:
    await toolchain.run("go", "go", "test", "./...")
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

CLIENTS: Final = Path(__file__).parents[2] / "clients"
TIME: Final = pytest.mark.timeout(900 if os.environ.get("AQUEDUCT_TEST_LONG") == "1" else 600)
"""The first run fetches and builds what others find."""
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
"""Maven prints its version in bold, to a pipe too."""


def needed(what: str, *version: str, least: tuple[int, ...]) -> pytest.MarkDecorator:
    """Leave tests out where what they need is not here, or older than `least`: by what `version` prints."""
    found = _version(*version)
    reason = f"needs {what} {'.'.join(map(str, least))} or newer: there is {found or 'none'} here"
    return pytest.mark.skipif(numbers(found) < least, reason=reason)


def _version(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def numbers(version: str) -> tuple[int, ...]:
    """Return the first version in a text; an empty one where there is none."""
    found = re.search(r"\d+(\.\d+)*", _COLOURS.sub("", version))
    return tuple(map(int, found[0].split("."))) if found else ()


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
