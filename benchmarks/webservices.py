"""`python -m benchmarks.webservices NAME...`: web services that answer their names, in one process.

Prints their ports, and ends with its standard input.
"""

import asyncio
import sys
from contextlib import AsyncExitStack

from aqueduct.demo.webservice import WebService


async def _main(names: list[str]) -> None:
    async with AsyncExitStack() as stack:
        services = [await stack.enter_async_context(WebService(name)) for name in names]
        print([service.port for service in services], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
