"""The events of a Thalassa registry: one connection to its axon socket, and what each message says.

The registry sends every event to everybody, and nothing else: no greeting, no heartbeat, no number by which
a lost one would be noticed. Who subscribes sends nothing.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aqueduct.model.registrations import service_of
from aqueduct.model.thalassa.axon import Decoder, Message
from aqueduct.model.thalassa.registrations import member_of
from aqueduct.ports.discovery import Service
from aqueduct.v1.backend_pb2 import Member

PATIENCE: Final = 5.0
"""Seconds that connecting may take."""
_AT_ONCE: Final = 65_536
_KEEPALIVE: Final = (15, 5, 3)
"""A peer that is gone without a word is noticed after some 30 s of silence: idle, interval, probes."""


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a registration."""

    key: str
    service: Service
    member: Member | None
    """What it is now; None where it is gone, or no member."""
    wrong: str = ""
    """Why it cannot be a member."""


@asynccontextmanager
async def subscribed(host: str, port: int) -> AsyncIterator[AsyncIterator[list[Event]]]:
    """Connect, and yield the events as they come, those that arrive together at once.

    OSError where there is no connection (any more), ValueError where what comes is not axon's.
    """
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(host, port)
    try:
        _keep_alive(writer.get_extra_info("socket"))
        yield _events(reader)
    finally:
        writer.close()


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[list[Event]]:
    decoder = Decoder()
    while content := await reader.read(_AT_ONCE):
        found = [event for message in decoder.feed(content) if (event := event_of(message)) is not None]
        if found:
            yield found
    raise ConnectionResetError("the registry has closed the connection")


def event_of(message: Message) -> Event | None:
    """Return what a message says; None for what is no news of a registration."""
    try:
        key = message[0].decode()
        service = Service(*service_of(key))
    except (IndexError, ValueError):
        return None
    match message[1:]:
        case (b"offline",):
            return Event(key, service, None)
        case (b"online", content):
            return _online(key, service, content)
    return None


def _online(key: str, service: Service, content: bytes) -> Event:
    try:
        member = member_of(json.loads(content))
    except (ValueError, RecursionError) as error:
        return Event(key, service, None, str(error) or "it is nested too deeply")
    return Event(key, service, member)


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    for option, value in zip(options, _KEEPALIVE, strict=True):
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
