"""File work off the event loop, with an end that is known.

A cancelled `asyncio.to_thread` leaves its thread running: the file that it writes would appear at
some later moment, perhaps over that of the next operation. Here the caller is held until it is done.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def finish(function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run `function` in a thread; a cancellation takes effect once it has returned."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
