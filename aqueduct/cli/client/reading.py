"""Files, directories and standard input, read into resources, each with the place that it was read from.

What is wrong with them is wrong usage: all of it is told at once, with file, place and field.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aqueduct.cli.client import forms, texts
from aqueduct.cli.failures import Exit, Failed
from aqueduct.errors import Invalid
from aqueduct.model.documents import read_document
from aqueduct.model.history import Configured
from aqueduct.model.resources import Ref, put, ref_of
from aqueduct.model.thalassa.file import read_loaded

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_STANDARD_INPUT: Final = "-"
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Item:
    """A resource, and where it stands: in `file`, at `path`."""

    resource: Configured
    file: str
    path: str

    @property
    def ref(self) -> Ref:
        """What it is called."""
        return ref_of(put(self.resource))

    def place(self, field: str = "") -> str:
        """Return where `field` of it stands, for people."""
        path = ".".join(part for part in (self.path, field) if part)
        return f"{self.file}: {path}" if path else self.file


def read(paths: Sequence[str]) -> list[Item]:
    """Read the resources of files, of the files of directories, and of `-`. Failed with all that is wrong."""
    items: list[Item] = []
    faults: list[str] = []
    for name in _expanded(paths):
        for place, document in _documents(name):
            _read(document, place, items, faults)
    faults += _repeated(items)
    if faults:
        left = len(faults) - _MOST_FAULTS
        more = [f"... and {left} more"] if left > 0 else []
        raise Failed(faults[:_MOST_FAULTS] + more, Exit.USAGE)
    return items


def _expanded(paths: Sequence[str]) -> Iterator[str]:
    """Put the files of directories in their place, sorted by name."""
    if paths.count(_STANDARD_INPUT) > 1:
        raise Failed("- is given twice: standard input can be read once", Exit.USAGE)
    for path in paths:
        if path == _STANDARD_INPUT or not Path(path).is_dir():
            yield path
            continue
        found = sorted(
            str(each)
            for each in Path(path).iterdir()
            if each.suffix.lower() in _SUFFIXES and not each.is_dir()  # a link that leads nowhere is told
        )
        if not found:
            raise Failed(f"{path}: holds no {', '.join(_SUFFIXES)} files", Exit.USAGE)
        yield from found


def _documents(name: str) -> list[tuple[str, object]]:
    """Return the documents of a file, each with what to call it."""
    called = "standard input" if name == _STANDARD_INPUT else name
    try:
        raw = sys.stdin.buffer.read() if name == _STANDARD_INPUT else Path(name).read_bytes()
        documents = texts.load(raw.decode("utf-8-sig"), is_json=name.endswith(".json"))
    except OSError as error:
        raise Failed(f"{called}: cannot be read: {error.strerror}", Exit.USAGE) from error
    except UnicodeDecodeError as error:
        raise Failed(f"{called}: is no UTF-8 at byte {error.start}", Exit.USAGE) from error
    except ValueError as error:
        raise Failed(f"{called}: {error}", Exit.USAGE) from error
    if not documents:  # such as what a program that failed has written: no word to delete all
        raise Failed(f"{called}: is empty", Exit.USAGE)
    if len(documents) == 1:
        return [(called, documents[0])]
    return [(f"{called} (document {number})", document) for number, document in enumerate(documents, 1)]


def _read(document: object, file: str, items: list[Item], faults: list[str]) -> None:
    try:
        if forms.is_originals(document):
            _read_originals(document, file, items, faults)
            return
        for found in forms.places(document):
            item = Item(found.empty(), file, found.path)
            try:
                read_document(found.fields, item.resource)
            except Invalid as error:
                faults += [f"{item.place(each.field)}: {each.description}" for each in error.violations]
            items.append(item)
    except ValueError as error:
        faults.append(f"{file}: {error}")
    except RecursionError:
        faults.append(f"{file}: is nested too deeply")


def _read_originals(document: object, file: str, items: list[Item], faults: list[str]) -> None:
    try:
        configuration = read_loaded(document)
    except Invalid as error:
        faults += [f"{file}: {each.field}: {each.description}" for each in error.violations]
        return
    items += [Item(each, file, f"frontends[{index}]") for index, each in enumerate(configuration.frontends)]
    items += [Item(each, file, f"backends[{index}]") for index, each in enumerate(configuration.backends)]


def _repeated(items: Sequence[Item]) -> list[str]:
    first: dict[Ref, Item] = {}
    faults = []
    for item in items:
        known = first.setdefault(item.ref, item)
        if known is not item and item.ref.key:
            faults.append(f"{item.place()}: {item.ref} stands in {known.place()} already")
    return faults
