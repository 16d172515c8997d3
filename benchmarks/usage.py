"""What processes cost, as the kernel counts it: CPU seconds and resident memory (proc(5))."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aqueduct.demo.processes import Aqueduct
from benchmarks.table import Cell

_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_TIME = 11
"""Where, behind the name in parentheses, `stat` tells utime; stime, cutime and cstime follow."""
_TIMES = 4


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds, of the user and of the system, of processes and of children that have ended."""
    return sum(map(_cpu_seconds, pids))


def megabytes(pids: Iterable[int]) -> float:
    """Return the resident memory of processes, in MB of 10**6 bytes."""
    return sum(map(_megabytes, pids))


def _cpu_seconds(pid: int) -> float:
    with suppress(OSError):  # it has ended; who started it tells what it took
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        return sum(map(int, fields[_FIRST_TIME : _FIRST_TIME + _TIMES])) / _TICKS
    return 0.0


def _megabytes(pid: int) -> float:
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


@dataclass(frozen=True, slots=True)
class Meter:
    """What Aqueduct and its HAProxy take from the moment on in which this is made."""

    aqueduct: Aqueduct
    before: tuple[float, float]

    @classmethod
    def started(cls, aqueduct: Aqueduct) -> "Meter":
        """Begin to count."""
        return cls(aqueduct, _both(aqueduct))

    def cpu(self) -> tuple[float, float]:
        """Return the CPU seconds since, of Aqueduct with its `haproxy -c` and of HAProxy."""
        now = _both(self.aqueduct)
        return now[0] - self.before[0], now[1] - self.before[1]

    def cells(self) -> Mapping[str, Cell]:
        """Return the columns that tell it."""
        aqueduct, haproxy = self.cpu()
        return {
            "Aqueduct CPU ms": round(aqueduct * 1e3),
            "HAProxy CPU ms": round(haproxy * 1e3),
            "Aqueduct RSS MB": round(megabytes([self.aqueduct.pid])),
            "HAProxy RSS MB": round(megabytes(self.aqueduct.haproxy_pids())),
        }


def _both(aqueduct: Aqueduct) -> tuple[float, float]:
    return cpu_seconds([aqueduct.pid]), cpu_seconds(aqueduct.haproxy_pids())
