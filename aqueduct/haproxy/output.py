"""HAProxy's output: a file that outlives Aqueduct, read back where HAProxy tells nothing otherwise.

HAProxy appends to it by itself, so it may be cut at any time; nobody else rotates it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from aqueduct.haproxy.alerts import alerts, entries
from aqueduct.haproxy.generations import FILE

_LIMIT = 16 * 2**20
"""Bytes. Flapping servers write a line each time."""
_LAST = 4096
"""Bytes that are looked at for why HAProxy ended."""


@dataclass(frozen=True, slots=True)
class Output:
    """The file that HAProxy writes to."""

    path: Path

    def cut(self) -> int:
        """Empty the file if it is too large; return its size. What is written from now on stands behind."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size <= _LIMIT:
            return size
        with self.path.open("r+b") as file:
            file.truncate()
        return 0

    def since(self, offset: int) -> str:
        """Return what was written behind `offset`."""
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                return file.read(_LIMIT).decode(errors="replace")
        except FileNotFoundError:
            return ""

    def last_words(self, pid: int) -> str:
        """Return the alerts that a process that has ended wrote last; empty for none."""
        size = self.path.stat().st_size if self.path.exists() else 0
        written = entries(self.since(max(0, size - _LAST)))
        return "; ".join(entry.text for entry in written if entry.level == "ALERT" and entry.pid == pid)

    def tells(self, pid: int, text: str) -> bool:
        """Tell whether a process wrote an entry with `text` in it."""
        size = self.path.stat().st_size if self.path.exists() else 0
        written = entries(self.since(max(0, size - _LIMIT)))
        return any(entry.pid == pid and text in entry.text for entry in written)


def words(log: str, besides: Collection[int] = ()) -> str:
    """Return the alerts of a log in one text, without those of the processes `besides`; empty for none."""
    return "; ".join(alert.message for alert in alerts(log, FILE, besides))
