"""What becomes of a sudo that is missing, refuses, hangs or chatters: a script in its place."""

import os
from pathlib import Path

import pytest

from aqueduct.errors import ConfigurationError
from aqueduct.haproxy import sudo
from aqueduct.haproxy.privileges import Ourselves
from aqueduct.haproxy.sudo import Sudo


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory, with the one that sudo is looked for in beside it."""
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/path")
    return tmp_path / "a, dir"


def install(directory: Path, script: str) -> None:
    file = directory.with_name("path") / "sudo"
    file.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "echo 'sudo: a password is required' >&2; exit 1",
            r"sudo refuses \(sudo: a password is required\): ",
        ),
        ("echo one >&2; echo two >&2", r"sudo refuses \(one; two\): /etc/sudoers must say "),
        ("echo Traceback >&2; echo 'ImportError: x' >&2", "what sudo runs has failed: ImportError: x$"),
        ("exec cat", "sudo did not answer within 0.1 s"),
        ("""echo '{"refused": "for a reason"}'""", "^for a reason$"),
    ],
)
def test_what_goes_wrong_is_told(
    directory: Path, script: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sudo, "_TIMEOUT", 0.1 if script == "exec cat" else 20.0)
    install(directory, script)
    with pytest.raises(ConfigurationError, match=words):
        Sudo(directory)


def test_an_error_of_the_system_is_one_here_too(directory: Path) -> None:
    install(directory, """echo '{"error": [28, "No space left", "/x"]}'""")
    with pytest.raises(OSError, match="No space left") as raised:
        Sudo(directory)
    assert (raised.value.errno, raised.value.filename) == (28, "/x")


def test_a_sudo_that_is_missing(directory: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^--sudo: there is no sudo on PATH$"):
        Sudo(directory)


def test_a_sudo_that_cannot_be_run(directory: Path) -> None:
    install(directory, "")
    (directory.with_name("path") / "sudo").write_bytes(b"\x7fELF")
    with pytest.raises(ConfigurationError, match=r"^--sudo: sudo cannot be run: Exec format error$"):
        Sudo(directory)


def test_other_lines_are_no_answer(directory: Path) -> None:
    install(directory, """echo 'a lecture'; echo '{"result": null}'; echo 'unable to resolve host' >&2""")
    made = Sudo(directory)
    assert made.access == ("uid", str(os.geteuid()), "gid", str(os.getegid()))
    assert made.try_bind([]) == {}


def test_the_line_of_sudoers_is_escaped(directory: Path) -> None:
    install(directory, "exit 1")
    with pytest.raises(ConfigurationError) as raised:
        Sudo(directory)
    assert str(raised.value).endswith(
        r"-I -B -m aqueduct.haproxy.root " + str(directory.parent) + r"/a\,\ dir *"
    )


def test_what_was_roots_is_not_taken_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ourselves(tmp_path)
    (tmp_path / "bin").mkdir()
    uid = (tmp_path / "bin").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    if uid != 0:
        Ourselves(tmp_path)
        return
    with pytest.raises(ConfigurationError, match="was run as root: start with --sudo again, or end it"):
        Ourselves(tmp_path)
