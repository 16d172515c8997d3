"""The private copy of the HAProxy binary that it runs from.

A master executes its own file anew at each reload. A file that a package upgrade replaced in between
crashes 2.6 and wedges 2.8, so HAProxy runs from DIR/bin/DIGEST/haproxy, which nobody upgrades, with
a copy of the `lib` folder beside the source, if there is one (the wheel's RUNPATH is $ORIGIN/lib).
A newer source gets another digest, and is taken at the next start. A copy is for its owner alone, unless
`mode` lets others run it as well.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

_NAME = "haproxy"
_LIBRARIES = "lib"
_MODE = 0o700


def take_copy(source: Path, executables: Path, mode: int = _MODE) -> Path:
    """Copy `source` and its libraries to below `executables`, unless they are there; return the copy."""
    digest = _digest(source)
    copy = executables / digest / _NAME
    if not copy.is_file() or _digest(copy) != digest:
        _copy(source, copy.parent, mode)
    return copy


def _parts(binary: Path) -> Iterator[Path]:
    yield binary
    libraries = binary.parent / _LIBRARIES
    if libraries.is_dir():
        yield from sorted(path for path in libraries.iterdir() if ".so" in path.name)


def _digest(binary: Path) -> str:
    digest = hashlib.sha256()
    for part in _parts(binary):
        content = part.read_bytes()
        name = _NAME if part == binary else part.name
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _copy(source: Path, target: Path, mode: int) -> None:
    target.parent.mkdir(mode=mode, parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix="new-"))
    for part in _parts(source):
        copy = temporary / (_NAME if part == source else f"{_LIBRARIES}/{part.name}")
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(part, copy)
        copy.chmod(mode)
    temporary.chmod(mode)
    shutil.rmtree(target, ignore_errors=True)
    temporary.rename(target)


def is_intact(copy: Path, pid: int) -> bool:
    """Tell whether process `pid`, executing `copy` anew, would get the files that it runs now."""
    try:
        now, running = copy.stat(), Path(f"/proc/{pid}/exe").stat()
    except FileNotFoundError:
        return False
    return (now.st_dev, now.st_ino) == (running.st_dev, running.st_ino) and not _lost_libraries(copy, pid)


def mend(copy: Path, pid: int, source: Path, mode: int = _MODE) -> bool:
    """Restore `copy` for process `pid` unless it is intact; tell whether it was not."""
    if is_intact(copy, pid):
        return False
    restore(copy, pid, source, mode)
    return True


def restore(copy: Path, pid: int, source: Path, mode: int = _MODE) -> None:
    """Put the file that process `pid` runs back in place of `copy`, even where it was deleted.

    Lost libraries come from `source`, if that is still what was copied.
    """
    if source.is_file() and copy.parent.name == _digest(source):
        _copy(source, copy.parent, mode)
        return
    copy.parent.mkdir(mode=mode, parents=True, exist_ok=True)
    temporary = copy.with_name("restored")
    shutil.copyfile(f"/proc/{pid}/exe", temporary)
    temporary.chmod(mode)
    temporary.rename(copy)


def _lost_libraries(copy: Path, pid: int) -> bool:
    """Tell whether a library beside `copy` that process `pid` has mapped is no more in its place."""
    libraries = str(copy.parent / _LIBRARIES)
    mapped = Path(f"/proc/{pid}/maps").read_text(errors="surrogateescape").splitlines()
    return any(libraries in line and line.endswith(" (deleted)") for line in mapped)


def remove_stale(executables: Path, used: Collection[Path]) -> None:
    """Remove the copies that are not in `used`, and what a kill left of unfinished ones."""
    kept = {path.parent for path in used}
    for path in executables.iterdir():
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)
