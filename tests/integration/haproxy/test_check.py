"""What HAProxy finds wrong, and where."""

import asyncio
from pathlib import Path

import pytest

from aqueduct.haproxy import check
from aqueduct.haproxy.adapter import MasterWorker
from aqueduct.ports.haproxy import Alert, HAProxyFailed
from tests.integration.haproxy.support import body, free_port


def files(directory: Path, pattern: str = "*") -> list[Path]:
    return sorted(directory.glob(pattern))


async def test_a_good_body(haproxy: MasterWorker, directory: Path) -> None:
    before = files(directory)
    assert await haproxy.check(body(free_port())) == ()
    assert files(directory) == before


async def test_lines_are_of_the_body(haproxy: MasterWorker) -> None:
    text = body(free_port(), more="    bogus line\n")
    line = text.splitlines().index("    bogus line") + 1
    assert await haproxy.check(text) == (Alert(line, "unknown keyword 'bogus' in 'backend' section"),)


async def test_lines_in_messages_are_of_the_body(haproxy: MasterWorker) -> None:
    (alert,) = await haproxy.check(body(free_port()) + "frontend web\n    bind :1\n")
    assert alert.message == "frontend 'web' has the same name as frontend 'web' declared at line 11."


async def test_a_complaint_without_a_line(haproxy: MasterWorker) -> None:
    text = "defaults\n    mode http\nfrontend f\n    bind :1\n    default_backend none\n"
    assert await haproxy.check(text) == (
        Alert(None, "Proxy 'f': unable to find required default_backend: 'none'."),
    )


async def test_warnings_are_no_errors(haproxy: MasterWorker) -> None:
    assert await haproxy.check("defaults\n    mode http\nfrontend f\n    bind :1\n") == ()


async def test_many_at_once(haproxy: MasterWorker) -> None:
    texts = [body(free_port(), more="    bogus line\n" * (n % 3)) for n in range(12)]
    found = await asyncio.gather(*map(haproxy.check, texts))
    assert [len(alerts) for alerts in found] == [n % 3 for n in range(12)]


async def test_paths_are_those_of_haproxy(haproxy: MasterWorker, directory: Path) -> None:
    text = body(free_port(), more="    errorfile 503 ./sorry.http\n")
    assert await haproxy.check(text) != ()
    (directory / "sorry.http").write_text("HTTP/1.0 503 Sorry\r\n\r\nSorry\r\n")
    assert await haproxy.check(text) == ()


async def test_a_cancelled_check_leaves_nothing(haproxy: MasterWorker, directory: Path) -> None:
    tasks = [asyncio.create_task(haproxy.check(body(free_port()))) for _ in range(4)]
    await asyncio.wait(tasks, timeout=0.005)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert files(directory, "check-*") == []
    assert await haproxy.check(body(free_port())) == ()


async def test_a_check_that_takes_too_long(
    haproxy: MasterWorker, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "TIMEOUT", 0.0)
    with pytest.raises(HAProxyFailed, match="more than 0 s"):
        await haproxy.check(body(free_port()))
    assert files(directory, "check-*") == []


async def test_what_a_kill_left_is_removed(
    haproxy: MasterWorker, directory: Path, haproxy_binary: Path
) -> None:
    assert haproxy.config() == ""
    (directory / "check-abc.cfg").write_text("")
    await (await MasterWorker.open(directory, haproxy_binary)).close()
    assert files(directory, "check-*") == []


async def test_capabilities(haproxy: MasterWorker) -> None:
    version = haproxy.capabilities.version
    assert version[0].isdigit()
    if version.startswith(("2.6.", "2.8.")):
        assert haproxy.capabilities.shares_names
