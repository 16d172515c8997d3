"""Listening, and what a process without a file left says of it."""

import asyncio
import logging
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aqueduct.fdlimit import _MOST, raise_limit
from aqueduct.web.connections import MAX_CONNECTIONS, max_connections
from aqueduct.web.listening import listen, port_of


class _Silent(asyncio.Protocol):
    """Takes a connection, and says nothing."""

    made = 0

    def connection_made(self, _: asyncio.BaseTransport) -> None:
        _Silent.made += 1


async def test_a_process_without_files_left_says_so_once_and_accepts_when_it_has_some(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = await listen(_Silent, "127.0.0.1", 0)
    clients = [socket.socket() for _ in range(50)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)
    os.close(spare)
    caplog.set_level(logging.ERROR, "asyncio")
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, hard))
    try:
        for client in clients:
            client.settimeout(0)
            client.connect_ex(("127.0.0.1", port_of(server)))
        while not caplog.records:
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(caplog.records) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    while _Silent.made < len(clients):
        await asyncio.sleep(0.01)
    for client in clients:
        client.close()
    server.close()
    await server.wait_closed()


def test_servers_take_their_share_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, most in ((64, 16), (1_000_000, MAX_CONNECTIONS), (-1, MAX_CONNECTIONS)):
        monkeypatch.setattr("resource.getrlimit", lambda _, files=files: (files, files))
        assert max_connections(1 / 4) == most


@pytest.mark.parametrize(("soft", "hard", "raised"), [(64, 512, 512), (128, 128, 128)])
def test_the_soft_limit_of_files_is_raised(soft: int, hard: int, raised: int) -> None:
    limits = "resource.getrlimit(resource.RLIMIT_NOFILE)"
    script = f"import resource; from aqueduct.fdlimit import raise_limit; raise_limit(); print(*{limits})"
    command = ["sh", "-c", f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$0" "$@"']
    told = subprocess.run(
        [*command, sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == [str(raised), str(hard)]


@pytest.mark.parametrize("hard", [_MOST + 1, resource.RLIM_INFINITY])
def test_it_is_raised_to_what_is_enough(hard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr("aqueduct.fdlimit.getrlimit", lambda _: (1_024, hard))
    monkeypatch.setattr("aqueduct.fdlimit.setrlimit", lambda _, limits: made.append(limits))
    raise_limit()
    assert made == [(_MOST, hard)]


def test_a_limit_that_is_higher_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing is to be set")

    for soft in (_MOST, _MOST + 1, resource.RLIM_INFINITY):
        monkeypatch.setattr("aqueduct.fdlimit.getrlimit", lambda _, soft=soft: (soft, resource.RLIM_INFINITY))
        monkeypatch.setattr("aqueduct.fdlimit.setrlimit", refuse)
        raise_limit()
