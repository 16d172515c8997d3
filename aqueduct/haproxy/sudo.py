"""HAProxy runs as root, by way of sudo, and Aqueduct does not.

Whatever takes root's rights is done by a program of its own (root.py), which sudo runs for each of these
things anew: a right that is taken back holds from the next one on. Nothing is asked of a person (`-n`), and
nothing waits for ever. A process of root's cannot be killed from here: it ends when its input does.

Where sudo refuses, Unavailable (`HAPROXY_SUDO`) tells the line that /etc/sudoers lacks.
"""

import asyncio
import json
import os
import pwd
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from aqueduct.errors import ConfigurationError, Unavailable
from aqueduct.haproxy import check, kernel
from aqueduct.model.bind import Address
from aqueduct.ports.haproxy import HAProxyFailed

_PROGRAM = ("-I", "-B", "-m", "aqueduct.haproxy.root")
_TIMEOUT = 20.0
"""Seconds that an answer may take."""
_LAST_BREATH = 2.0
"""Seconds that the program may take to end once it has answered."""
_ANSWER = b'{"'
_SPECIAL = re.compile(r"([,:=\\*?\[\]!\" ])")
"""What a backslash has to stand before in a command of sudoers(5)."""

_log = structlog.get_logger()


class Sudo:
    """The rights of root on the HAProxy of one directory: see Privileges."""

    def __init__(self, directory: Path) -> None:
        """ConfigurationError where sudo is missing or refuses, or another user's HAProxy runs there."""
        self._directory = directory
        self.access = ("uid", str(os.geteuid()), "gid", str(os.getegid()))
        found = shutil.which("sudo")
        if found is None:
            raise ConfigurationError("--sudo: there is no sudo on PATH")
        self._command = (found, "-n", "--", sys.executable, *_PROGRAM, str(directory))
        try:
            self._ask("open")
        except Unavailable as error:
            raise ConfigurationError(f"--sudo: {error}") from error

    async def run(self, binary: Path, *arguments: str, directory: Path) -> check.Output:  # noqa: ARG002 - it is ours
        """Run a copy to its end; it ends with whoever waits for it."""
        call = self._call("run", str(check.TIMEOUT), str(binary), *arguments)
        work = asyncio.ensure_future(asyncio.to_thread(self._finish, call, check.TIMEOUT + _TIMEOUT))
        try:
            status, text = await asyncio.shield(work)
        except OSError as error:
            raise check.NotRunnable(f"{binary} cannot be run: {error.strerror}") from error
        except asyncio.CancelledError:
            call.abandon()
            await asyncio.gather(work, return_exceptions=True)
            raise
        if status is None:
            raise HAProxyFailed(f"HAProxy took more than {check.TIMEOUT:g} s to read the configuration")
        return check.judged(binary, status, text)

    def spawn(self, executable: Path, arguments: Sequence[str], log: Path) -> kernel.Held:
        """Start a master. It is nobody's child here."""
        with self._call("spawn", str(executable), str(log), *arguments) as call:
            held = _held(call.answer(_TIMEOUT))
        if held is None:
            raise Unavailable("HAPROXY_SUDO", "HAProxy was started by way of sudo, and is not there")
        return held

    def claim(self) -> kernel.Held | None:
        """Hold the master that runs, and end what has none."""
        answer = self._ask("claim", str(os.getsid(0)))
        return None if answer is None else _held(answer)

    def signal(self, pid: int, descriptor: int, number: signal.Signals) -> None:
        """Send a signal to a master: its process id is its own for as long as `descriptor` shows no end."""
        if not kernel.exits_within(descriptor, 0):
            self._ask("signal", str(pid), str(int(number)))

    def end_session(self, session: int, seconds: float) -> None:
        """Have workers end. Where sudo refuses to end them, that is logged: HAProxy itself is gone."""
        if kernel.wait_for_session(session, seconds):
            return
        try:
            self._ask("end-session", str(session))
        except Unavailable as error:
            _log.warning("workers of an HAProxy that has ended cannot be ended", error=str(error))

    def try_bind(self, addresses: Sequence[Address]) -> dict[Address, str]:
        """Return the addresses that root cannot have."""
        if not addresses:
            return {}
        wanted = [[each.family.value, each.host, each.first_port, each.last_port] for each in addresses]
        reasons = self._ask("try-bind", json.dumps(wanted))
        return {address: why for address, why in zip(addresses, reasons, strict=True) if why is not None}

    def take_copy(self, source: Path) -> Path:
        """Have root copy a binary."""
        return Path(self._ask("take-copy", str(source)))

    def mend(self, copy: Path, pid: int, source: Path) -> bool:
        """Have root put back what a master runs."""
        return bool(self._ask("mend", str(copy), str(pid), str(source)))

    def remove_stale(self, used: Collection[Path]) -> None:
        """Have root remove other copies."""
        self._ask("remove-stale", *map(str, used))

    def _ask(self, verb: str, *arguments: str) -> Any:
        return self._finish(self._call(verb, *arguments), _TIMEOUT)

    @staticmethod
    def _finish(call: "_Call", seconds: float) -> Any:
        with call:
            return call.answer(seconds)

    def _call(self, verb: str, *arguments: str) -> "_Call":
        return _Call([*self._command, verb, *arguments], self._line())

    def _line(self) -> str:
        """Return the line that lets sudo do what it is asked to."""
        words = [sys.executable, *_PROGRAM, str(self._directory)]
        return f"{_user()} ALL=(root) NOPASSWD: {' '.join(map(_escaped, words))} *"


