"""What a benchmark reports, and its forms: a Markdown table for people, JSON for programs."""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Cell = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Report:
    """A table. `rows` map column names to cells, in the order of the columns."""

    name: str
    """Also the name of its files."""
    title: str
    rows: Sequence[Mapping[str, Cell]]
    notes: str

    @property
    def missed(self) -> int:
        """How many rows have a goal that was not reached."""
        return sum(row.get("reached") is False for row in self.rows)

    def markdown(self) -> str:
        """Return the table with its title, the machine and the notes."""
        columns = list(self.rows[0]) if self.rows else []
        lines = [
            f"## {self.title}",
            "",
            machine(),
            "",
            _line(columns),
            _line(["---"] * len(columns)),
            *(_line([_shown(row[column]) for column in columns]) for row in self.rows),
            "",
            self.notes,
        ]
        return "\n".join(lines) + "\n"

    def write(self, directory: Path) -> None:
        """Write NAME.md and NAME.json to `directory`."""
        directory.mkdir(parents=True, exist_ok=True)
        directory.joinpath(f"{self.name}.md").write_text(self.markdown())
        content = {**asdict(self), "machine": machine()}
        directory.joinpath(f"{self.name}.json").write_text(json.dumps(content, indent=2) + "\n")


def machine() -> str:
    """Return what the figures depend on: processors, memory, system, Python."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processors = os.cpu_count()
    return (
        f"{processors} processors, {gigabytes:.0f} GiB, {platform.system()} {platform.release()} "
        f"({platform.machine()}), Python {platform.python_version()}"
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of `values` that so many percent of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(cell: Cell) -> str:
    match cell:
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:.1f}"
        case _:
            return cell
