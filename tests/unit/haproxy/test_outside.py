"""Which paths can be given to other programs."""

from pathlib import Path

import pytest

from aqueduct.errors import ConfigurationError
from aqueduct.haproxy import preamble
from aqueduct.haproxy.binding import try_bind
from aqueduct.haproxy.outside import Outside
from aqueduct.settings import HAProxySettings


def checked(directory: Path, **paths: Path) -> None:
    outside = Outside(HAProxySettings(**{f"{name}_path": path for name, path in paths.items()}))  # type: ignore[arg-type] # names of fields
    outside.check(directory / "haproxy")
    outside.check_socket(lambda addresses: try_bind(addresses, frozenset))


@pytest.mark.parametrize(
    ("option", "path", "words"),
    [
        ("socket", "none/hap.sock", "there is no directory"),
        ("socket", "file", "exists and is no socket"),
        ("socket", "s" * 100, "is too long: HAProxy has room for"),
        ("socket", "a,b", "cannot be written in HAProxy's file"),
        ("socket", "haproxy/worker.sock", "lies in HAProxy's own directory"),
        ("pid", "none/hap.pid", "there is no directory"),
        ("pid", "folder", "exists and is no file"),
        ("cfg", "link", "is a symbolic link"),
        ("cfg", "/proc/hap.cfg", "cannot be written: No such file"),
        ("cfg", "haproxy/haproxy.cfg", "lies in HAProxy's own directory"),
    ],
)
def test_what_cannot_be(tmp_path: Path, option: str, path: str, words: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(ConfigurationError, match=f"^--haproxy-{option}-path: .*{words}"):
        checked(tmp_path, **{option: tmp_path / path})


def test_a_path_given_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is given to another option as well"):
        checked(tmp_path, pid=tmp_path / "one", cfg=tmp_path / "one")


def test_what_can_be_leaves_nothing(tmp_path: Path) -> None:
    checked(tmp_path, pid=tmp_path / "a pid", cfg=tmp_path / "cfg", socket=tmp_path / "a socket")
    assert list(tmp_path.iterdir()) == []


def test_only_a_process_that_is_no_more_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    outside = Outside(HAProxySettings(pid_path=file))
    for told, pid, stays in (("1\n", None, True), ("words", None, True), ("1\n", 7, True), ("7\n", 7, False)):
        file.write_text(told)
        outside.remove_pid(pid)
        assert file.exists() is stays
    file.write_text("4194305\n")  # above what pid_max can be
    outside.remove_pid()
    assert not file.exists()
    outside.remove_pid()


def test_a_body_that_is_marked_does_the_same() -> None:
    assert preamble.marked("global\n    maxconn 1\n") != "global\n    maxconn 1\n"
    assert preamble.marked("backend x\n").endswith("\nbackend x\n")
    assert preamble.body_of(preamble.with_preamble("x", 1)) == "x"
    for body in ("global # x\n    maxconn 1\n", "backend x\n"):
        added = set(preamble.marked(body).splitlines()) - set(body.splitlines())
        assert added <= {"global", preamble._OUTDATED.rstrip("\n")}
