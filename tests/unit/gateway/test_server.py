"""The HTTP server: what is no request, limits, pages of other origins, and the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from aqueduct.errors import ConfigurationError, Exhausted
from aqueduct.gateway import bodies, server
from aqueduct.gateway.answers import Answer
from aqueduct.gateway.exchange import Exchange
from aqueduct.gateway.openapi.pages import fixed
from aqueduct.gateway.server import Gateway
from aqueduct.rpc.calls import Call, Calls
from aqueduct.settings import GatewaySettings
from aqueduct.web import connections
from aqueduct.web import server as web_server

from .conftest import MAX_BODY, Serving
from .sample import Samples, methods

OPS = "https://ops.example"


async def said(port: int, *parts: bytes, answers: int = 1) -> list[tuple[int, dict[str, str], bytes]]:
    """Send bytes over a new connection; return the status, headers and body of each answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return [await answer(reader) for _ in range(answers)]
    finally:
        writer.close()
        await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Read one answer that tells its length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.rstrip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(status.split()[1]), headers, body


def get(path: str = "/samples/1", *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def put(body: bytes, *headers: str, path: str = "/samples/1/texts") -> bytes:
    length = f"Content-Length: {len(body)}"
    return "\r\n".join([f"PUT {path} HTTP/1.1", "Host: x", *headers, length, "", ""]).encode() + body


class TestWhatIsNoRequest:
    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
            (b"GET /samples/1\r\n\r\n", 400),
            (b"GET /samples/1 HTTP/3.0\r\nHost: x\r\n\r\n", 400),
            (b"GET /samples/1 HTTP/1.1\r\n\r\n", 400),
            (b"GET /samples/1 HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            (b"GET /samples/1 HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400),
            (b"GET /samples/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (
                b"PUT / HTTP/1.1\r\nHost:\r\nContent-Length:5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400,
            ),
            (b"PUT /samples/1/texts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
            (get(f"/{'x' * 20_000}"), 431),
            (get("/samples/1", f"A: {'x' * 20_000}"), 431),
            (get("/samples/1", *(f"A{number}: x" for number in range(200))), 400),
        ],
    )
    async def test_it_is_refused_in_json_and_not_logged(
        self, serving: Serving, request_: bytes, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        ((found, headers, body),) = await said(serving.port, request_)
        assert (found, headers["content-type"]) == (status, "application/json; charset=utf-8")
        assert json.loads(body)["code"] == status
        assert not caplog.records


class TestTargets:
    @pytest.mark.parametrize(
        "target", ["http://host:1/samples/1", "HTTP://h/samples/1?", "/samples/1#x", "/s%61mples/1"]
    )
    async def test_other_spellings_of_a_path(self, serving: Serving, target: str) -> None:
        ((status, _, _),) = await said(serving.port, get(target))
        assert status == 200

    @pytest.mark.parametrize(
        ("target", "status"),
        [
            ("http://host", 404),
            ("//samples/1", 404),
            ("/samples/../samples/1", 404),
            ("/samples/%2e%2e/1", 404),
            ("/samples/%00", 400),
            ("/samples/%FF", 400),
            ("/samples/1%0d%0aA:b", 400),
        ],
    )
    async def test_what_is_elsewhere(self, serving: Serving, target: str, status: int) -> None:
        ((found, headers, _),) = await said(serving.port, get(target))
        assert found == status
        assert "a" not in headers

    async def test_bytes_that_are_no_text(self, serving: Serving) -> None:
        ((status, _, _),) = await said(
            serving.port, b"GET /samples/\xff\xfe?texts=\xff HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        assert status == 400


class TestVerbs:
    async def test_options(self, serving: Serving) -> None:
        for target, allowed in (
            ("/samples/1", "GET, HEAD, OPTIONS, PURGE"),
            ("*", "GET, HEAD, OPTIONS, POST, PURGE, PUT"),
        ):
            request = f"OPTIONS {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            ((status, headers, body),) = await said(serving.port, request)
            assert (status, headers["allow"], body) == (204, allowed.lower(), b"")
        async with serving.client.options("/nothing") as response:
            assert response.status == 404

    async def test_heads_say_what_gets_would(self, serving: Serving) -> None:
        async with serving.client.get("/samples/1?texts=a") as got:
            length = got.headers["Content-Length"]
        async with serving.client.head("/samples/1?texts=a") as response:
            assert (response.status, response.headers["Content-Length"]) == (200, length)
            assert await response.read() == b""

    async def test_large_answers(self, serving: Serving) -> None:
        texts = json.dumps(["x" * 40_000, "y" * 40_000])
        for headers in ({}, {"Expect": "100-continue"}):
            async with serving.client.put(
                "/samples/1/texts", data=texts, headers={"Content-Type": "application/json", **headers}
            ) as response:
                assert await response.text() == f"{'x' * 40_000} {'y' * 40_000}"

    async def test_http_1_0(self, serving: Serving) -> None:
        ((status, headers, _),) = await said(serving.port, b"GET /samples/1 HTTP/1.0\r\n\r\n")
        assert (status, headers.get("connection", "close")) == (200, "close")

    async def test_requests_sent_ahead_are_answered_in_order(self, serving: Serving) -> None:
        requests = b"".join(get(f"/samples/{number}") for number in range(1, 101))
        answers = await said(serving.port, requests, answers=100)
        assert [json.loads(body)["request"]["id"] for _, _, body in answers] == list(range(1, 101))


class TestBodies:
    async def test_one_too_large(self, serving: Serving) -> None:
        headers = f"PUT /samples/1/texts HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"
        ((status, told, body),) = await said(serving.port, headers.encode())
        assert (status, told["connection"]) == (413, "close")
        assert json.loads(body)["message"] == "a body may have 100,000 bytes at the most"

    async def test_one_in_chunks_that_turns_out_too_large(self, serving: Serving) -> None:
        head = b"PUT /samples/1/texts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        ((status, _, _),) = await said(serving.port, head, *[b"8000\r\n" + b" " * 0x8000 + b"\r\n"] * 5)
        assert status == 413

    async def test_one_that_needs_no_reading_is_not_waited_for(self, serving: Serving) -> None:
        ((status, _, _),) = await said(
            serving.port, b"PUT /samples/1/texts HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 500000\r\n\r\n"
        )  # fmt: skip
        assert status == 413

    async def test_a_client_that_waits_to_be_asked_for_it(self, serving: Serving) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
        writer.write(put(b"", "Expect: 100-continue").replace(b"Length: 0", b"Length: 5"))
        assert (await answer(reader))[0] == 100
        writer.write(b'["a"]')
        assert (await answer(reader))[0] == 200
        writer.close()

    async def test_one_that_does_not_come(self, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bodies, "TIME", 0.05)
        request = put(b"[").replace(b"Length: 1", b"Length: 9")
        ((status, _, body),) = await said(serving.port, request)
        assert (status, json.loads(body)["details"][0]["reason"]) == (408, "TOO_SLOW")

    async def test_one_that_is_cut_off(self, serving: Serving) -> None:
        ((status, _, _),) = await said(
            serving.port,
            b"PUT /samples/1/texts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2",
            b"]\r\nZZ\r\n",
        )
        assert status == 400

    async def test_too_many_at_once(self, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bodies, "_ALL", 0)
        head = put(b"").replace(b"Length: 0", b"Length: 90000")
        first, writer = await asyncio.open_connection("127.0.0.1", serving.port)
        writer.write(head + b" " * 60_000)
        while serving.server._bodies._held < 60_000:
            await asyncio.sleep(0)
        ((status, headers, _),) = await said(serving.port, head + b" " * 60_000)
        assert (status, headers["retry-after"]) == (503, "5")
        writer.write(b" " * 29_998 + b"[]")
        assert (await answer(first))[0] == 200
        writer.close()

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ([], 200),
            (["Content-Type: application/json"], 200),
            (["Content-Type: text/plain"], 415),
            (["Content-Encoding: gzip"], 415),
            (["Content-Encoding: identity"], 200),
        ],
    )
    async def test_types(self, serving: Serving, headers: list[str], status: int) -> None:
        ((found, _, _),) = await said(serving.port, put(b'["a"]', *headers))
        assert found == status

    async def test_any_type_where_the_body_is_raw(self, serving: Serving) -> None:
        ((status, headers, body),) = await said(
            serving.port, put(b"abc", "Content-Type: image/png", path="/raw/x")
        )
        assert (status, headers["content-type"], body) == (200, "image/png", b"cba")


