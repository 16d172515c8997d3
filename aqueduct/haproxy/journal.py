"""The journal of live changes: what a worker runs beyond the text that it was loaded with.

DIR/generations/N.live begins with the states in which servers of generation N are loaded, if any, and has one
line of JSON for each change of its worker: written before its commands are sent, and followed by a line that
says so once they are done. It goes when N.cfg does, and begins anew now and then, when N.cfg is made to say
what runs: told twice, a change is still the same.

Invariants:
- A change that is not in the journal was not begun. One without its mark may have been done, in part or
  whole, or not at all: whoever finds it asks HAProxy.
- Changes are told in the order in which they were made; at most the last one has no mark, if each is
  marked, or its generation forgotten, before the next begins.

It survives a kill of this process; a power loss ends the worker too: no fsync. Appends are small, and
made in the event loop. One writer at a time. OSError where the file cannot be used.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path

from aqueduct.haproxy import durable

Sections = Mapping[str, str | None]
"""New texts by header; None for a section that is removed."""
States = Mapping[str, Mapping[str, str]]
"""Admin states by header and server."""
_SHOWN = 80
"""Bytes of a line that an error shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One live change."""

    sections: Sections
    states: States
    done: bool
    """Whether HAProxy is known to have obeyed."""


class Journal:
    """The journal in the directory of a HAProxy. Keeps the file of one generation open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "generations"
        self._file: FileIO | None = None
        self._generation = 0

    def begin(self, generation: int, sections: Sections, states: States) -> None:
        """Note a change before its first command is sent.

        `sections` are those that change, by header, `states` the states of their servers.
        """
        self._append(generation, _change(sections, states))

    def done(self, generation: int) -> None:
        """Note that HAProxy obeyed all that was begun."""
        self._append(generation, {"done": True})

    def read(self, generation: int) -> list[Entry]:
        """Return the changes of a worker of `generation`, in order; none where there is no journal.

        A last line that was cut off was never begun. ValueError where the file is not a journal.
        """
        entries: list[Entry] = []
        for line in _read(path_of(self._directory, generation)).split(b"\n")[:-1]:
            entry = _entry(line)
            if entry is None:
                entries = [replace(entry, done=True) for entry in entries]
            else:
                entries.append(entry)
        return entries

    def size(self, generation: int) -> int:
        """Return the bytes of a generation's journal."""
        path = path_of(self._directory, generation)
        return path.stat().st_size if path.exists() else 0

    def restart(self, generation: int, states: States) -> None:
        """Begin the journal of a generation anew, whose text says all that runs but for `states`."""
        self.close()
        begin(self._directory, generation, states)

    def close(self) -> None:
        """Let go of the file. The next change opens it again."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _append(self, generation: int, line: Mapping[str, object]) -> None:
        rest = _line(line)
        try:
            file = self._opened(generation)
            while rest:
                rest = rest[file.write(rest) :]  # on a disk that fills up, a part
        except OSError:
            self.close()  # what was written of the line is cut off when the file is opened again
            raise

    def _opened(self, generation: int) -> FileIO:
        if self._file is None or self._generation != generation:
            self.close()
            path = path_of(self._directory, generation)
            whole = _read(path).rpartition(b"\n")
            self._file = FileIO(path, "a")
            self._file.truncate(len(whole[0]) + len(whole[1]))
            self._generation = generation
        return self._file


def begin(generations: Path, generation: int, states: States) -> None:
    """Write the journal of a generation whose text says all that runs but for `states`."""
    content = _line(_change({}, states)) + _line({"done": True})
    durable.write(path_of(generations, generation), content, survives_power_loss=False)


def path_of(generations: Path, generation: int) -> Path:
    """Return where the journal of a generation is, in the directory of generations."""
    return generations / f"{generation}.live"


def _change(sections: Sections, states: States) -> Mapping[str, object]:
    plain = {header: dict(servers) for header, servers in states.items()}
    return {"sections": dict(sections), "states": plain}


def _line(line: Mapping[str, object]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _entry(line: bytes) -> Entry | None:
    """Return the change that a line tells, None for a mark; ValueError where it is neither."""
    match json.loads(line):
        case {"done": True}:
            return None
        case {"sections": dict(sections), "states": dict(states)}:
            if all(isinstance(servers, dict) for servers in states.values()):
                return Entry(sections, states, done=False)
    raise ValueError(f"no line of a journal: {line[:_SHOWN]!r}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
