"""REST beside gRPC: the same calls of the same Aqueduct, in turns, with one caller and with sixteen.

Each side has the client that costs it least: gRPC one channel, REST a bare connection for each caller.
"""

import statistics
from collections.abc import Sequence

from benchmarks.callers import Account, Calls
from benchmarks.configuration import callers_backend
from benchmarks.stage import Scale, Stage, staged
from benchmarks.table import Cell, Report
from benchmarks.usage import Meter

_CALLERS = (1, 16)
_KINDS = ("weight", "commit", "read")
_LEAST_SHARE = 0.6
"""Of the rate of gRPC."""
_ORIGINALS = 162.0
"""PUTs per second of Thalassa Aqueduct 0.5.3, which answered before anything was applied."""
_LEAST_TIMES = 5.0
_LISTED = 1_000
_MOST_MILLISECONDS = 50.0
_LISTS = 20
_NOTES = (
    "Rates are medians of {rounds} rounds in turns; `share` is the median of what each round gave. `weight` "
    "is a PUT that answers when HAProxy serves by another weight, `commit` the same answered when it is "
    "durable. Goals: 60 % of gRPC's rate; 5 times the original's 162 PUTs a second, which it answered before "
    "anything was applied, by 16 callers; GET /backends of 1,000 backends within 50 ms."
)


async def run(scale: Scale) -> Report:
    """Measure each HAProxy at each size."""
    rows = [
        row for binary in scale.binaries for size in scale.sizes for row in await _rows(binary, size, scale)
    ]
    return Report("rest", "REST beside gRPC", rows, _NOTES.format(rounds=_rounds(scale)))


def _rounds(scale: Scale) -> int:
    return min(5, scale.rounds)


async def _rows(binary: object, size: int, scale: Scale) -> list[dict[str, Cell]]:
    backends = [callers_backend(caller) for caller in range(max(_CALLERS))]
    async with staged(binary, size, backends) as stage:  # type: ignore[arg-type] # a Path
        rows = [await _beside(stage, size, kind, callers, scale) for kind in _KINDS for callers in _CALLERS]
        return [*rows, await _list(stage, size)]


async def _beside(stage: Stage, size: int, kind: str, callers: int, scale: Scale) -> dict[str, Cell]:
    """Have the same calls made over both, in turns."""
    changes = scale.changes // 10 // (2 * callers) * 2 * callers
    targets = {"": stage.aqueduct.target, "rest-": f"127.0.0.1:{stage.aqueduct.port}"}
    found: dict[str, list[Account]] = {"": [], "rest-": []}
    cost: dict[str, float] = dict.fromkeys(found, 0.0)
    for _ in range(_rounds(scale)):
        for prefix, target in targets.items():
            await stage.rested()
            meter = Meter.started(stage.aqueduct)
            account = await Calls(prefix + kind, target, callers, changes).made()
            cost[prefix] += meter.cpu()[0]
            assert not account.failed, account
            found[prefix].append(account)
    rest, grpc = (_median(found[prefix]) for prefix in ("rest-", ""))
    shares = [one.rate / other.rate for one, other in zip(found["rest-"], found[""], strict=True)]
    calls = changes * _rounds(scale)
    goal, is_reached = f"{_LEAST_SHARE:.0%} of gRPC", statistics.median(shares) >= _LEAST_SHARE
    if kind != "read" and callers == max(_CALLERS):
        goal += f", {_ORIGINALS * _LEAST_TIMES:.0f}/s"
        is_reached = is_reached and rest >= _ORIGINALS * _LEAST_TIMES
    return {
        "HAProxy": stage.version,
        "backends": size,
        "call": kind,
        "callers": callers,
        "REST/s": rest,
        "gRPC/s": grpc,
        "share": f"{statistics.median(shares):.0%}",
        "REST CPU us": round(cost["rest-"] / calls * 1e6),
        "gRPC CPU us": round(cost[""] / calls * 1e6),
        "REST median ms": statistics.median(account.median_ms for account in found["rest-"]),
        "REST p99 ms": max(account.p99_ms for account in found["rest-"]),
        "goal": goal,
        "reached": is_reached,
    }


def _median(accounts: Sequence[Account]) -> float:
    return statistics.median(account.rate for account in accounts)


async def _list(stage: Stage, size: int) -> dict[str, Cell]:
    """Read all backends at once."""
    meter = Meter.started(stage.aqueduct)
    account = await Calls("rest-list", f"127.0.0.1:{stage.aqueduct.port}", 1, _LISTS).made()
    has_goal = size <= _LISTED
    return {
        "HAProxy": stage.version,
        "backends": size,
        "call": "list",
        "callers": 1,
        "REST/s": account.rate,
        "gRPC/s": "",
        "share": "",
        "REST CPU us": round(meter.cpu()[0] / _LISTS * 1e6),
        "gRPC CPU us": "",
        "REST median ms": account.median_ms,
        "REST p99 ms": account.p99_ms,
        "goal": f"{_MOST_MILLISECONDS:.0f} ms" if has_goal else "",
        "reached": account.median_ms <= _MOST_MILLISECONDS if has_goal else "",
    }
