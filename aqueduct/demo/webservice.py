"""A web service that answers every request with its name, over HTTP/1.1.

`python -m aqueduct.demo.webservice 1.0.0` runs one: it prints its port, and ends when its standard
input does, so that it never outlives who started it. `/slow/2.5` is answered after so many seconds.
"""

import asyncio
import re
import sys
from collections.abc import Mapping
from typing import Self

_HEAD_END = b"\r\n\r\n"
_SLOW = re.compile(r"GET /slow/(\d+(?:\.\d+)?) ")


class WebService:
    """Serves on loopback while entered. Requests with a body are not understood."""

    def __init__(self, name: str, port: int = 0) -> None:
        """Answer with `name`, on `port`; 0 takes any free one, which `port` then tells."""
        self.name = name
        self.port = port
        self.requests = 0
        """How many were answered."""
        self._connections: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.close()
        await self._server.wait_closed()

    async def prepare(self, request: str) -> None:
        """Do what is to be done before the answer to a request such as `GET / HTTP/1.1`."""
        found = _SLOW.match(request)
        if found is not None:
            await asyncio.sleep(float(found[1]))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away, which is its right
        except asyncio.CancelledError:
            pass  # the loop ends, and nobody waits for this task, but asyncio, which would log a traceback
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection is kept."""
        request, headers = _parse(await reader.readuntil(_HEAD_END))
        keep = request.endswith("HTTP/1.1") and headers.get("connection", "").lower() != "close"
        body = b"" if request.startswith("HEAD ") else self.name.encode()
        self.requests += 1
        await self.prepare(request)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n%s"
            % (len(self.name.encode()), b"keep-alive" if keep else b"close", body)
        )
        await writer.drain()
        return keep


def _parse(head: bytes) -> tuple[str, Mapping[str, str]]:
    request, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = (line.partition(":") for line in lines)
    return request, {name.strip().lower(): value.strip() for name, _, value in headers}


async def main(name: str) -> None:
    """Serve until standard input ends."""
    async with WebService(name) as service:
        print(service.port, flush=True)  # noqa: T201 # whom it may concern reads it
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
