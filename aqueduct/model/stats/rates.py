"""What goes through each second, between two lines of the same proxy or server. Never negative."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from aqueduct.model.stats.lines import COUNTERS, Line
from aqueduct.v1.stats_pb2 import RateStats

DIGITS: Final = 3
"""Behind the point."""
_STOT, _BIN, _BOUT, _REQ, _ECON, _ERESP, _EREQ, _4XX, _5XX = map(
    COUNTERS.index, ("stot", "bin", "bout", "req_tot", "econ", "eresp", "ereq", "hrsp_4xx", "hrsp_5xx")
)
_RESPONSES: Final = slice(COUNTERS.index("hrsp_1xx"), COUNTERS.index("hrsp_other") + 1)


class Rates(NamedTuple):
    """As RateStats, in the order of its fields."""

    sessions: float = 0.0
    requests: float = 0.0
    bytes_in: float = 0.0
    bytes_out: float = 0.0
    responses_4xx: float = 0.0
    responses_5xx: float = 0.0
    errors: float = 0.0

    def message(self) -> RateStats:
        """Return them as the API tells them."""
        return RateStats(**self._asdict())


NOTHING: Final = Rates()


def requests_of(line: Line) -> int:
    """Return the HTTP requests of a line; HAProxy counts those of a server by their responses."""
    return sum(line.counters[_RESPONSES]) if line.name.server else line.counters[_REQ]


def totals(line: Line) -> tuple[int, ...]:
    """Return what rates are made of, in the order of Rates."""
    counters = line.counters
    errors = counters[_ECON] + counters[_ERESP] + counters[_EREQ]
    return (
        counters[_STOT],
        requests_of(line),
        counters[_BIN],
        counters[_BOUT],
        counters[_4XX],
        counters[_5XX],
        errors,
    )


def rates(before: Line, now: Line, seconds: float) -> Rates:
    """Return the rates between two lines, read so many seconds after each other, to a thousandth.

    Nothing where the clock was set back in between.
    """
    if before.counters == now.counters or seconds <= 0:
        return NOTHING
    return Rates(*between(totals(before), totals(now), seconds))


def between(before: Sequence[float], now: Sequence[float], seconds: float) -> list[float]:
    """Return what two totals differ by, each second; 0 for what went back."""
    return [round((b - a) / seconds, DIGITS) if b > a else 0.0 for a, b in zip(before, now, strict=True)]
