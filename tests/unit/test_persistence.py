"""The original's file: read once, and written whenever what is stored has changed."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from aqueduct import persistence
from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.model.resources import put
from aqueduct.persistence import Persistence
from aqueduct.store.lmdb import LmdbStore
from aqueduct.v1.backend_pb2 import BACKEND_TYPE_DYNAMIC, BACKEND_TYPE_STATIC, Backend, Member, Membership
from tests.unit.rpc.doubles import InstantAdmission, history

# ruff: noqa: ASYNC240 # small files, and nobody else waits for the loop

FRONTEND = {"key": "web", "bind": "127.0.0.1:8080", "backend": "live"}


def _content(*frontends: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "frontends": frontends, "backends": []})


def _keys(path: Path) -> list[str]:
    return [each["key"] for each in json.loads(path.read_text())["backends"]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[LmdbStore]:
    store = await LmdbStore.open(tmp_path / "store")
    yield store
    await store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aqueduct.json"


async def _commit(store: LmdbStore, key: str) -> None:
    await store.commit([put(Backend(key=key, type=BACKEND_TYPE_STATIC))])


def _persistence(path: Path, store: LmdbStore) -> Persistence:
    return Persistence(path, path.with_name("memory"), store)


async def _read_and_fill(path: Path, store: LmdbStore) -> Persistence:
    file = _persistence(path, store)
    await file.read()
    await file.fill(history(store, InstantAdmission(store)))
    return file


async def _run_once(file: Persistence) -> None:
    file.stop()
    await file.run()
    file.close()


async def test_a_file_is_read_into_an_empty_store_and_completed(path: Path, store: LmdbStore) -> None:
    path.write_text(_content(FRONTEND))
    path.chmod(0o640)
    file = await _read_and_fill(path, store)
    assert store.snapshot().frontends["web"].bind == "127.0.0.1:8080"
    past = await store.past(0, 10, 10)
    assert past.revisions[0].annotation.message == "imported aqueduct.json"
    await _run_once(file)
    assert json.loads(path.read_text())["frontends"][0]["keepalive"] == "default"
    assert path.stat().st_mode & 0o777 == 0o640
    assert not path.with_name("aqueduct.json.old").exists()


async def test_a_file_is_not_read_where_anything_was_ever_stored(path: Path, store: LmdbStore) -> None:
    await _commit(store, "live")
    path.write_text("{")
    file = await _read_and_fill(path, store)
    await _run_once(file)
    assert _keys(path) == ["live"]
    assert path.with_name("aqueduct.json.old").read_text() == "{"


async def test_a_file_that_says_the_same_otherwise_is_no_reason_for_a_copy(
    path: Path, store: LmdbStore
) -> None:
    await _commit(store, "live")
    backend = {"key": "live", "type": "static", "members": []}
    path.write_text(json.dumps({"backends": [backend], "frontends": [], "version": 1}, indent=1))
    await _run_once(await _read_and_fill(path, store))
    assert "\n" not in path.read_text()
    assert not path.with_name("aqueduct.json.old").exists()


async def test_no_file_is_an_empty_one(path: Path, store: LmdbStore) -> None:
    await _run_once(await _read_and_fill(path, store))
    assert json.loads(path.read_text()) == {"version": 1, "frontends": [], "backends": []}


async def test_it_follows_what_is_stored(
    path: Path, store: LmdbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence, "PAUSE", 0.001)
    file = await _read_and_fill(path, store)
    running = asyncio.create_task(file.run())
    for key in ("a", "b"):
        await _commit(store, key)
        while not path.exists() or key not in _keys(path):
            await asyncio.sleep(0.001)
    await _commit(store, "c")
    file.stop()
    await running
    assert _keys(path) == ["a", "b", "c"]


async def test_members_of_dynamic_backends_are_told(path: Path, store: LmdbStore) -> None:
    member = Member(host="10.0.0.1", port=80, name="web", version="1", id="/web/1/10.0.0.1/80", last_known=7)
    backend = Backend(key="live", type=BACKEND_TYPE_DYNAMIC, name="web", version="1")
    await store.commit([put(backend), put(Membership(key="live", members=[member]))])
    await _run_once(await _read_and_fill(path, store))
    told = {"host": "10.0.0.1", "port": 80, "name": "web", "version": "1", "id": member.id, "lastKnown": 7}
    assert json.loads(path.read_text())["backends"][0]["members"] == [told]


async def test_what_is_unchanged_is_not_written(path: Path, store: LmdbStore) -> None:
    file = await _read_and_fill(path, store)
    await _run_once(file)
    inode = path.stat().st_ino
    again = _persistence(path, store)
    await _run_once(again)
    assert path.stat().st_ino == inode


async def test_what_others_write_is_never_lost(path: Path, store: LmdbStore) -> None:
    await _commit(store, "a")
    names = ["aqueduct.json.old", "aqueduct.json.old.2", "aqueduct.json.old.3"]
    for number, name in enumerate(names):
        path.write_text(_content(FRONTEND | {"key": f"web{number}"}))  # by hand
        path.chmod(0o640)
        await _run_once(await _read_and_fill(path, store))
        assert path.stat().st_mode & 0o777 == 0o640
        await _commit(store, f"b{number}")
        ours = path.read_bytes()
        await _run_once(_persistence(path, store))  # killed before the last commits were written
        path.write_bytes(ours)
        await _run_once(_persistence(path, store))
        assert f"web{number}" in path.with_name(name).read_text()
    assert sorted(each.name for each in path.parent.glob("*.old*")) == names


async def test_what_others_write_meanwhile_is_kept_too(path: Path, store: LmdbStore) -> None:
    file = await _read_and_fill(path, store)
    await _run_once(file)
    path.write_text("{")
    await _commit(store, "a")
    await _run_once(file)
    assert (_keys(path), path.with_name("aqueduct.json.old").read_text()) == (["a"], "{")


async def test_it_is_set_aside_also_where_there_are_no_links(
    path: Path, store: LmdbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    await _commit(store, "live")
    path.write_text("{")
    await _run_once(await _read_and_fill(path, store))
    assert path.with_name("aqueduct.json.old").read_text() == "{"


async def test_links_that_others_plant_are_not_followed(path: Path, store: LmdbStore) -> None:
    victim = path.with_name("victim")
    victim.write_text("precious")
    for name in ("aqueduct.json.new", "aqueduct.json.old"):
        path.with_name(name).symlink_to(victim)
    await _commit(store, "live")
    path.write_text("{")
    file = await _read_and_fill(path, store)
    await _run_once(file)
    assert _keys(path) == ["live"]
    assert path.with_name("aqueduct.json.old.2").read_text() == "{"
    path.unlink()
    path.symlink_to(victim)
    await _commit(store, "more")
    await _run_once(file)
    assert file._error
    assert victim.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
async def test_its_owner_stays(path: Path, store: LmdbStore) -> None:
    path.write_text(_content())
    os.chown(path, 12_345, 23_456)
    await _commit(store, "live")
    await _run_once(await _read_and_fill(path, store))
    assert (path.stat().st_uid, path.stat().st_gid) == (12_345, 23_456)


async def test_two_do_not_keep_one_file(path: Path, store: LmdbStore) -> None:
    file = await _read_and_fill(path, store)
    with pytest.raises(ConfigurationError, match="another Aqueduct keeps"):
        await _persistence(path, store).read()
    file.close()
    again = _persistence(path, store)
    await again.read()
    again.close()


async def test_odd_files_are_refused(path: Path, store: LmdbStore, tmp_path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(ConfigurationError, match="cannot be read: it is no regular file"):
        await _persistence(path, store).read()
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(ConfigurationError, match="lead in a circle"):
        _persistence(circle, store)


async def test_a_link_stays_a_link(path: Path, store: LmdbStore, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "real.json")
    await _run_once(await _read_and_fill(path, store))
    assert path.is_symlink()
    assert _keys(tmp_path / "real.json") == []


async def test_a_disk_that_does_not_take_it_is_tried_again(
    path: Path, store: LmdbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence, "RETRY", 0.001)
    file = await _read_and_fill(path, store)
    path.mkdir()
    running = asyncio.create_task(file.run())
    while not file._error:
        await asyncio.sleep(0.001)
    path.rmdir()
    while not path.is_file():
        await asyncio.sleep(0.001)
    file.stop()
    await running


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "line 1, column 2: no JSON"),
        (_content(FRONTEND | {"mode": "udp"}), r"frontends\[0\]\.mode: must be one of"),
        (_content(FRONTEND | {"bind": "nowhere"}), r"frontends\[0\]\.bind: "),
    ],
)
async def test_a_file_that_is_wrong_is_refused_by_its_place(
    path: Path, store: LmdbStore, content: str, told: str
) -> None:
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=f"{path.name}: {told}"):
        await _read_and_fill(path, store)
    assert not store.snapshot().revision


async def test_what_cannot_be_served_is_refused(path: Path, store: LmdbStore) -> None:
    path.write_text(_content(FRONTEND))
    file = _persistence(path, store)
    await file.read()
    admission = InstantAdmission(store)
    admission.failures.append(Unavailable("HAPROXY_DOWN", "HAProxy is down"))
    with pytest.raises(ConfigurationError, match=r"aqueduct\.json: HAProxy is down"):
        await file.fill(history(store, admission))


async def test_a_path_that_cannot_be_is_refused(path: Path, store: LmdbStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no directory"):
        await _persistence(tmp_path / "none" / "file", store).read()
    path.mkdir()
    with pytest.raises(ConfigurationError, match=f"cannot be read: {os.strerror(21)}"):
        await _persistence(path, store).read()