class _Call:
    """One run of the program; its input is open until the context is left."""

    def __init__(self, command: Sequence[str], line: str) -> None:
        self._line = line
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        read, self._input = os.pipe()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=read,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=os.environ | {"LC_ALL": "C"},
                start_new_session=True,  # Ctrl-C is for Aqueduct alone
            )
        except OSError as error:
            self.abandon()
            self._errors.close()
            raise Unavailable("HAPROXY_SUDO", f"sudo cannot be run: {error.strerror}") from error
        finally:
            os.close(read)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.abandon()
        try:
            self._process.wait(_LAST_BREATH)
        except subprocess.TimeoutExpired:
            _log.warning("sudo does not end", pid=self._process.pid)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def abandon(self) -> None:
        """Have the program end, and what it runs."""
        descriptor, self._input = self._input, -1
        if descriptor >= 0:
            os.close(descriptor)

    def answer(self, seconds: float) -> Any:
        """Return the program's answer, within `seconds`. OSError where it met one."""
        for line in self._told(seconds).splitlines():
            if line.startswith(_ANSWER):
                return _result(json.loads(line))
        raise Unavailable("HAPROXY_SUDO", self._refusal())

    def _told(self, seconds: float) -> bytes:
        """Return what it writes, up to its answer or its end."""
        deadline = time.monotonic() + seconds
        descriptor = self._process.stdout.fileno() if self._process.stdout is not None else -1
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        told = b""
        while not (told.endswith(b"\n") and _ANSWER in told):
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise Unavailable("HAPROXY_SUDO", f"sudo did not answer within {seconds:g} s")
            part = os.read(descriptor, 2**16)
            if not part:
                break
            told += part
        return told

    def _refusal(self) -> str:
        self.abandon()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        if said.startswith("Traceback"):
            return f"what sudo runs has failed: {said.splitlines()[-1]}"
        return f"sudo refuses ({'; '.join(said.splitlines())}): /etc/sudoers must say {self._line}"


def _result(answer: dict[str, Any]) -> Any:
    match answer:
        case {"error": [number, text, file]}:
            raise OSError(number, text, file)
        case {"refused": reason}:
            raise ConfigurationError(reason)
    return answer["result"]


def _held(answer: Sequence[Any]) -> kernel.Held | None:
    """Hold a process that was told; None where it is no more."""
    pid, executable, identity = answer
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    if kernel.identity(pid) in {identity, ""}:  # none is told where /proc hides others' processes (hidepid)
        return kernel.Held(pid, Path(executable), descriptor)
    os.close(descriptor)
    return None


def _user() -> str:
    """Return the name of the user that we are, as sudoers(5) writes it."""
    try:
        return _escaped(pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:
        return f"#{os.geteuid()}"


def _escaped(word: str) -> str:
    return _SPECIAL.sub(r"\\\1", word)
