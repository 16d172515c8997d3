"""Watches the configuration of an Aqueduct, and prints what it has folded, for the soak.

`python -m tests.clients.fold async TARGET`, or `blocking`: by which of the two clients. See
clients/conformance/README.md.
"""

import asyncio
import json
import sys
import threading
from typing import Any

from aqueduct.client import AsyncClient, Client, Watch
from tests.clients.driving import told
from tests.clients.folding import Folding


class Printing:
    """Folds events, and prints what that comes to."""

    def __init__(self) -> None:
        self._folding = Folding(None)

    def take(self, event: Any) -> None:
        """Fold an event."""
        document = told(event)
        self._folding.take(document)
        line = {
            "kind": document["kind"],
            "revision": document["revision"],
            "reset": document.get("reset", ""),
        }
        print(json.dumps(line | {"state": self._folding.state}), flush=True)  # noqa: T201 # the soak reads it


async def follow(target: str) -> None:
    """Watch by the client for asyncio."""
    printing = Printing()
    async with AsyncClient(target) as client:
        async for event in client.watch_config():
            printing.take(event)


async def main(target: str) -> None:
    """Watch until standard input is closed."""
    following = asyncio.create_task(follow(target))
    closed = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({following, closed}, return_when=asyncio.FIRST_COMPLETED)
    if following.done():
        await following
    following.cancel()
    await asyncio.wait({following})


def blocking(target: str) -> None:
    """Watch by the client of threads until standard input is closed."""
    printing = Printing()
    with Client(target) as client, client.watch_config() as watch:
        threading.Thread(target=_close_later, args=(watch,), daemon=True).start()
        for event in watch:
            printing.take(event)


def _close_later(watch: Watch[Any]) -> None:
    sys.stdin.read()
    watch.close()


if __name__ == "__main__":
    if sys.argv[1] == "async":
        asyncio.run(main(sys.argv[2]))
    else:
        blocking(sys.argv[2])
