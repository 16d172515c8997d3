"""The last resort for a test that its limit does not end: tell where it waits, and end the process.

pytest-timeout's signal raises an error in whatever runs: in a task that nobody waits for it is lost.
"""

import asyncio
import faulthandler
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_HELD = 10.0
"""Seconds until the process ends without Python's help, since a thread holds it."""


@contextmanager
def bounded(seconds: float, to: TextIO) -> Iterator[None]:
    """End the process unless this is left within `seconds`; pytest-xdist reports the test, and goes on."""
    timer = threading.Timer(seconds, _end, [to])
    timer.daemon = True
    timer.start()
    faulthandler.dump_traceback_later(seconds + _HELD, exit=True, file=to)
    try:
        yield
    finally:
        timer.cancel()
        faulthandler.cancel_dump_traceback_later()


def _end(to: TextIO) -> None:
    try:
        print(f"\nstuck: {os.environ.get('PYTEST_CURRENT_TEST')}", file=to)
        faulthandler.dump_traceback(to)
        for each in gc.get_objects():
            if isinstance(each, asyncio.Task) and not each.done():
                print(f"task {each.get_name()}:", *_awaited(each.get_coro()), sep="\n  ", file=to, flush=True)
    finally:
        os._exit(1)


def _awaited(coroutine: Any) -> Iterator[str]:
    """Yield where a coroutine waits, and where what it waits for does."""
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        yield f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}"
        coroutine = coroutine.cr_await
    yield repr(coroutine)
