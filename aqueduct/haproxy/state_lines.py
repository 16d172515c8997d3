"""The lines that HAProxy logs as a server changes its state. No I/O.

The words are those of src/server.c (2.6 to 3.4), in the format `rfc5424`, which tells the worker's pid:

    <185>1 2026-11-25T18:49:55.089928+00:00 - haproxy 31137 - - Server web/a is DOWN, reason: Layer4 timeout,
    check duration: 100ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, ...

What a check answered stands in them as it came, so what follows it is looked for from the end.
"""

import re
from datetime import datetime

from aqueduct.ports.states import Told
from aqueduct.v1.backend_pb2 import ADMIN_STATE_DRAIN, ADMIN_STATE_MAINT, ADMIN_STATE_READY, AdminState
from aqueduct.v1.stats_pb2 import (
    OPERATIONAL_STATE_DOWN,
    OPERATIONAL_STATE_DRAIN,
    OPERATIONAL_STATE_UP,
    OperationalState,
)

_MARK = b" - - "
_SERVER = b"Server "

_LINE = re.compile(
    r"<\d+>1 (?P<time>\S+) .*? (?P<worker>\d+) - - "
    r"(?:Backup )?Server (?P<backend>[^ /]+)/(?P<server>\S+)(?: \('[^']*'\))? "
    r"(?:(?P<maint>is going DOWN for maintenance|was DOWN and now enters maintenance"
    r"|remains in (?:forced )?maintenance)"
    r"|(?P<drain>enters drain state|remains in (?:forced )?drain mode)"
    r"|is (?P<health>UP|DOWN|stopping)(?:/(?P<admin>READY|DRAIN))?(?= (?P<leaving>\(leaving)?|[,.]))"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_COUNTS = re.compile(
    r"\. (?P<active>\d+) active and (?P<backup>\d+) backup servers (?:left|online)\."
    r"(?: Running on backup\.)?(?: (?P<sessions>\d+) sessions active,| \d+ sessions requeued,).*",
    re.DOTALL,
)
_LAST_COUNTS = re.compile(r"\. \d+ active and \d+ backup servers (?:left|online)\.")
_DURATION = re.compile(r", check duration: -?\d+ms$")
_IN_PARENTHESES = re.compile(r"\((.*)\)")

_HEALTH = {
    "UP": OPERATIONAL_STATE_UP,
    "DOWN": OPERATIONAL_STATE_DOWN,
    "stopping": OPERATIONAL_STATE_DRAIN,
}
_ADMIN = {"READY": ADMIN_STATE_READY, "DRAIN": ADMIN_STATE_DRAIN}


def parse(line: bytes) -> Told | None:
    """Return what a line tells of a server; None for any other line."""
    before, _, message = line.partition(_MARK)
    if not message.startswith((_SERVER, b"Backup " + _SERVER)) or not before:
        return None
    found = _LINE.match(line.decode(errors="replace").rstrip("\n\0"))
    if found is None:
        return None
    admin, health = _status(found)
    reason, sessions, left = _rest(found["rest"])
    return Told(
        int(found["worker"]),
        found["backend"],
        found["server"],
        admin,
        health,
        reason,
        sessions,
        left,
        _time(found["time"]),
    )


def _time(text: str) -> float | None:
    """Return a time in seconds since 1970-01-01 UTC; None for one before, without a zone, or that is none."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, time.timestamp()) or None if time.tzinfo is not None else None


def _status(found: re.Match[str]) -> tuple[AdminState | None, OperationalState | None]:
    if found["maint"]:
        return ADMIN_STATE_MAINT, OPERATIONAL_STATE_DOWN
    if found["drain"]:
        return ADMIN_STATE_DRAIN, None
    health = _HEALTH[found["health"]]
    if found["admin"]:
        return _ADMIN[found["admin"]], health
    return (ADMIN_STATE_READY if found["leaving"] else None), health


def _rest(text: str) -> tuple[str, int | None, int | None]:
    """Return the reason, the sessions and the servers left that the end of a line tells."""
    begin = max((match.start() for match in _LAST_COUNTS.finditer(text)), default=len(text))
    counts = _COUNTS.fullmatch(text[begin:])
    reason = _reason(text[:begin])
    if counts is None:
        return reason, None, None
    sessions = int(counts["sessions"]) if counts["sessions"] is not None else None
    return reason, sessions, int(counts["active"]) + int(counts["backup"])


def _reason(text: str) -> str:
    reason = _DURATION.sub("", text.strip().rstrip("."))
    in_parentheses = _IN_PARENTHESES.fullmatch(reason)
    if in_parentheses is not None:
        return in_parentheses[1]
    return reason.removeprefix(", ").removeprefix("reason: ")
