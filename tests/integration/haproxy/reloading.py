"""A program for tests to kill: adopts or starts an HAProxy, and reloads it until the end.

    python -m tests.integration.haproxy.reloading DIRECTORY BINARY PORT FIRST

Writes a line for each answer that HAProxy gives from now on, once the reload has returned.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from aqueduct.haproxy.adapter import MasterWorker
from tests.integration.haproxy.support import body


async def main(directory: str, binary: str, port: str, first: str) -> None:
    haproxy = await MasterWorker.open(Path(directory), Path(binary))
    if await haproxy.adopt() is None:
        await haproxy.start(body(int(port), first))
    for number in itertools.count(int(first)):
        await haproxy.reload(body(int(port), str(number)))
        print(number, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
