"""A file as a source of members: read again whenever it has changed.

It is looked at every INTERVAL, which sees it rewritten, renamed to, and behind another symbolic link, and
read once two looks have found the same: a file that is just being written is not read half.
A file that is gone, or wrong, is a trouble of the source: what it said last stays, whole.
"""

import asyncio
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from aqueduct.discovery.listing import parse_listing
from aqueduct.ports.discovery import Listener, Service
from aqueduct.v1.backend_pb2 import Member

INTERVAL: Final = 0.5
"""Seconds."""
MOST_BYTES: Final = 16 * 1024 * 1024


class _Look(NamedTuple):
    """What tells that a file has changed."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


class File:
    """The source `file`. `interval` is in seconds."""

    name = "file"

    def __init__(self, path: Path, *, interval: float = INTERVAL) -> None:
        self._path = path
        self._interval = interval
        self._followed: set[Service] = set()
        self._services: dict[Service, list[Member]] | None = None
        """What the file said last; None where it has not been read yet."""
        self._digest = b""
        self._seen: _Look | None = None
        self._read: _Look | None = None
        """What was found when the file was read last, right or wrong."""
        self._error = ""
        self._listener: Listener | None = None

    def follow(self, service: Service) -> None:
        """Tell of `service` from now on, at once where the file is right."""
        if service not in self._followed:
            self._followed.add(service)
            self._tell([service])

    def leave(self, service: Service) -> None:
        """Tell of `service` no more."""
        self._followed.discard(service)

    async def services(self) -> Mapping[Service, int]:
        """Return all services that the file listed when it was right last."""
        return {service: len(members) for service, members in (self._services or {}).items()}

    async def run(self, listener: Listener) -> None:
        """Watch the file, and tell `listener`, until cancelled."""
        self._listener = listener
        self._seen = self._read = None
        self._digest = b""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._interval)
        finally:
            self._listener = None

    async def _look(self) -> None:
        before, self._seen = self._seen, None
        try:
            self._seen = await asyncio.to_thread(_look, self._path)
            if self._seen == self._read or self._seen != before:
                return
            self._read = self._seen
            content = await asyncio.to_thread(_content, self._path)
            await self._take(content)
        except OSError as error:
            self._read = None  # it may come back just as it was
            self._fail(error.strerror or str(error))
        except ValueError as error:
            self._fail(str(error))

    async def _take(self, content: bytes) -> None:
        digest = sha256(content).digest()
        if digest == self._digest:
            return
        is_json = self._path.suffix == ".json"
        self._services = await asyncio.to_thread(parse_listing, content, is_json=is_json)
        self._digest, self._error = digest, ""
        if self._listener is not None:
            self._listener.well()
        self._tell(self._followed)

    def _fail(self, error: str) -> None:
        self._digest = b""
        told = f"{self._path}: {error}"
        if told != self._error and self._listener is not None:
            self._listener.trouble(told)
        self._error = told

    def _tell(self, services: Iterable[Service]) -> None:
        if self._listener is None or self._services is None or self._error:
            return
        for service in sorted(services):
            self._listener.found(service, self._services.get(service, ()))


def _look(path: Path) -> _Look:
    found = path.stat()
    return _Look(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"is larger than {MOST_BYTES:,} bytes")
    return content
