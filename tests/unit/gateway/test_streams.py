"""Streams as lines, as events, and over WebSocket: how they go on, fail, end, and wait for slow clients."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from structlog.testing import capture_logs

from aqueduct.errors import Invalid, Unavailable, Violation
from aqueduct.gateway import answers, sending

from .conftest import Serving
from .sample import message

EVENTS = {"Accept": "text/event-stream"}
LARGE = 100_000


async def read(serving: Serving, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return the status, the type and the whole of an answer."""
    async with serving.client.get(path, headers=headers) as response:
        return response.status, response.headers["Content-Type"], await response.text()


async def stalled(serving: Serving) -> int:
    """Return how many responses were made, once the connection takes no more."""
    (connection,) = serving.server._http.connections.connections
    while not connection.writing_paused:
        await asyncio.sleep(0)
    return serving.samples.made


async def more(serving: Serving, made: int) -> None:
    """Return once more responses were made."""
    while serving.samples.made <= made:
        await asyncio.sleep(0)


async def test_lines(serving: Serving) -> None:
    status, media_type, text = await read(serving, "/samples:watch?count=2&size=1")
    assert (status, media_type) == (200, "application/x-ndjson")
    assert text == '{"revision":1,"text":"x"}\n{"revision":2,"text":"x"}\n'


async def test_events_have_ids_to_resume_from(serving: Serving) -> None:
    status, media_type, text = await read(serving, "/samples:watch?count=2", EVENTS)
    assert (status, media_type) == (200, "text/event-stream")
    assert text == 'id: 1\ndata: {"revision":1}\n\nid: 2\ndata: {"revision":2}\n\n'
    resumed = await read(serving, "/samples:watch?count=1&after=1", {**EVENTS, "Last-Event-ID": "2"})
    assert resumed[2] == 'id: 3\ndata: {"revision":3}\n\n'


async def test_only_the_last_of_several_parts_has_an_id(serving: Serving) -> None:
    _, _, text = await read(serving, "/samples:watch?count=1&parts=3", EVENTS)
    first = 'data: {"revision":1,"more":true}\n\n'
    assert text == f'{first}{first}id: 1\ndata: {{"revision":1}}\n\n'


