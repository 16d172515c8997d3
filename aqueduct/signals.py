"""SIGINT and SIGTERM, counted: the first asks, the second urges, the third ends the process. And SIGHUP."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_BY_SIGNAL: Final = 128
"""An exit code above is the number of a signal, as shells count."""


@contextmanager
def handled(
    on_first: Callable[[signal.Signals], None], on_second: Callable[[], None], on_hangup: Callable[[], None]
) -> Iterator[None]:
    """Call `on_first` and `on_second`, in the event loop, at the first and the second signal to end.

    The third ends the process at once, as the kernel would. Each SIGHUP calls `on_hangup`.
    """
    count = 0

    def on_signal(number: signal.Signals) -> None:
        nonlocal count
        count += 1
        if count == 1:
            on_first(number)
        elif count == 2:  # noqa: PLR2004 # the second
            on_second()
        else:
            os._exit(_BY_SIGNAL + number)

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    loop.add_signal_handler(signal.SIGHUP, on_hangup)
    try:
        yield
    finally:
        for number in (*_SIGNALS, signal.SIGHUP):
            loop.remove_signal_handler(number)
