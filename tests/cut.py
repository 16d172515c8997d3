"""A line between a client and a server that can be cut like a cable: neither side is told.

Once it is cut, the kernel drops whatever the server sends, by a filter on the socket: it is not even
acknowledged.
"""

import asyncio
import ctypes
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_SO_ATTACH_FILTER = 26
_RETURN = 0x06
"""The instruction `return k` of a classic BPF program: so many bytes of a packet are kept."""


class Line:
    """Forwards connections from `port` to a server's, until it is cut."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._copying: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.port = 0

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def cut(self) -> None:
        """Cut all connections: nothing comes through any more, and nobody is told."""
        for task in self._copying:
            task.cancel()
        for writer in self._writers:
            _drop_all(writer.get_extra_info("socket"))

    def end(self) -> None:
        for task in self._copying:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, to_server]
        for source, sink in ((reader, to_server), (from_server, writer)):
            task = asyncio.create_task(_copy(source, sink))
            self._copying.add(task)
            task.add_done_callback(self._copying.discard)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
        sink.close()


def _drop_all(sock: socket.socket) -> None:
    program = ctypes.create_string_buffer(struct.pack("HBBI", _RETURN, 0, 0, 0))
    filter_ = struct.pack("HL", 1, ctypes.addressof(program))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    """Lay a line to a server on loopback."""
    line = Line(port)
    server = await line.start()
    try:
        yield line
    finally:
        server.close()
        line.end()
        await server.wait_closed()
