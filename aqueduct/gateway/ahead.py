"""A stream of which one item is read ahead, by a task of its own.

What a slow client does not take stays with the method, which need not make it. The task iterates and closes
the stream, so that deadlines and interceptors of its call are entered and left by one and the same.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Self

from aqueduct.errors import Unavailable
from aqueduct.gateway.streams import Item
from aqueduct.rpc.calls import Refused
from aqueduct.rpc.status import status_of

SILENT: Final = Item("")


class Ahead:
    """Reads `items` while it is entered; leaving it ends them."""

    def __init__(self, items: AsyncGenerator[Item, None]) -> None:
        self._items = items
        self._read_ones: asyncio.Queue[Item | Refused | None] = asyncio.Queue(maxsize=1)
        self._is_stopping = False

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])

    def stop(self) -> None:
        """End the stream with the reason that the server ends."""
        self._is_stopping = True
        self._reading.cancel()

    async def next(self, seconds: float) -> Item | None:
        """Return the next item; None at the end, SILENT where there is none for `seconds`.

        Refused where the stream has failed.
        """
        try:
            async with asyncio.timeout(seconds):
                item = await self._read_ones.get()
        except TimeoutError:
            return SILENT
        if isinstance(item, Refused):
            raise item
        return item

    async def _read(self) -> None:
        last: Refused | None = None
        try:
            async with aclosing(self._items) as items:
                async for item in items:
                    await self._read_ones.put(item)
        except Refused as refused:
            last = refused
        except asyncio.CancelledError:
            if not self._is_stopping:
                raise
            error = Unavailable("SHUTTING_DOWN", "Aqueduct is shutting down")
            last = Refused(status_of(error), error)
        await self._read_ones.put(last)