class TestConnections:
    async def test_one_that_says_nothing_ends(
        self, serving: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "FIRST_REQUEST", 0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
        writer.write(b"GET /samples/1 HTTP/1.1\r\nHost:")  # and goes on slowly
        assert await reader.read() == b""
        writer.close()

    async def test_one_that_has_asked_does_not(
        self, serving: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "FIRST_REQUEST", 0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
        writer.write(get())
        await answer(reader)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.read()
        writer.write(get())
        await answer(reader)
        writer.close()

    async def test_idle_ones_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connections, "IDLE", 0.05)
        async with serve(Samples()) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(get())
            await answer(reader)
            writer.write(b"GET /samples/1 HT")
            assert await reader.read() == b""
            writer.close()

    async def test_there_are_not_too_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web_server, "max_connections", lambda: 2)
        async with serve(Samples()) as (_, port):
            open_ones = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            for reader, writer in open_ones:
                writer.write(get())
                assert (await answer(reader))[0] == 200
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            status, headers, body = await answer(reader)
            assert (status, headers["retry-after"], json.loads(body)["code"]) == (503, "5", 503)
            assert await reader.read() == b""
            for _, each in [*open_ones, (reader, writer)]:
                each.close()

    def test_half_of_the_files_are_taken_at_the_most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for files, most in ((64, 32), (1_000_000, 1_000), (-1, 1_000)):
            monkeypatch.setattr("resource.getrlimit", lambda _, files=files: (files, files))
            assert connections.max_connections() == most


