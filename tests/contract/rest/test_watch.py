"""The configuration watched over HTTP: lines, events and a WebSocket, over restarts of the server."""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientError, ClientResponse, WSMsgType

from aqueduct.v1.backend_pb2 import BACKEND_TYPE_STATIC, Backend
from aqueduct.v1.config_pb2 import ApplyRequest, Change

from .site import Site

pytestmark = pytest.mark.asyncio(loop_scope="package")

PATH = "/v1/config:watch"
EVENTS = {"Accept": "text/event-stream"}
LARGE = "# " + "x" * 900


async def put(site: Site, *keys: str, size: int = 1) -> int:
    """Put backends in one revision; return its number."""
    backends = [Backend(key=key, type=BACKEND_TYPE_STATIC, natives=[LARGE] * size) for key in keys]
    changes = [Change(put_backend=backend) for backend in backends]
    return (
        await site.aqueduct.config.Apply(ApplyRequest(changes=changes, wait_for="WAIT_FOR_COMMIT"))
    ).revision


class Events:
    """What a stream of Server-Sent Events says, and the id that a browser would resume by."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.last = ""
        self._buffer = b""

    @asynccontextmanager
    async def open(self, query: str = "") -> AsyncIterator[ClientResponse]:
        headers = {**EVENTS, **({"Last-Event-ID": self.last} if self.last else {})}
        async with self._site.client.get(f"{self._site.url}{PATH}{query}", headers=headers) as response:
            assert response.status == 200, await response.text()
            self._buffer = b""
            yield response

    async def next(self, response: ClientResponse) -> Any:
        """Return the next document; comments are passed over."""
        while True:
            while b"\n\n" not in self._buffer:
                received = await response.content.readany()
                assert received, "it has ended"
                self._buffer += received
            event, _, self._buffer = self._buffer.partition(b"\n\n")
            lines = [line for line in event.decode().splitlines() if not line.startswith(":")]
            if fields := dict(line.split(": ", 1) for line in lines):
                self.last = fields.get("id", self.last)
                return json.loads(fields["data"])


async def test_lines_by_curl(site: Site) -> None:
    await put(site, "a")
    curl = await asyncio.create_subprocess_exec("curl", "-sN", f"{site.url}{PATH}", stdout=PIPE)
    assert curl.stdout is not None
    snapshot = json.loads(await curl.stdout.readline())
    assert [each["key"] for each in snapshot["snapshot"]["backends"]] == ["a"]
    revision = await put(site, "b")
    told = json.loads(await curl.stdout.readline())
    assert (told["revision"], told["change"]["changes"][0]["resource"]) == (revision, "backends/b")
    curl.terminate()
    await curl.wait()


async def test_parameters(site: Site) -> None:
    first, second = await put(site, "a", "b"), await put(site, "b", size=2)
    url = f"{site.url}{PATH}?after_revision={first}&resources=backends/b&resources=frontends/"
    async with site.client.get(url) as response:
        told = json.loads(await response.content.readline())
        assert (told["revision"], [each["resource"] for each in told["change"]["changes"]]) == (
            second,
            ["backends/b"],
        )
    wrong = await site.ask("GET", f"{PATH}?resources=backends")
    assert (wrong.status, list(wrong.fields)) == (400, ["resources[0]"])
    future = await site.ask("GET", f"{PATH}?after_revision=999999")
    assert (future.status, future.json["status"], future.reason) == (400, "OUT_OF_RANGE", "FUTURE_REVISION")
    await site.ask("POST", "/v1/revisions:compact", {"keep": 1})
    await site.aqueduct.end()
    await site.aqueduct.start()
    gone = await site.ask("GET", f"{PATH}?after_revision={first - 1}")
    assert (gone.status, gone.reason) == (400, "COMPACTED")
    assert gone.json["details"][0]["metadata"] == {"oldest_revision": str(first)}


async def test_events_are_resumed_over_a_restart(site: Site) -> None:
    await put(site, "a")
    events = Events(site)
    async with events.open() as response:
        assert "snapshot" in await events.next(response)
        known = await put(site, "b")
        assert (await events.next(response))["revision"] == known
        await site.aqueduct.end()
        assert (await events.next(response))["details"][0]["reason"] == "SHUTTING_DOWN"
    await site.aqueduct.start()
    first, second = await put(site, "c"), await put(site, "d")
    async with events.open(f"?after_revision={known - 1}") as response:  # a browser asks by the URL of before
        assert [(await events.next(response))["revision"] for _ in range(2)] == [first, second]
    assert events.last == str(second)


async def test_only_what_is_whole_has_an_id(site: Site) -> None:
    events = Events(site)
    async with events.open() as response:
        await events.next(response)
        before = events.last
        revision = await put(site, "a", "b", "c", size=900)
        parts: list[Any] = []
        ids: list[str] = []
        while not parts or parts[-1].get("more"):
            parts.append(await events.next(response))
            ids.append(events.last)
        assert {part["revision"] for part in parts} == {revision}
        assert len(parts) == 3
        assert ids == [before, before, str(revision)]


async def test_messages_are_resumed_over_a_kill(site: Site) -> None:
    await put(site, "a")
    async with site.client.ws_connect(f"{site.url}{PATH}") as socket:
        known = json.loads((await socket.receive()).data)["revision"]
        site.aqueduct._process.kill()
        assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSE)
    await site.aqueduct.wait()
    with pytest.raises(ClientError):
        await site.client.ws_connect(f"{site.url}{PATH}")
    await site.aqueduct.start()
    revision = await put(site, "b")
    async with site.client.ws_connect(f"{site.url}{PATH}?after_revision={known}") as socket:
        told = json.loads((await socket.receive()).data)
        assert (told["revision"], told["change"]["changes"][0]["after"]["backend"]["key"]) == (revision, "b")
