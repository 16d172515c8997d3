"""Work on files off the event loop, with an end and errors that are known.

A cancelled `asyncio.to_thread` leaves its thread running: the file that it writes would appear at
some later moment, perhaps over that of the next operation. Here the caller is held until it is done.
"""

import asyncio
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from aqueduct.errors import Exhausted, Unavailable

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def on_disk(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run `function` in a thread; a cancellation takes effect once it has returned.

    Errors of the disk are those of `disk_errors`.
    """
    work = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        with disk_errors():
            return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raise Exhausted for a full disk, and Unavailable for any other error of the system.

    Neither is HAProxyFailed: HAProxy has not been asked, and no caller's change is at fault.
    """
    try:
        yield
    except OSError as error:
        path = error.filename2 or error.filename  # of a rename, the file that was to be
        message = f"{path}: {error.strerror}" if path else str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Exhausted("DISK_FULL", f"HAProxy's files cannot be written: {message}") from error
        raise Unavailable("HAPROXY_FILES", f"HAProxy's files cannot be used: {message}") from error
