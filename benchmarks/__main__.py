"""`python -m benchmarks`: runs the benchmarks, prints their tables and writes them to results/.

Each benchmark is one module with `run(binaries, sizes, rounds) -> Report`.
"""

import argparse
import asyncio
from pathlib import Path

from benchmarks import reload
from tests.haproxies import binaries

_BENCHMARKS = {"reload": reload}
_RESULTS = Path(__file__).with_name("results")


def main() -> None:
    """Run what the command line names; by default everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(_BENCHMARKS)}; by default all")
    parser.add_argument("--sizes", default="10,100,1000,5000", help="numbers of backends, with commas")
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each")
    parser.add_argument("--haproxy", type=Path, action="append", help="an HAProxy; by default all there are")
    options = parser.parse_args()
    unknown = set(options.names) - set(_BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    sizes = [int(size) for size in options.sizes.split(",")]
    for name in options.names or _BENCHMARKS:
        report = asyncio.run(_BENCHMARKS[name].run(options.haproxy or binaries(), sizes, options.rounds))
        report.write(_RESULTS)
        print(report.markdown())


if __name__ == "__main__":
    main()
