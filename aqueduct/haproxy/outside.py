"""What other programs are given of HAProxy: its master's process id, a copy of its configuration, a socket.

The paths are somebody else's, and may fail at any time. What cannot be had is told at the start; later it is
logged, and fails no apply. Nor does it hold up one: the copy is written by a thread of its own.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Condition, Thread

import structlog

from aqueduct.errors import ConfigurationError
from aqueduct.haproxy import durable
from aqueduct.haproxy.preamble import Extra
from aqueduct.model.bind import Address, Family, parse_bind
from aqueduct.model.words import quote
from aqueduct.settings import HAProxySettings

_SOCKET, _PID, _COPY = "--haproxy-socket-path", "--haproxy-pid-path", "--haproxy-cfg-path"
_PID_MODE, _COPY_MODE = 0o644, 0o600
_LAST_WRITE = 1.0
"""Seconds that the last write of the copy may take when Aqueduct ends."""
_ADDRESS_BYTES = 107
"""What a UNIX address holds (unix(7)). HAProxy binds `PATH.PID.tmp`, and renames that."""
_MOST_PIDS = Path("/proc/sys/kernel/pid_max")

_log = structlog.get_logger()


class Outside:
    """The files and the socket that were asked for. Methods block: not to be called in the event loop."""

    def __init__(self, settings: HAProxySettings) -> None:
        self._settings = settings
        self._copy = _Copy(settings.cfg_path) if settings.cfg_path is not None else None

    def check(self, directory: Path) -> None:
        """ConfigurationError where a path cannot be used. `directory` is HAProxy's own."""
        given = {_SOCKET: self._settings.socket_path} | self._files()
        paths = {option: path for option, path in given.items() if path is not None}
        for option, path in paths.items():
            if path.resolve().is_relative_to(directory):
                raise ConfigurationError(f"{option}: {path} lies in HAProxy's own directory")
            if list(paths.values()).count(path) > 1:
                raise ConfigurationError(f"{option}: {path} is given to another option as well")
        for option, file in self._files().items():
            reason = None if file is None else _why_not(file)
            if reason is not None:
                raise ConfigurationError(f"{option}: {reason}")

    def check_socket(self, try_bind: Callable[[Sequence[Address]], dict[Address, str]]) -> None:
        """ConfigurationError where HAProxy's socket cannot be."""
        address = self.address()
        for reason in try_bind([address] if address is not None else []).values():
            raise ConfigurationError(f"{_SOCKET}: {reason}")

    def address(self) -> Address | None:
        """Return where the socket listens; None where none is wanted. ConfigurationError where it cannot."""
        path = self._settings.socket_path
        if path is None:
            return None
        longest = _ADDRESS_BYTES - len(f".{_MOST_PIDS.read_text().strip()}.tmp")
        if len(os.fsencode(path)) > longest:
            raise ConfigurationError(f"{_SOCKET}: {path} is too long: HAProxy has room for {longest} bytes")
        try:
            (address,) = parse_bind(quote(f"unix@{path}")).addresses
        except ValueError as error:
            raise ConfigurationError(
                f"{_SOCKET}: {path} cannot be written in HAProxy's file: {error}"
            ) from error
        return Address(Family.UNIX, address.host)

    def lines(self, directory: Path, access: tuple[str, ...], log_port: int | None = None) -> Extra:
        """Return what Aqueduct's own lines have to say. `access`: see Privileges; `log_port`: StateLog."""
        address = self.address()
        return Extra(
            access=access,
            socket=Path(address.host) if address is not None else None,
            directory=directory if self._copy is not None else None,
            log_port=log_port,
        )

    def put_config(self, text: str) -> None:
        """Have the copy say `text`, soon."""
        if self._copy is not None:
            self._copy.put(text)

    def put_pid(self, pid: int) -> None:
        """Have the file say `pid`."""
        path = self._settings.pid_path
        if path is not None:
            with _logged(_PID):
                durable.replace(path, _line(pid), _PID_MODE)

    def remove_pid(self, pid: int | None = None) -> None:
        """Remove the file if it says `pid`, or by default a process that is no more."""
        path = self._settings.pid_path
        if path is None:
            return
        with _logged(_PID), contextlib.suppress(FileNotFoundError):
            told = path.read_bytes()
            if told == _line(pid) if pid is not None else _is_dead(told):
                path.unlink()

    def close(self) -> None:
        """Let the copy be finished, unless that takes long."""
        if self._copy is not None:
            self._copy.wait(_LAST_WRITE)

    def _files(self) -> dict[str, Path | None]:
        return {_PID: self._settings.pid_path, _COPY: self._settings.cfg_path}


class _Copy:
    """A file that follows a text: the newest is written, whatever came in between."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wanted: str | None = None
        self._is_busy = False
        self._idle = Condition()

    def put(self, text: str) -> None:
        with self._idle:
            self._wanted = text
            if not self._is_busy:
                self._is_busy = True
                Thread(target=self._work, name="copy HAProxy's file", daemon=True).start()

    def wait(self, seconds: float) -> None:
        with self._idle:
            self._idle.wait_for(lambda: not self._is_busy, seconds)

    def _work(self) -> None:
        while True:
            with self._idle:
                text, self._wanted = self._wanted, None
                if text is None:
                    self._is_busy = False
                    self._idle.notify_all()
                    return
            with _logged(_COPY):
                self._write(text.encode(errors="surrogateescape"))

    def _write(self, content: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._path.read_bytes() == content:
                return
        durable.replace(self._path, content, _COPY_MODE)


@contextlib.contextmanager
def _logged(option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _log.warning("a file for other programs cannot be written", option=option, error=str(error))


def _why_not(path: Path) -> str | None:
    """Tell why a file cannot be put under `path`, by trying; None where it can."""
    if not path.parent.is_dir():
        return f"there is no directory {path.parent}"
    if path.is_symlink():
        return f"{path} is a symbolic link: name the file itself"
    if path.exists() and not path.is_file():
        return f"{path} exists and is no file"
    trial = path.with_name(path.name + ".try")
    try:
        durable.replace(trial, b"\n", _COPY_MODE)
        trial.unlink()
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return None


def _line(pid: int) -> bytes:
    return b"%d\n" % pid


def _is_dead(told: bytes) -> bool:
    pid = told.strip()
    return pid.isdigit() and not Path(f"/proc/{pid.decode()}").exists()
