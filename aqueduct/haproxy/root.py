"""What root does for an Aqueduct that is not: the program that sudo runs.

    sudo -n PYTHON -I -B -m aqueduct.haproxy.root DIRECTORY VERB [ARGUMENT...]

It does one thing for the HAProxy of DIRECTORY, tells what came of it in one line of JSON, and ends. It runs
and signals nothing but what lies in DIRECTORY/bin, which is root's own. When its input ends, the one who
asked is gone, and so is what was started to answer him.

Each call costs a start of Python: only the standard library is imported, unless a verb needs more.
"""

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from aqueduct.haproxy import binary as files
from aqueduct.haproxy import kernel
from aqueduct.haproxy.spawning import environment, spawn

_MODE = 0o755
"""Of directories and executables: their owner is root, and Aqueduct runs them too."""
_SIGNALS = frozenset({signal.SIGTERM, signal.SIGKILL})

Answer = object
"""What JSON can tell."""


class Refused(Exception):
    """It is not done, for a reason that the operator has to know."""


def _open(directory: Path) -> Answer:
    """Make room for root's executables; refuse where another user's HAProxy runs."""
    executables = directory / "bin"
    for found in kernel.find(executables):
        user = Path(f"/proc/{found.pid}").stat().st_uid
        if found.leads and user != 0:
            raise Refused(
                f"the HAProxy of {directory} (process {found.pid}) runs as {_name(user)}, not as root: "
                "end it before --sudo is used"
            )
    if executables.is_symlink():
        raise Refused(f"{executables} is a symbolic link")
    if executables.exists() and executables.stat().st_uid != 0:
        shutil.rmtree(executables)  # none runs from it
    executables.mkdir(_MODE, exist_ok=True)
    return None


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _claim(directory: Path, session: str) -> Answer:
    """Tell which master runs; `session` is that of the Aqueduct that asks."""
    executables = directory / "bin"
    found = [
        process
        for process in kernel.find(executables)
        if process.leads or not _is_of_others(process.session, int(session), executables)
    ]
    held = kernel.claim(executables, found)
    return None if held is None else _told(held.pid, held.executable)


def _is_of_others(session: int, asking: int, executables: Path) -> bool:
    """Tell whether a session is one in which an HAProxy is asked something: nobody's worker lives there.

    It is led by whatever asks, but that of a worker by its master, or, where that is gone, by nobody.
    """
    return session == asking or (kernel.is_running(session) and kernel.look(session, executables) is None)


def _spawn(directory: Path, executable: str, log: str, *arguments: str) -> Answer:
    """Start a master. It is kept for as long as the one who asks has not held it, should it end at once."""
    with _as_caller():  # the file is his
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        output = os.open(log, flags, 0o600)
    path = _ours(directory, executable)
    pid = spawn(path, arguments, directory, output)
    print(json.dumps({"result": _told(pid, path)}), flush=True)  # noqa: T201 - it is asked for
    _end_of_input(None)
    raise SystemExit


@contextlib.contextmanager
def _as_caller() -> Iterator[None]:
    os.setegid(int(os.environ["SUDO_GID"]))
    os.seteuid(int(os.environ["SUDO_UID"]))
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def _signal(directory: Path, pid: str, number: str) -> Answer:
    """Signal a master, unless it has ended."""
    executables = directory / "bin"
    found = kernel.look(int(pid), executables)
    if found is None or not found.leads or int(number) not in _SIGNALS:
        return None
    descriptor = kernel.hold(found, executables)
    if descriptor is not None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, int(number))
    return None


def _end_session(directory: Path, session: str) -> Answer:
    kernel.end_session(int(session), directory / "bin", 0)
    return None


def _run(directory: Path, seconds: str, executable: str, *arguments: str) -> Answer:
    """Run HAProxy to its end; tell its exit status and all that it wrote. No status: it took too long."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            [_ours(directory, executable), *arguments],
            cwd=directory,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        in_time = _end_of_input(os.pidfd_open(child.pid), float(seconds))
        child.kill()
        status = child.wait()
        output.seek(0)
        return [status if in_time else None, output.read().decode(errors="replace")]


def _end_of_input(descriptor: int | None, seconds: float | None = None) -> bool:
    """Wait for the end of the input, or of the process of a pidfd; tell whether it came in time."""
    poll = select.poll()
    for each in (sys.stdin.fileno(), descriptor):
        if each is not None:
            poll.register(each, select.POLLIN)
    return bool(poll.poll(seconds and seconds * 1000))


def _try_bind(directory: Path, addresses: str) -> Answer:
    """Tell for each of the addresses why it cannot be had; nothing where it can."""
    from aqueduct.haproxy import binding  # noqa: PLC0415 - it takes a tenth of a second
    from aqueduct.model.bind import Address, Family  # noqa: PLC0415

    wanted = [Address(Family(family), *rest) for family, *rest in json.loads(addresses)]
    refused = binding.try_bind(wanted, lambda: kernel.ids(directory / "bin"))
    return [refused.get(address) for address in wanted]


def _take_copy(directory: Path, source: str) -> Answer:
    return str(files.take_copy(Path(source), directory / "bin", _MODE))


def _mend(directory: Path, copy: str, pid: str, source: str) -> Answer:
    return files.mend(_ours(directory, copy), int(pid), Path(source), _MODE)


def _remove_stale(directory: Path, *used: str) -> Answer:
    files.remove_stale(directory / "bin", [Path(path) for path in used])
    return None


def _ours(directory: Path, path: str) -> Path:
    """Return the path of an executable of HAProxy's; Refused where it is elsewhere."""
    found = Path(path)
    if ".." in found.parts or not found.is_relative_to(directory / "bin"):
        raise Refused(f"{path} does not lie in {directory / 'bin'}")
    return found


def _told(pid: int, executable: Path) -> Answer:
    return [pid, str(executable), kernel.identity(pid)]


_VERBS: dict[str, Callable[..., Answer]] = {
    "open": _open,
    "claim": _claim,
    "spawn": _spawn,
    "signal": _signal,
    "end-session": _end_session,
    "run": _run,
    "try-bind": _try_bind,
    "take-copy": _take_copy,
    "mend": _mend,
    "remove-stale": _remove_stale,
}


def main(directory: str, verb: str, arguments: Sequence[str]) -> None:
    """Do what `verb` says, and tell what came of it."""
    os.umask(0o022)
    answer: dict[str, Answer]
    try:
        answer = {"result": _VERBS[verb](Path(directory).resolve(strict=True), *arguments)}
    except OSError as error:
        answer = {"error": [error.errno, error.strerror, error.filename2 or error.filename]}
    except Refused as error:
        answer = {"refused": str(error)}
    print(json.dumps(answer, default=str))  # noqa: T201 - it is asked for


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
