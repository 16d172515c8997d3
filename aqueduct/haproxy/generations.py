"""The configuration file and the texts of the generations that still run.

DIR/haproxy.cfg is what HAProxy runs, or is about to. DIR/generations/N.cfg is what a worker that calls
itself N runs: written before any worker can, so that the text of whatever is found running is known.
A number is never given twice in a directory, as the newest text is always kept. The
texts describe running processes, so they need not survive a power loss; haproxy.cfg does.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from aqueduct.haproxy import durable, preamble

FILE = "haproxy.cfg"


@dataclass(frozen=True, slots=True)
class Generation:
    """One text and its number."""

    number: int
    text: str

    @property
    def body(self) -> str:
        """The text without the preamble; empty where it is not one of Aqueduct's."""
        return preamble.body_of(self.text) or ""


class Generations:
    """The texts of one directory. Methods write to disk: not to be called in the event loop."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / FILE
        self._directory = directory / "generations"

    def add(self, body: str) -> Generation:
        """Give `body` the next number and keep its text. HAProxy's file is still the former one."""
        self._directory.mkdir(mode=0o700, exist_ok=True)
        number = max(self._numbers(), default=0)
        current = preamble.generation_of(self._read(self._file) or "")
        number = max(number, current or 0) + 1
        generation = Generation(number, preamble.with_preamble(body, number))
        durable.write(self._path(number), _bytes(generation.text), survives_power_loss=False)
        return generation

    def install(self, generation: Generation) -> None:
        """Make HAProxy's file that of `generation`."""
        if self._read(self._file) == generation.text:
            return
        durable.write(self._file, _bytes(generation.text), survives_power_loss=True)

    def get(self, number: int) -> Generation | None:
        """Return a generation that was added; None where its text is lost, or cannot be read."""
        for path in (self._path(number), self._file):
            text = self._read(path)
            if text is not None and preamble.generation_of(text) == number:
                return Generation(number, text)
        return None

    def keep(self, running: Collection[int]) -> None:
        """Remove the texts of all generations but those, and the newest."""
        numbers = self._numbers()
        for number in sorted(numbers)[:-1]:
            if number not in running:
                self._path(number).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        return [int(path.stem) for path in self._directory.glob("*.cfg") if path.stem.isdecimal()]

    def _path(self, number: int) -> Path:
        return self._directory / f"{number}.cfg"

    @staticmethod
    def _read(path: Path) -> str | None:
        try:
            return path.read_bytes().decode(errors="surrogateescape")
        except OSError:
            return None  # what is in its place is told by the next write


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