class TestOrigins:
    async def test_pages_of_other_origins_change_nothing(self, serving: Serving) -> None:
        ((status, headers, _),) = await said(serving.port, put(b'["a"]', f"Origin: {OPS}"))
        assert status == 403
        assert "access-control-allow-origin" not in headers

    async def test_pages_of_those_allowed(self) -> None:
        async with serve(Samples(), GatewaySettings(cors_origins=(OPS,))) as (_, port):
            for request in (
                put(b'["a"]', f"Origin: {OPS}"),
                put(b"1", f"Origin: {OPS}"),
            ):  # errors are told as well
                ((_, headers, _),) = await said(port, request)
                assert headers["access-control-allow-origin"] == OPS
            preflight = f"OPTIONS /samples/1 HTTP/1.1\r\nHost: x\r\nOrigin: {OPS}\r\n\r\n".encode()
            ((status, headers, _),) = await said(port, preflight)
            assert (status, headers["access-control-allow-methods"]) == (204, "get, head, options, purge")


class TestPages:
    async def test_pages_beside_the_methods(self) -> None:
        page = Answer(b"<p>hello", "text/html")
        async with serve(Samples(), pages={"/docs": fixed(lambda: page)}) as (_, port):
            ((status, headers, body),) = await said(port, get("/docs", "Accept: text/html"))
            assert (status, headers["content-type"], body) == (200, "text/html; charset=utf-8", b"<p>hello")
            ((status, _, body),) = await said(port, get("/docs", f"If-None-Match: {headers['etag']}"))
            assert (status, body) == (304, b"")
            assert (await said(port, get("/docs", "Accept: image/png")))[0][0] == 406
            assert (await said(port, put(b"", path="/docs")))[0][:1] == (405,)
            request = b"OPTIONS /docs HTTP/1.1\r\nHost: x\r\n\r\n"
            assert (await said(port, request))[0][1]["allow"] == "get, head, options"


