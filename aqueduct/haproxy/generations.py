"""The configuration file and the texts of the generations that still run.

DIR/haproxy.cfg is what HAProxy runs, or is about to. DIR/generations/N.cfg is what a worker that calls
itself N runs: written before any worker can, so that the text of whatever is found running is known.
A number is never given twice in a directory, as the newest text is always kept.

A worker's word alone proves nothing: one that somebody else had loaded, from a file of theirs, inherits the
number from its master. So DIR/generations/N.worker names the worker that Aqueduct found to run N first; any
other that calls itself N runs what is not known. Without that file the word is taken, as N was loaded
once at the most.

A worker that was changed live runs more than its text says: journal.py tells what.

The texts describe running processes, so they need not survive a power loss; haproxy.cfg does.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from aqueduct.haproxy import durable, journal, preamble

FILE = "haproxy.cfg"

_NONE: journal.States = {}
NOBODY = "nobody"
"""Stands for the worker of a generation that HAProxy refused."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One text and its number."""

    number: int
    text: str

    @property
    def body(self) -> str:
        """The text without the preamble; empty where it is not one of Aqueduct's."""
        return preamble.body_of(self.text) or ""

    def changed(self, body: str) -> "Generation":
        """Return it with the body that it was brought to live."""
        text = preamble.with_body(self.text, body)
        return Generation(self.number, text or preamble.with_preamble(body, self.number))


class Generations:
    """The texts of one directory. Methods write to disk: not to be called in the event loop."""

    def __init__(
        self,
        directory: Path,
        extra: preamble.Extra = preamble.NO_EXTRA,
        on_install: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_install` is told the text of HAProxy's file each time that it is made so."""
        self._extra = extra
        self._on_install = on_install
        self._file = directory / FILE
        self._directory = directory / "generations"

    def add(self, body: str, states: journal.States = _NONE, above: int = 0) -> Generation:
        """Give `body` the next number; keep its text, and the `states` of its servers.

        HAProxy's file is still the former one. The number is larger than `above`, which a worker may run
        whose text is lost.
        """
        self._directory.mkdir(mode=0o700, exist_ok=True)
        number = max(self._numbers(), default=0)
        current = preamble.generation_of(self._read(self._file) or "")
        number = max(number, current or 0, above) + 1
        generation = Generation(number, preamble.with_preamble(body, number, self._extra))
        durable.write(self._path(number), _bytes(generation.text), survives_power_loss=False)
        if states:
            journal.begin(self._directory, number, states)
        return generation

    def install(self, generation: Generation) -> None:
        """Make HAProxy's file that of `generation`."""
        if self._read(self._file) != generation.text:
            durable.write(self._file, _bytes(generation.text), survives_power_loss=True)
        self._on_install(generation.text)

    def rebase(self, generation: Generation) -> None:
        """Make the text of a generation that runs what its worker was brought to live."""
        durable.write(self._path(generation.number), _bytes(generation.text), survives_power_loss=False)

    def get(self, number: int) -> Generation | None:
        """Return a generation that was added; None where its text is lost, or cannot be read."""
        for path in (self._path(number), self._file):
            text = self._read(path)
            if text is not None and preamble.generation_of(text) == number:
                return Generation(number, text)
        return None

    def claim(self, number: int, worker: str) -> None:
        """Note that `worker` is the one that runs a generation, unless another was."""
        if worker and self._read(self._claim(number)) is None:
            durable.write(self._claim(number), worker.encode(), survives_power_loss=False)

    def is_run_by(self, number: int, worker: str) -> bool:
        """Tell whether `worker`, which says to run a generation, is the one that Aqueduct had loaded it."""
        return self._read(self._claim(number)) in {None, worker}

    def keep(self, running: Collection[int]) -> None:
        """Remove the texts, claims and journals of all generations but those, and the newest."""
        numbers = self._numbers()
        for number in sorted(numbers)[:-1]:
            if number not in running:
                journal.path_of(self._directory, number).unlink(missing_ok=True)
                self._claim(number).unlink(missing_ok=True)
                self._path(number).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        return [int(path.stem) for path in self._directory.glob("*.cfg") if path.stem.isdecimal()]

    def _path(self, number: int) -> Path:
        return self._directory / f"{number}.cfg"

    def _claim(self, number: int) -> Path:
        return self._directory / f"{number}.worker"

    @staticmethod
    def _read(path: Path) -> str | None:
        try:
            return path.read_bytes().decode(errors="surrogateescape")
        except OSError:
            return None  # what is in its place is told by the next write


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
