"""A file that is watched, on a real disk."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from aqueduct.discovery import file
from aqueduct.discovery.file import File
from aqueduct.ports.discovery import Service

from .doubles import WEB, Heard, running

API = Service("api", "1.0.0")


def listed(*ports: int, name: str = "web") -> str:
    return json.dumps(
        [{"name": name, "version": "1.0.0", "host": "10.0.0.1", "port": port} for port in ports]
    )


def write(path: Path, text: str) -> None:
    path.write_text(text)


def rename(path: Path, new: Path) -> None:
    path.rename(new)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "members.yaml"
    write(path, listed(1))
    return path


@pytest.fixture
async def heard(source: File) -> AsyncIterator[Heard]:
    heard = Heard()
    async with running(source, heard):
        assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:1"]
        yield heard


@pytest.fixture
def source(path: Path) -> File:
    source = File(path, interval=0.01)
    source.follow(WEB)
    return source


async def test_it_is_read_again_when_it_was_written(heard: Heard, path: Path) -> None:
    write(path, listed(1, 2))
    assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:1 10.0.0.1:2"]


async def test_it_is_read_again_when_it_was_replaced(heard: Heard, path: Path) -> None:
    new = path.with_suffix(".new")
    new.write_text(listed(2))
    new.rename(path)
    assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:2"]


async def test_it_is_read_again_when_its_link_leads_elsewhere(tmp_path: Path) -> None:
    for name, port in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "members.json").write_text(listed(port))
    current = tmp_path / "current"
    current.symlink_to("one")
    source, heard = File(current / "members.json", interval=0.01), Heard()
    source.follow(WEB)
    async with running(source, heard):
        assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:1"]
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(current)
        assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:2"]


async def test_it_tells_of_a_service_that_it_does_not_name_that_it_has_none(
    heard: Heard, source: File
) -> None:
    source.follow(API)
    assert heard.take() == ["api 1.0.0: none"]
    source.leave(API)
    source.follow(WEB)
    assert heard.take() == []


async def test_a_wrong_file_is_told_once_and_what_it_said_stays(
    heard: Heard, path: Path, source: File
) -> None:
    write(path, "- a: b: c")
    words = f"source in trouble: {path}: no YAML at line 1, column 7: "
    assert (await heard.next()).startswith(words)
    source.follow(API)
    write(path, "- d: e: f")  # the same fault
    write(path, "- d: e\n- f: g: h")
    assert "line 2, column 7" in await heard.next()
    write(path, listed(1))
    assert [await heard.next() for _ in range(3)] == ["well", "api 1.0.0: none", "web 1.0.0: 10.0.0.1:1"]


async def test_a_file_that_is_gone_is_told_and_that_it_is_back(heard: Heard, path: Path) -> None:
    aside = path.with_suffix(".aside")
    rename(path, aside)
    assert await heard.next() == f"source in trouble: {path}: No such file or directory"
    os.link(aside, path)  # the very same file
    assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:1"]


async def test_a_file_that_is_too_large_is_not_read(
    heard: Heard, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "MOST_BYTES", 100)
    write(path, listed(*range(1, 9)))
    assert await heard.next() == f"source in trouble: {path}: is larger than 100 bytes"


async def test_what_is_just_being_written_is_not_read_half(path: Path) -> None:
    source, heard = File(path), Heard()
    source.follow(WEB)
    source._listener = heard
    await source._look()
    assert heard.take() == []
    write(path, "[]")
    await source._look()
    assert heard.take() == []
    write(path, listed(1, 2))
    await source._look()
    assert heard.take() == []
    await source._look()
    assert heard.take() == ["well", "web 1.0.0: 10.0.0.1:1 10.0.0.1:2"]


async def test_touching_it_says_nothing_new(heard: Heard, path: Path, source: File) -> None:
    before = source._read
    os.utime(path)
    while source._read == before:
        await asyncio.sleep(0.01)
    assert heard.take() == []


async def test_it_runs_again_after_it_was_ended(source: File) -> None:
    for _ in range(2):
        heard = Heard()
        async with running(source, heard):
            assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:1"]


async def test_all_that_it_lists_can_be_told(heard: Heard, path: Path, source: File) -> None:
    both = [*json.loads(listed(1, 2)), *json.loads(listed(3, name="api"))]
    write(path, json.dumps(both))
    assert [await heard.next(), await heard.next()] == ["well", "web 1.0.0: 10.0.0.1:1 10.0.0.1:2"]
    assert await source.services() == {WEB: 2, API: 1}
