"""Signals, counted."""

import subprocess
import sys

SCRIPT = """
import asyncio, os, signal
from aqueduct.signals import handled

async def main():
    told = asyncio.Event()
    def tell(word):
        print(word, flush=True)
        told.set()
    with handled(lambda number: tell(number.name), lambda: tell("again"), lambda: tell("hangup")):
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGTERM):
            told.clear()
            os.kill(os.getpid(), number)
            await told.wait()

asyncio.run(main())
"""


def test_the_first_asks_the_second_urges_the_third_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == ["SIGINT", "hangup", "again"]
    assert done.returncode == 128 + 15
    assert done.stderr == ""
