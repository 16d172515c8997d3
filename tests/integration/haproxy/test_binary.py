"""The binary may be upgraded, removed or tampered with under a running HAProxy: nothing fails."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.haproxy import binary
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.ports.haproxy import HAProxyFailed
from tests.integration.haproxy.support import body, free_port, get


@pytest.fixture
def source(tmp_path: Path, haproxy_binary: Path) -> Path:
    """Return a copy of the binary and its libraries that a test may harm."""
    copy = tmp_path / "installed" / "haproxy"
    copy.parent.mkdir()
    shutil.copy(haproxy_binary, copy)
    libraries = haproxy_binary.parent / "lib"
    if haproxy_binary.parent.name == "bin" and any(libraries.glob("*.so*")):
        shutil.copytree(libraries, copy.parent / "lib")
    return copy


def replace(path: Path) -> None:
    """Put another file in the place of an executable, as an upgrade does."""
    other = path.with_name("upgrade")
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    other.rename(path)


def upgrade(path: Path) -> None:
    """Put another build of the same HAProxy in the place of an executable."""
    newer = path.with_name("newer")
    newer.write_bytes(path.read_bytes() + b"\0")
    newer.chmod(0o755)
    newer.rename(path)


def private_copy(source: Path) -> Path:
    (copy,) = (source.parent.parent / "haproxy" / "bin").glob("*/haproxy")
    return copy


HARM: dict[str, Callable[[Path], None]] = {
    "source replaced": replace,
    "source deleted": lambda source: shutil.rmtree(source.parent, ignore_errors=True),
    "copy replaced": lambda source: replace(private_copy(source)),
    "copy deleted": lambda source: private_copy(source).unlink(),
    "copies removed": lambda source: shutil.rmtree(private_copy(source).parent.parent),
    "libraries removed": lambda source: shutil.rmtree(
        private_copy(source).parent / "lib", ignore_errors=True
    ),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
async def test_reloads_go_on(directory: Path, source: Path, harm: Callable[[Path], None]) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    try:
        await haproxy.start(body(port, "one"))
        master = (await haproxy.info()).master_pid
        for answer in ("two", "three"):
            harm(source)
            await haproxy.reload(body(port, answer))
            assert await get(port) == answer
        assert (await haproxy.info()).master_pid == master
        assert await haproxy.check(body(port)) == ()
    finally:
        await haproxy.stop()
        await haproxy.close()


async def test_a_copy_can_be_restored_from_the_process(directory: Path, source: Path) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    try:
        await haproxy.start(body(port, "one"))
        private_copy(source).unlink()
        shutil.rmtree(source.parent)
        await haproxy.reload(body(port, "two"))
        assert await get(port) == "two"
        await haproxy.stop()
        await haproxy.start(body(port, "three"))
        assert await get(port) == "three"
    finally:
        await haproxy.stop()
        await haproxy.close()


@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
async def test_a_check_puts_the_copy_back(directory: Path, source: Path, runs: bool) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    try:
        if runs:
            await haproxy.start(body(port))
        for harm in ("copy deleted", "copies removed", "libraries removed"):
            HARM[harm](source)
            assert await asyncio.gather(*(haproxy.check(body(port)) for _ in range(4))) == [()] * 4
            assert await haproxy.check("bogus\n") != ()
    finally:
        await haproxy.stop()
        await haproxy.close()


async def test_a_check_without_any_binary_is_no_verdict(directory: Path, source: Path) -> None:
    haproxy = await MasterWorker.open(directory, source)
    HARM["copies removed"](source)
    HARM["source deleted"](source)
    with pytest.raises(Unavailable, match=f"{source}: No such file"):
        await haproxy.check(body(free_port()))
    await haproxy.close()


async def test_a_copy_that_cannot_be_restored_is_not_executed(
    directory: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    try:
        await haproxy.start(body(port, "one"))
        monkeypatch.setattr(binary, "restore", lambda copy, *_: replace(copy))
        private_copy(source).unlink()
        for _ in range(2):
            with pytest.raises(HAProxyFailed, match="must be started anew"):
                await haproxy.reload(body(port, "two"))
        assert await get(port) == "one"
        assert await haproxy.adopt() == body(port, "one")
        await haproxy.stop()
        await haproxy.start(body(port, "three"))
        assert await get(port) == "three"
    finally:
        await haproxy.stop()
        await haproxy.close()


async def test_a_broken_upgrade_does_not_stop_the_next_start(directory: Path, source: Path) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    try:
        replace(source)
        await haproxy.start(body(port))
        assert await get(port) == "one"
    finally:
        await haproxy.stop()
        await haproxy.close()


async def test_a_newer_binary_is_taken_at_the_next_start(directory: Path, source: Path) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    try:
        await haproxy.start(body(port))
        before = private_copy(source)
        upgrade(source)
        await haproxy.reload(body(port, "two"))
        assert private_copy(source) == before
        await haproxy.stop()
        await haproxy.start(body(port, "three"))
        assert await get(port) == "three"
        assert private_copy(source) != before
    finally:
        await haproxy.stop()
        await haproxy.close()


async def test_an_adopted_haproxy_is_checked_with_its_own_binary(directory: Path, source: Path) -> None:
    port = free_port()
    haproxy = await MasterWorker.open(directory, source)
    await haproxy.start(body(port))
    running = private_copy(source)
    await haproxy.close()
    upgrade(source)
    second = await MasterWorker.open(directory, source)
    try:
        assert await second.adopt() == body(port)
        assert second._program.path == running
        await second.reload(body(port, "two"))
        assert await get(port) == "two"
    finally:
        await second.stop()
        await second.close()


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("#!/bin/sh\necho hello\n", "is not an HAProxy"),
        ("#!/bin/sh\necho HAProxy version 2.4.22-f8e3218 2023/02/14\n", "2.6 or later is needed"),
        ("no executable at all", "cannot be run"),
    ],
)
async def test_what_is_no_haproxy_is_refused(
    directory: Path, tmp_path: Path, script: str, complaint: str
) -> None:
    file = tmp_path / "file"
    file.write_text(script)
    file.chmod(0o755)
    with pytest.raises(ConfigurationError, match=complaint):
        await MasterWorker.open(directory, file)


async def test_a_directory_that_cannot_be_made(tmp_path: Path, haproxy_binary: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="Not a directory"):
        await MasterWorker.open(tmp_path / "file" / "haproxy", haproxy_binary)


async def test_a_missing_file_is_refused(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not an executable file"):
        await MasterWorker.open(directory, tmp_path / "none")
