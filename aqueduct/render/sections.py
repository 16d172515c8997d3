"""A configuration file as its sections.

A section's header is its keyword and its name (`frontend web`, `global`); its text is its lines,
from the header's to the last that is not blank, each ended. Where a header comes back, as several
`global` or `defaults` sections may, it is counted: `global (2)`.

Invariants: `split_sections(join(sections)) == sections` for sections that come from `split_sections`, and
`join(split_sections(text))` is `text` but for blank lines between sections.
"""

from collections.abc import Iterable, Mapping

from aqueduct.model.words import SECTIONS, first_word, words_of

_BLANKS = " \t\v\f\r"


def split_sections(text: str) -> dict[str, str]:
    """Return the sections of `text` by header, in its order. What stands before the first is under ""."""
    lines_of: dict[str, list[str]] = {}
    lines = lines_of[""] = []
    for line in text.split("\n"):
        header = header_of(line)
        if header is not None:
            lines = lines_of[unused(header, lines_of)] = []
        lines.append(line)
    sections = {header: _joined(lines) for header, lines in lines_of.items()}
    if not sections[""]:
        del sections[""]
    return sections


def join(sections: Mapping[str, str]) -> str:
    """Return the configuration file of `sections`, with a blank line between them."""
    return "\n".join(sections.values())


def header_of(line: str) -> str | None:
    """Return the header of the section that `line` begins, None where it begins none."""
    keyword = first_word(line)
    if keyword not in SECTIONS:
        return None
    return " ".join([keyword, *words_of(line)[1:2]])


def unused(header: str, taken: Iterable[str]) -> str:
    """Return `header`, counted where it is `taken` already."""
    if header not in taken:
        return header
    count = 2
    while f"{header} ({count})" in taken:
        count += 1
    return f"{header} ({count})"


def _joined(lines: list[str]) -> str:
    end = len(lines)
    while end and not lines[end - 1].strip(_BLANKS):
        end -= 1
    return "".join(f"{line}\n" for line in lines[:end])
