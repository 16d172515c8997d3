"""Servers as `show servers state` tells them, and the server-state file that a new worker begins with.

No I/O. What HAProxy makes of a row (src/server_state.c, the same since 2.6; tried on 2.6 and 2.8):

- It is found by the names of backend and server; ids do not matter, and rows of no server are ignored.
- 20 columns are needed. One row that has fewer, or more than 25, voids the file from there on.
- `srv_port` always replaces the configured port: it must be right, there is no value for "as configured".
  That of a server whose port is an offset (`+80`, `-80`) is the offset, modulo 2^32.
  The columns behind the 20th replace the configured TLS, and address and port of checks: a row of a
  server that may have changed must do without them.
- `srv_op_state` 0 begins DOWN, and comes UP by checks; without a check it stays DOWN. 2 begins UP, and in
  maintenance becomes DOWN by itself; the check's health follows from it.
- `srv_check_status` must not be 0, as it is for servers that were added live without a check: the results of
  all later checks are ignored then. 1 is that of a server that is new.
- `srv_admin_state` may be 1 (maintenance) or 8 (drain); `set server B/S state ready` undoes either, and
  the checks go on. 4 says that the configuration said `disabled`: without 1 the server was enabled
  since. Where row and configuration differ about it, the configuration wins, over 1 too.
- `srv_uweight` counts where `srv_iweight` is the weight configured, and is ignored elsewhere. A drain with
  `srv_iweight` 0 is dropped where the weight configured is another.
- An address of `-` leaves the one configured.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from aqueduct.model.server_states import ServerState
from aqueduct.model.server_status import Status
from aqueduct.plan.rows import ServerRow, StateRow, StateRows
from aqueduct.ports.runtime import Gist
from aqueduct.ports.states import Asked
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY
from aqueduct.v1.stats_pb2 import OPERATIONAL_STATE_DOWN, OPERATIONAL_STATE_DRAIN, OPERATIONAL_STATE_UP

_VERSION = "1\n"
_COLUMNS: Final = 20
_ADDRESS, _OPERATIONAL, _ADMIN, _WEIGHT, _INITIAL_WEIGHT = 4, 5, 6, 7, 8
_CHECK_STATUS, _CHECK_RESULT, _HEALTH, _CHECK_STATE, _PORT = 10, 11, 12, 13, 18
_ENABLED = 0x04
"""Of the bits of a check's state."""

_DOWN, _STARTING, _RUNNING = "0", "1", "2"
_NO_CHECK, _NEW = "0", "1"
_FORCED_MAINT, _CONFIGURED_MAINT, _FORCED_DRAIN = 0x01, 0x04, 0x08
_ADMIN_BITS = {ServerState.READY: 0, ServerState.DRAIN: _FORCED_DRAIN, ServerState.MAINT: _FORCED_MAINT}

_WEIGHED = re.compile(r"(?P<before>\n(?:\S+ ){7})(?P<weight>[1-9]\d*) 0 ")
"""A server whose weight was configured as 0, and is another since."""

_GIST = re.compile(r"^\d+ (\S+) \d+ (\S+ \S+) \S+ (\S+ \S+) (?:\S+ ){5}(\S+) (?:\S+ ){4}(\S+)", re.MULTILINE)
"""Backend; name and address; admin state and weight; state of the check; port."""

_STATUS = re.compile(r"^\d+ (\S+) \d+ (\S+) \S+ (\d+) (\d+) ", re.MULTILINE)
"""Backend, name, operational and admin state."""
_IN_MAINT, _IN_DRAIN = 0x01 | 0x02 | 0x20, 0x08 | 0x10
"""Admin states: by an operator, a server that is tracked, or a name that does not resolve."""
_HEALTH_TOLD = {
    "0": OPERATIONAL_STATE_DOWN,
    "1": OPERATIONAL_STATE_UP,
    "2": OPERATIONAL_STATE_UP,
    "3": OPERATIONAL_STATE_DRAIN,
}

_FEW = 16
"""Up to so many backends are named in the pattern: 2 ms then for 40,000 rows, 30 ms otherwise."""


def parse_servers(text: str) -> dict[str, list[ServerRow]]:
    """Read an answer to `show servers state`: the servers by backend. Lines that are no rows are skipped."""
    found: dict[str, list[ServerRow]] = {}
    for line in text.splitlines():
        cells = line.split(" ")
        if len(cells) >= _COLUMNS and cells[0] != "#":
            found.setdefault(cells[1], []).append(_row(cells))
    return found


