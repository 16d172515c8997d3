"""A program for tests to kill: takes over the HAProxy of a directory, and walks until the end.

    python -m tests.integration.equal.walking DIRECTORY BINARY SEED PLACES

Writes the store's revision after each step: so much is acknowledged.
"""

import asyncio
import itertools
import random
import sys
from pathlib import Path

import structlog

from tests.integration.equal.drawing import Drawing
from tests.integration.equal.places import Places
from tests.integration.equal.plane import plane

_RESTS = 0.3
"""The share of the steps that are waited for."""


async def main(directory: str, binary: str, seed: str, places: str) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    async with plane(Path(directory), Path(binary)) as made:
        for number in itertools.count():
            step = Drawing(f"{seed}/{number}", Places.read(places)).step(made.store.snapshot())
            await made.take(step)
            print(made.store.snapshot().revision, flush=True)  # noqa: T201 # read by the test
            if random.random() < _RESTS:
                await made.rest()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
