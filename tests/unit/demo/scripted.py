"""A server that answers as told, byte by byte: for what a web service would never do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na"


@asynccontextmanager
async def scripted(*connections: Sequence[bytes]) -> AsyncIterator[int]:
    """Serve connections that answer one request after another as told, and then close; yield the port.

    The last one is repeated.
    """
    scripts = list(connections)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        try:
            for answer in script:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
