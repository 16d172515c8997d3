"""The answer to `show stat` about the servers of one backend (HAProxy management guide, section 9.1)."""

import csv
import re
from functools import lru_cache
from typing import NamedTuple

from aqueduct.ports.runtime import ServerTold

_NO_FAILURE = re.compile(r"$|Unknown|Initializing|[^:]* passed\b")
"""How HAProxy describes a check that has not failed, or was not made yet."""


class _Columns(NamedTuple):
    name: int
    sessions: int
    queued: int
    check: tuple[int, ...]


def parse_told(answer: str) -> dict[str, ServerTold]:
    """Return what an answer tells of each server, by name."""
    header, *rows = answer.removeprefix("# ").split("\n")  # other ends of lines may be a server's own words
    columns = _columns(header)
    found = {}
    for row in filter(None, rows):
        cells = row.split(",") if '"' not in row else next(csv.reader([row]))
        check = ": ".join(filter(None, (cells[column] for column in columns.check)))
        sessions = int(cells[columns.sessions] or 0) + int(cells[columns.queued] or 0)
        found[cells[columns.name]] = ServerTold(sessions, check)
    return found


def is_failure(check: str) -> bool:
    """Tell whether what is told of a server's last check is that it failed."""
    return _NO_FAILURE.match(check) is None


@lru_cache(maxsize=4)
def _columns(header: str) -> _Columns:
    names = header.split(",")
    check = tuple(names.index(name) for name in ("check_desc", "last_chk") if name in names)
    return _Columns(names.index("svname"), names.index("scur"), names.index("qcur"), check)
