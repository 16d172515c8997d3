"""`python -m benchmarks`: runs the benchmarks, prints their tables and writes them to results/.

Each benchmark is one module with `run(scale) -> Report`.
"""

import argparse
import asyncio
import time
from pathlib import Path

from benchmarks import add, fanout, footprint, rate, reload, rest, start, stats, switch
from benchmarks.stage import Scale
from benchmarks.table import Report
from tests.haproxies import binaries

_BENCHMARKS = {
    "add": add,
    "reload": reload,
    "switch": switch,
    "rate": rate,
    "rest": rest,
    "fanout": fanout,
    "footprint": footprint,
    "start": start,
    "stats": stats,
}
_RESULTS = Path(__file__).with_name("results")
_FULL = Scale((), sizes=(10, 100, 1_000, 10_000), rounds=9, changes=10_000, idle=60.0)
_QUICK = Scale((), sizes=(10, 1_000), rounds=3, changes=2_000, idle=30.0)


def main() -> None:
    """Run what the command line names; by default everything."""
    options = _options()
    begin = time.perf_counter()
    reports = []
    for name in options.names or _BENCHMARKS:
        began = time.perf_counter()
        report: Report = asyncio.run(_BENCHMARKS[name].run(_scale(options)))
        report.write(_RESULTS)
        reports.append(report)
        print(report.markdown())
        print(f"({name} took {time.perf_counter() - began:.0f} s)\n", flush=True)
    missed = {report.name: report.missed for report in reports if report.missed}
    print(
        f"All of it took {time.perf_counter() - begin:.0f} s. Rows that miss their goal: {missed or 'none'}."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(_BENCHMARKS)}; by default all"
    )
    parser.add_argument("--quick", action="store_true", help="less of everything: two minutes")
    parser.add_argument("--sizes", type=_numbers, help="numbers of backends, with commas")
    parser.add_argument("--rounds", type=int, help="measurements of each")
    parser.add_argument("--changes", type=int, help="changes of members at the smallest size")
    parser.add_argument("--idle", type=float, help="seconds in which nothing happens")
    parser.add_argument("--haproxy", type=Path, action="append", help="an HAProxy; by default the package's")
    options = parser.parse_args()
    unknown = set(options.names) - set(_BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    return options


def _scale(options: argparse.Namespace) -> Scale:
    preset = _QUICK if options.quick else _FULL
    return Scale(
        [path.absolute() for path in options.haproxy or binaries()[:1]],
        options.sizes or preset.sizes,
        options.rounds or preset.rounds,
        options.changes or preset.changes,
        options.idle or preset.idle,
    )


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    main()