def gists(text: str, size: int = 2**16) -> Iterator[list[tuple[str, Gist]]]:
    """Iterate over the servers of an answer, each with its backend, `size` characters of it at a time."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + size) + 1 or len(text)
        found = _GIST.findall(text, begin, end)
        yield [(backend, tuple(gist)) for backend, *gist in found]
        begin = end


def statuses(text: str, size: int = 2**16) -> Iterator[list[Asked]]:
    """Iterate over how the servers of an answer stand, `size` characters of it at a time."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + size) + 1 or len(text)
        found = _STATUS.findall(text, begin, end)
        yield [Asked(backend, name, _status(health, admin)) for backend, name, health, admin in found]
        begin = end


def next_states(text: str, rows: StateRows) -> str:
    """Return the state file for a reload: what the old worker told in `text`, but for what `rows` tell.

    Servers of `rows` that `text` does not tell are added. All else is kept, but that a server whose weight
    was changed from 0 is told to have been loaded with it: HAProxy drops its drain otherwise.
    """
    missing = {(backend, name): row for backend, servers in rows.items() for name, row in servers.items()}

    def override(found: re.Match[str]) -> str:
        row = missing.pop((found["backend"], found["server"]), None)
        if row is None:
            return found[0]
        return f"\n{_overridden(found['row'], row)}" if row.port is not None else ""

    told = _WEIGHED.sub(r"\g<before>\g<weight> \g<weight> ", text.rstrip("\n")) or _VERSION.rstrip("\n")
    if missing:
        told = _pattern(rows).sub(override, told)
    return "".join((told, "\n", *_added(missing)))


def rest_states(rows: StateRows) -> str:
    """Return the state file for a fresh start: the servers of `rows` alone."""
    told = {(backend, name): row for backend, servers in rows.items() for name, row in servers.items()}
    return "".join((_VERSION, *_added(told)))


@cache
def _status(health: str, admin: str) -> Status:
    bits = int(admin)
    if bits & _IN_MAINT:
        return Status(ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN)
    told = _HEALTH_TOLD.get(health, OPERATIONAL_STATE_UP)
    return Status(ADMIN_STATE_DRAIN if bits & _IN_DRAIN else ADMIN_STATE_READY, told)


def _row(cells: list[str]) -> ServerRow:
    return ServerRow(
        name=cells[3],
        address=cells[_ADDRESS],
        port=int(cells[_PORT]),
        up=cells[_OPERATIONAL] in (_STARTING, _RUNNING),
        state=_state(int(cells[_ADMIN])),
        weight=int(cells[_WEIGHT]),
        check_result=int(cells[_CHECK_RESULT]),
        is_checked=bool(int(cells[_CHECK_STATE]) & _ENABLED),
    )


def _state(bits: int) -> ServerState:
    if bits & _FORCED_MAINT:
        return ServerState.MAINT
    return ServerState.DRAIN if bits & _FORCED_DRAIN else ServerState.READY


def _pattern(rows: StateRows) -> re.Pattern[str]:
    names = "|".join(map(re.escape, rows)) if len(rows) <= _FEW else r"\S+"
    return re.compile(rf"\n(?P<row>\d+ (?P<backend>{names}) \d+ (?P<server>\S+) .*)")


def _overridden(told: str, row: StateRow) -> str:
    cells = told.split(" ")[:_COLUMNS]
    was = _state(int(cells[_ADMIN]))
    bits = int(cells[_ADMIN])
    is_disabled = row.state is ServerState.READY and bits & _CONFIGURED_MAINT
    kept = ~_FORCED_DRAIN if is_disabled else ~(_FORCED_MAINT | _FORCED_DRAIN)
    if was is not ServerState.READY and row.begins_down:
        cells[_OPERATIONAL] = cells[_HEALTH] = _DOWN
    elif not row.is_checked or (was is ServerState.MAINT and row.state is not ServerState.MAINT):
        cells[_OPERATIONAL] = _RUNNING  # by a check that is gone, or in maintenance, it was down
    if cells[_CHECK_STATUS] == _NO_CHECK:
        cells[_CHECK_STATUS] = _NEW
    cells[_CHECK_STATE] = str(int(cells[_CHECK_STATE]) | _ENABLED)  # a check stays disabled without
    cells[_ADMIN] = str(bits & kept | _ADMIN_BITS[row.state])
    cells[_WEIGHT] = cells[_INITIAL_WEIGHT] = str(row.weight)
    cells[_PORT] = str(row.port)
    return " ".join(cells)


def _added(rows: Mapping[tuple[str, str], StateRow]) -> Iterator[str]:
    for (backend, name), row in rows.items():
        if row.port is None:
            continue
        operational = _DOWN if row.begins_down else _RUNNING
        weight = row.weight
        yield (
            f"0 {backend} 0 {name} - {operational} {_ADMIN_BITS[row.state]} {weight} {weight}"
            f" 0 {_NEW} 0 0 0 0 0 0 - {row.port} -\n"
        )