class TestCalls:
    async def test_deadlines(self, serving: Serving) -> None:
        async with serving.client.get("/samples/1", headers={"Request-Timeout": "x"}) as response:
            assert response.status == 400

    async def test_interceptors_see_the_headers(self) -> None:
        seen: list[Any] = []

        @asynccontextmanager
        async def noting(call: Call) -> AsyncIterator[None]:
            seen.append((call.method, call.metadata["authorization"], call.timeout))
            yield

        async with serve(Samples(), calls=Calls([noting])) as (_, port):
            await said(port, get("/samples/1", "Authorization: me", "Grpc-Timeout: 1S"))
        assert seen == [("/sample.Samples/Get", "me", 1.0)]

    async def test_errors(self, serving: Serving) -> None:
        for number in (400, 404):
            async with serving.client.get(f"/samples/{number}") as response:
                assert (response.status, (await response.json())["code"]) == (number, number)
        serving.samples.failure = Exhausted("DISK_FULL", "no room")
        async with serving.client.get("/samples/1") as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "5")

    async def test_a_fault_of_the_gateways_own(
        self, serving: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("a secret")

        monkeypatch.setattr(server, "send_stream", fail)
        with capture_logs() as logs:
            async with serving.client.get("/samples:watch") as response:
                assert response.status == 500
                text = await response.text()
        assert "secret" not in text
        (fault,) = (log for log in logs if log["log_level"] == "error")
        assert fault["id"] in text

    async def test_types_of_answers(self, serving: Serving) -> None:
        async with serving.client.get("/samples/1", headers={"Accept": "text/html"}) as response:
            assert response.status == 406


class TestEnd:
    async def test_calls_under_way_finish(self) -> None:
        entered, go_on = asyncio.Event(), asyncio.Event()

        @asynccontextmanager
        async def waiting(_: Call) -> AsyncIterator[None]:
            entered.set()
            await go_on.wait()
            yield

        async with serve(Samples(), calls=Calls([waiting])) as (running, port):
            idle, idle_writer = await asyncio.open_connection("127.0.0.1", port)
            request = asyncio.create_task(said(port, get()))
            await entered.wait()
            stopping = asyncio.create_task(running.stop(60))
            assert await idle.read() == b""
            idle_writer.close()
            with pytest.raises(OSError):  # noqa: PT011 # whatever a platform calls it
                await asyncio.open_connection("127.0.0.1", port)
            go_on.set()
            ((status, headers, _),) = await request
            await stopping
            assert (status, headers["connection"]) == (200, "close")

    async def test_those_that_do_not_are_cancelled_after_the_grace(self) -> None:
        entered, left = asyncio.Event(), asyncio.Event()

        @asynccontextmanager
        async def waiting(_: Call) -> AsyncIterator[None]:
            entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
            yield

        async with serve(Samples(), calls=Calls([waiting])) as (running, port):
            request = asyncio.create_task(said(port, get()))
            await entered.wait()
            await running.stop(0.01)
            assert left.is_set()
            with pytest.raises(asyncio.IncompleteReadError):
                await request

    async def test_a_client_that_leaves_cancels_its_call(self) -> None:
        entered, left = asyncio.Event(), asyncio.Event()

        @asynccontextmanager
        async def waiting(_: Call) -> AsyncIterator[None]:
            entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
            yield

        async with serve(Samples(), calls=Calls([waiting])) as (_, port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(get())
            await entered.wait()
            writer.close()
            await left.wait()

    async def test_a_server_that_never_started(self) -> None:
        await Gateway(Exchange([], Calls()), GatewaySettings()).stop(0)

    async def test_an_address_in_use(self, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(ConfigurationError, match="Address already in use"):
            await Gateway(Exchange([], Calls()), GatewaySettings()).start("127.0.0.1", serving.port)

        async def free(_host: str, _port: int) -> None:
            return None

        monkeypatch.setattr(web_server, "check_free", free)
        with pytest.raises(ConfigurationError, match="cannot listen on"):
            await Gateway(Exchange([], Calls()), GatewaySettings()).start("127.0.0.1", serving.port)


@asynccontextmanager
async def serve(
    samples: Samples,
    settings: GatewaySettings | None = None,
    calls: Calls | None = None,
    pages: server.Pages | None = None,
) -> AsyncIterator[tuple[Gateway, int]]:
    """Serve the sample; yield the server and its port."""
    exchange = Exchange(methods(samples), calls or Calls())
    running = Gateway(exchange, settings or GatewaySettings(), pages)
    yield running, await running.start("127.0.0.1", 0)
    await running.stop(0)
