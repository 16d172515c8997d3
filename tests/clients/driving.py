"""The Python clients as the runner drives them: asyncio's, and that of threads, by the same few methods."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from aqueduct.client import (
    ActivityMissed,
    AsyncClient,
    CallError,
    Cancelled,
    Client,
    ConfigChange,
    ConfigSnapshot,
    Watch,
)
from aqueduct.client.methods import method
from aqueduct.v1.activity_pb2 import ActivityWatchRequest
from aqueduct.v1.stats_pb2 import StatsWatchRequest

Document = dict[str, Any]


class Driver(Protocol):
    """A client whose requests and answers are documents."""

    async def call(self, name: str, request: Document, deadline: float | None) -> Document: ...

    async def pages(self, name: str, request: Document) -> list[Document]: ...

    def watch(self, step: Document) -> "Watching": ...


class Watching(Protocol):
    """A watch that goes on by itself; events wait for who takes them."""

    async def next(self) -> Document: ...

    async def close(self) -> None: ...


class AsyncDriver:
    """Drives the client for asyncio."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def call(self, name: str, request: Document, deadline: float | None) -> Document:
        asked = method(name)
        return MessageToDict(await self._client.call(asked, ParseDict(request, asked.request()), deadline))

    async def pages(self, name: str, request: Document) -> list[Document]:
        asked = method(name)
        return [
            MessageToDict(each)
            async for each in self._client.pages(asked, ParseDict(request, asked.request()))
        ]

    def watch(self, step: Document) -> Watching:
        return AsyncWatching(_watch(self._client, step))


class AsyncWatching:
    def __init__(self, events: AsyncIterator[Any]) -> None:
        self._events: asyncio.Queue[Any] = asyncio.Queue()
        self._following = asyncio.create_task(self._follow(events))

    async def _follow(self, events: Any) -> None:
        try:
            async for event in events:
                self._events.put_nowait(event)
        except CallError as error:
            self._events.put_nowait(error)
        finally:
            await events.aclose()

    async def next(self) -> Document:
        return told(await self._events.get())

    async def close(self) -> None:
        self._following.cancel()
        with suppress(asyncio.CancelledError):
            await self._following


class BlockingDriver:
    """Drives the client of threads."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def call(self, name: str, request: Document, deadline: float | None) -> Document:
        asked = method(name)
        message = ParseDict(request, asked.request())
        pending = self._client.start(asked, message, deadline)
        try:
            return MessageToDict(await asyncio.to_thread(pending.result))
        except asyncio.CancelledError:
            pending.cancel()
            with pytest.raises(Cancelled):
                await asyncio.to_thread(pending.result)
            raise

    async def pages(self, name: str, request: Document) -> list[Document]:
        asked = method(name)
        message = ParseDict(request, asked.request())
        found = await asyncio.to_thread(lambda: list(self._client.pages(asked, message)))
        return [MessageToDict(each) for each in found]

    def watch(self, step: Document) -> Watching:
        return BlockingWatching(_watch(self._client, step))


class BlockingWatching:
    def __init__(self, watch: Watch[Any]) -> None:
        self._events: asyncio.Queue[Any] = asyncio.Queue()
        self._watch = watch
        self._put: Callable[[Any], Any] = self._events.put_nowait
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        try:
            for event in self._watch:
                self._loop.call_soon_threadsafe(self._put, event)
        except CallError as error:
            self._loop.call_soon_threadsafe(self._put, error)

    async def next(self) -> Document:
        return told(await self._events.get())

    async def close(self) -> None:
        self._watch.close()
        await asyncio.to_thread(self._thread.join)


def _watch(client: Any, step: Document) -> Any:
    match step["watch"]:
        case "config":
            after = int(step["after"]) if "after" in step else None
            return client.watch_config(step.get("resources", ()), after=after)
        case "stats":
            return client.watch_stats(ParseDict(step.get("request", {}), StatsWatchRequest()))
        case "activity":
            return client.watch_activity(ParseDict(step.get("request", {}), ActivityWatchRequest()))
    raise ValueError(step["watch"])


def told(event: Any) -> Document:
    match event:
        case CallError():
            raise event
        case ConfigSnapshot():
            snapshot = {"kind": "snapshot", "configuration": MessageToDict(event.configuration)}
            reset = {"reset": event.reset} if event.reset else {}
            return snapshot | {"revision": str(event.revision)} | reset
        case ConfigChange():
            return {"kind": "change", "revision": str(event.revision), "change": MessageToDict(event.change)}
        case ActivityMissed():
            return {"missed": str(event.count)}
    return MessageToDict(event)


def error_document(error: CallError) -> Document:
    """Return an error as clients/conformance/README.md has it."""
    return dict(_parts(error))


def _parts(error: CallError) -> Iterator[tuple[str, Any]]:
    yield "code", error.code.name
    yield "message", error.message
    if error.reason:
        yield "reason", error.reason
    yield "metadata", dict(error.metadata)
    yield "violations", [{"field": each.field, "description": each.description} for each in error.violations]
    yield (
        "preconditions",
        [
            {"type": each.kind, "subject": each.subject, "description": each.description}
            for each in error.preconditions
        ],
    )
    if about := error.resource:
        yield "resource", {"type": about.kind, "name": about.name, "description": about.description}