async def test_what_many_are_told_is_encoded_once(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[Any] = []

    def noted(document: Any) -> str:
        encoded.append(document)
        return answers.encode(document)

    monkeypatch.setattr("aqueduct.gateway.streams.encode", noted)
    serving.samples.shared = message("WatchResponse", revision=7)
    texts = [await read(serving, "/samples:watch?count=2", headers) for headers in (EVENTS, None)]
    assert texts[0][2] == 'id: 7\ndata: {"revision":7}\n\n' * 2
    assert texts[1][2] == '{"revision":7}\n' * 2
    assert len(encoded) == 1


async def test_an_id_that_is_none(serving: Serving) -> None:
    status, _, text = await read(serving, "/samples:watch", {**EVENTS, "Last-Event-ID": "x"})
    assert status == 400
    assert json.loads(text)["details"][1]["fieldViolations"][0]["field"] == "after"


async def test_messages(serving: Serving) -> None:
    async with serving.client.ws_connect("/samples:watch?count=2") as socket:
        assert [json.loads((await socket.receive()).data) for _ in range(2)] == [
            {"revision": 1},
            {"revision": 2},
        ]
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1000


async def test_heads_make_no_call(serving: Serving) -> None:
    async with serving.client.head("/samples:watch") as response:
        assert response.headers["Content-Type"] == "application/x-ndjson"
    assert not serving.samples.asked


@pytest.mark.parametrize("headers", [{}, EVENTS])
async def test_an_error_before_the_first_item_is_the_answer(
    serving: Serving, headers: dict[str, str]
) -> None:
    serving.samples.failure = Invalid([Violation("after", "is compacted")])
    status, media_type, text = await read(serving, "/samples:watch", headers)
    assert (status, media_type) == (400, "application/json; charset=utf-8")
    assert json.loads(text)["message"] == "after: is compacted"
    with pytest.raises(WSServerHandshakeError) as raised:
        await serving.client.ws_connect("/samples:watch")
    assert raised.value.status == 400


async def test_an_error_later_is_the_last_item(serving: Serving) -> None:
    async with serving.client.get(f"/samples:watch?size={LARGE}&count=200") as response:
        await response.content.readline()
        serving.samples.failure = Unavailable("GONE", "it went")
        *_, last = (await response.read()).decode().splitlines()
    error = json.loads(last)["error"]
    assert (error["code"], error["status"], error["message"]) == (503, "UNAVAILABLE", "it went")


async def test_an_error_later_as_an_event(serving: Serving) -> None:
    async with serving.client.get(f"/samples:watch?size={LARGE}&count=200", headers=EVENTS) as response:
        await response.content.readline()
        serving.samples.failure = Unavailable("GONE", "it went")
        text = (await response.read()).decode()
    name, _, document = text.rstrip().rpartition("\n\n")[2].partition("\n")
    assert name == "event: error"
    assert json.loads(document.removeprefix("data: "))["message"] == "it went"


@pytest.mark.parametrize(
    ("failure", "code"), [(Unavailable("GONE", "é" * 200), 1001), (ZeroDivisionError(), 1011)]
)
async def test_an_error_later_closes_the_socket(serving: Serving, failure: Exception, code: int) -> None:
    with capture_logs():
        async with serving.client.ws_connect(f"/samples:watch?size={LARGE}&count=200") as socket:
            await socket.receive()
            serving.samples.failure = failure
            last: Any = None
            async for message in socket:
                last = json.loads(message.data)
            assert last["error"]["code"] in (500, 503)
            assert socket.close_code == code


async def test_a_fault_tells_an_id_only(serving: Serving) -> None:
    serving.samples.failure = ZeroDivisionError("a secret")
    with capture_logs() as logs:
        status, _, text = await read(serving, "/samples:watch")
    assert status == 500
    assert "secret" not in text
    assert logs[0]["id"] in text


class TestSilence:
    async def test_an_answer_begins_although_there_is_nothing_yet(
        self, serving: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "PATIENCE", 0.01)
        monkeypatch.setattr(sending, "ALIVE", 0.02)
        async with serving.client.get("/samples:watch?count=-1", headers=EVENTS) as response:
            assert response.status == 200
            assert await response.content.readexactly(6) == b":\n\n:\n\n"
        await serving.samples.left.wait()
        async with serving.client.ws_connect("/samples:watch?count=-1", autoping=False) as socket:
            assert (await socket.receive()).type is WSMsgType.PING


class TestSlowClients:
    async def test_lines_wait(self, serving: Serving) -> None:
        async with serving.client.get(f"/samples:watch?size={LARGE}") as response:
            made = await stalled(serving)
            assert made * LARGE < 20_000_000  # what the kernel and the client hold, and two items
            await response.content.readexactly(made * LARGE)
            await more(serving, made)
        await serving.samples.left.wait()

    async def test_messages_wait(self, serving: Serving) -> None:
        async with serving.client.ws_connect(f"/samples:watch?size={LARGE}", max_msg_size=0) as socket:
            made = await stalled(serving)
            assert made * LARGE < 20_000_000
            for _ in range(made):
                await socket.receive()
            await more(serving, made)
        await serving.samples.left.wait()

    @pytest.mark.parametrize("path", [f"/samples:watch?size={LARGE}"])
    async def test_those_that_take_nothing_are_left(
        self, serving: Serving, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "STALLED", 0.1)
        async with serving.client.get(path):
            await serving.samples.left.wait()
        serving.samples.left.clear()
        async with serving.client.ws_connect(path):
            await serving.samples.left.wait()


class TestEnds:
    async def test_a_client_that_leaves_ends_the_method(self, serving: Serving) -> None:
        response = await serving.client.get("/samples:watch?count=-1")
        response.close()
        await serving.samples.left.wait()

    async def test_one_that_closes_its_socket_does(self, serving: Serving) -> None:
        socket = await serving.client.ws_connect("/samples:watch?count=-1")
        await socket.send_str("what a client says is nothing that is looked at")
        await socket.close()
        await serving.samples.left.wait()
        assert socket.close_code == 1000

    async def test_one_that_says_too_much_does(self, serving: Serving) -> None:
        async with serving.client.ws_connect("/samples:watch?count=-1") as socket:
            await socket.send_str("x" * 5_000)
            assert (await socket.receive()).type is WSMsgType.CLOSE
            assert socket.close_code == 1009

    async def test_the_end_of_the_server_is_told(self, serving: Serving) -> None:
        async with serving.client.get("/samples:watch?count=-1", headers=EVENTS) as response:
            socket: ClientWebSocketResponse = await serving.client.ws_connect("/samples:watch?count=-1")
            await serving.server.stop(5)
            text = await response.text()
            assert "SHUTTING_DOWN" in text
            assert text.startswith(":\n\nevent: error\ndata: ")
            assert json.loads((await socket.receive()).data)["error"]["code"] == 503
            assert await socket.receive() == (WSMsgType.CLOSE, 1001, "Aqueduct is shutting down")


@pytest.mark.parametrize(
    "headers", [{"Sec-WebSocket-Version": "7"}, {"Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}, {}]
)
async def test_a_handshake_that_is_none(serving: Serving, headers: dict[str, str]) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", **headers}
    status, _, text = await read(serving, "/samples:watch", upgrade)
    assert (status, json.loads(text)["status"]) == (400, "INVALID_ARGUMENT")


async def test_a_page_of_another_origin_opens_no_socket(serving: Serving) -> None:
    with pytest.raises(WSServerHandshakeError) as raised:
        await serving.client.ws_connect("/samples:watch", origin="https://evil.example")
    assert raised.value.status == 403
