"""Lines and readings, short to write."""

from collections.abc import Iterable

from aqueduct.model.snapshot import Snapshot
from aqueduct.model.stats.lines import COUNTERS, GAUGES, Line, LineKind, LineName, Reading
from aqueduct.v1.backend_pb2 import Backend
from aqueduct.v1.frontend_pb2 import Frontend

WEB = Snapshot(7, {"web": Frontend(key="web")}, {"web": Backend(key="web"), "app": Backend(key="app")})

FRONTEND = LineName(LineKind.FRONTEND, "web")
BACKEND = LineName(LineKind.BACKEND, "web")
SERVER = LineName(LineKind.SERVER, "web", "web_10.0.0.1:80")
OTHER = LineName(LineKind.SERVER, "web", "web_10.0.0.2:80")
APP = LineName(LineKind.BACKEND, "app")


def line(
    name: LineName = SERVER,
    status: str = "UP",
    check: str = "",
    text: str = "",
    changed: int = 0,
    **told: int,
) -> Line:
    """Return a line; counters that are not told are 0, gauges -1."""
    counters = tuple(told.pop(each, 0) for each in COUNTERS)
    gauges = tuple(told.pop(each, -1) for each in GAUGES)
    assert not told, told
    return Line(name, counters, gauges, status, check, text, changed)


def reading(time: float, *lines: Line, whole: bool = True) -> Reading:
    return Reading(time, {each.name: each for each in lines}, whole)


def names(lines: Iterable[Line]) -> list[LineName]:
    return [each.name for each in lines]
