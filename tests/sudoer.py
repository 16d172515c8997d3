"""A user who may have HAProxy run as root, and an Aqueduct that runs as that user. Tests run as root then.

The user and the file in /etc/sudoers.d are made when they are needed, and removed afterwards. Nothing of the
kind is touched unless AQUEDUCT_TEST_SUDO=1 is in the environment, as in CI.
"""

import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from aqueduct.demo.processes import Aqueduct

_NAME = f"aq-test-{os.getpid()}"
"""Not that of a test run beside this one."""
_PERMITTED = "AQUEDUCT_TEST_SUDO"
_READS_ALL = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
"""Lets the user read the interpreter and the checkout where they lie in somebody's private directory."""


@dataclass(frozen=True, slots=True)
class Sudoer:
    """A user of this machine."""

    name: str
    directory: Path
    """The user's own, and short: names of sockets have 107 bytes."""
    prefix: Sequence[str]
    """Runs the command behind it as the user."""

    @property
    def _rights(self) -> Path:
        return Path("/etc/sudoers.d", _NAME)

    def allow(self, data_dir: Path, options: Sequence[str] = ()) -> None:
        """Give the user the right that docs/operations.md tells, for one data directory."""
        command = f"{sys.executable} -I -B -m aqueduct.haproxy.root {data_dir}/haproxy *"
        lines = [f"Defaults:{self.name} {option}" for option in options]
        lines.append(f"{self.name} ALL=(root) NOPASSWD: {command}")
        written = self._rights.with_name(f"{_NAME}~")  # sudo reads no file whose name ends so
        written.touch(0o440)
        written.write_text("\n".join([*lines, ""]))
        subprocess.run(["visudo", "-c", "-q", "-f", written], check=True)  # noqa: S607 - as PATH finds it
        written.rename(self._rights)

    def forbid(self) -> None:
        """Take it back."""
        self._rights.unlink(missing_ok=True)


@dataclass
class UsersAqueduct(Aqueduct):
    """An Aqueduct that runs as another user. Its HAProxy is ended as root."""

    prefix: Sequence[str] = ()

    def _command(self) -> list[str]:
        return [*self.prefix, *super()._command()]


def permitted() -> None:
    """Skip the test where sudo is not to be used."""
    if os.environ.get(_PERMITTED) != "1":
        pytest.skip(f"makes a user and a file in /etc/sudoers.d: {_PERMITTED}=1, as root, permits it")
    if os.geteuid() != 0 or shutil.which("sudo") is None:
        pytest.fail(f"{_PERMITTED}=1 needs root, and sudo")


@contextmanager
def sudoer() -> Iterator[Sudoer]:
    """Make a user for as long as the context lasts."""
    permitted()
    _run("useradd", "--system", "--no-create-home", "--shell=/usr/sbin/nologin", _NAME, accept=9)
    user = pwd.getpwnam(_NAME)
    directory = Path(tempfile.mkdtemp(prefix="aq-"))
    try:
        os.chown(directory, user.pw_uid, user.pw_gid)
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        # By way of a shell: setpriv itself still finds files as root.
        trial = [*prefix, "sh", "-c", '"$0" -c "import aqueduct.app"', sys.executable]
        if subprocess.run(trial, capture_output=True, check=False).returncode != 0:
            prefix += _READS_ALL
        made = Sudoer(_NAME, directory, prefix)
        try:
            yield made
        finally:
            made.forbid()
    finally:
        shutil.rmtree(directory)
        _run("userdel", _NAME)


def _run(*command: str, accept: int = 0) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode in {0, accept}, ran.stderr  # 9: there is such a user


def privileged_port() -> int:
    """Return a port below 1024 on loopback that nothing listens on."""
    for port in random.sample(range(600, 1024), 424):
        with suppress(OSError), socket.socket() as candidate:
            candidate.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port below 1024")
