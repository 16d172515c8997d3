"""The HTTP API, by the table of the protocol."""

import asyncio
import gzip
import json
import zlib
from typing import Any

import pytest
from structlog.testing import capture_logs

from aqueduct import __version__
from aqueduct.errors import Exhausted
from aqueduct.thalassa import bodies, routes
from aqueduct.web import connections

from .conftest import Served

PATH = "/registrations/web/1.0.0/10.0.0.1/80"
REGISTRATION: dict[str, Any] = {
    "name": "web",
    "version": "1.0.0",
    "host": "10.0.0.1",
    "port": 80,
    "lastKnown": 1_700_001_000_000,
    "meta": {"az": "a", "hostname": "10.0.0.1"},
    "id": "/web/1.0.0/10.0.0.1/80",
}
NOT_FOUND = {"code": 404, "error": "Not Found"}


async def test_a_registration_is_made_told_and_deleted(served: Served) -> None:
    for _ in range(2):
        reply = await served.ask("POST", PATH, b'{"az":"a"}')
        assert (reply.status, reply.body) == (200, b"200")
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (reply.headers["Cache-Control"], reply.headers["Content-Length"]) == ("no-cache", "3")
    for path in ("/registrations", "/registrations/web", "/registrations/web/1.0.0"):
        reply = await served.ask("GET", path)
        assert (reply.status, reply.document) == (200, [REGISTRATION])
        assert list(reply.document[0]) == list(REGISTRATION)
    assert (await served.ask("GET", "/registrations/web/2.0.0")).body == b"[]"
    assert b'"port":80,"lastKnown":1700001000000,"meta":{' in reply.body
    for _ in range(2):
        reply = await served.ask("DELETE", PATH)
        assert (reply.status, reply.body) == (200, b"200")
    assert (await served.ask("GET", "/registrations")).body == b"[]"


async def test_it_holds_for_the_seconds_it_says_or_ten(served: Served) -> None:
    await served.ask("POST", PATH)
    await served.ask("POST", PATH.replace("80", "81"), b'{"secondsToExpire": "3"}')
    for port, ttl in ((80, 10), (81, 3)):
        registration = served.registry.get(f"/web/1.0.0/10.0.0.1/{port}")
        assert registration is not None
        assert registration.ttl.ToSeconds() == ttl


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        ("application/json", b"[1,2]", [1, 2]),
        ("application/json", b'"x"', "x"),
        ("", b'{"value":"x"}', "x"),
        ("text/plain", b'{"a":1}', '{"a":1}'),
        ("application/x-www-form-urlencoded", b"value=x", "x"),
    ],
)
async def test_any_body_is_taken(served: Served, kind: str, body: bytes, value: object) -> None:
    assert (await served.ask("POST", PATH, body, kind)).body == b"200"
    told = (await served.ask("GET", "/registrations")).document
    assert told[0]["meta"] == {"value": value, "hostname": "10.0.0.1"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"a":' + b"1" * 2_000_000])
async def test_a_body_that_is_no_json_is_refused(served: Served, body: bytes) -> None:
    reply = await served.ask("POST", PATH, body)
    assert reply.status == 400
    message = "Invalid request payload format"
    assert reply.document == {"code": 400, "error": "Bad Request", "message": message}


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b'{"value":"x"}', mtime=0)),
        ("x-gzip", gzip.compress(b'{"value":"x"}', mtime=0)),
        ("deflate", zlib.compress(b'{"value":"x"}')),
        ("Deflate", zlib.compress(b'{"value":"x"}', wbits=-15)),
        ("identity", b'{"value":"x"}'),
    ],
)
async def test_a_body_may_be_compressed(served: Served, coding: str, body: bytes) -> None:
    assert (await served.ask("POST", PATH, body, **{"Content-Encoding": coding})).body == b"200"
    told = (await served.ask("GET", "/registrations")).document
    assert told[0]["meta"]["value"] == "x"


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", b"{}", 400),
        ("deflate", b"{}", 400),
        ("gzip", gzip.compress(b'{"a": 1}', mtime=0)[:-9], 400),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"more", 400),
        ("gzip", gzip.compress(b" " * 2_000_000, mtime=0), 400),
        ("br", b"{}", 415),
        ("zstd", b"{}", 415),
        ("gzip, gzip", b"{}", 415),
    ],
)
async def test_a_body_that_is_not_compressed_as_it_says(
    served: Served, coding: str, body: bytes, status: int
) -> None:
    with capture_logs() as logs:
        reply = await served.ask("POST", PATH, body, **{"Content-Encoding": coding})
    assert (reply.status, reply.document["code"]) == (status, status)
    assert (reply.headers["Server"], reply.headers["X-Content-Type-Options"]) == ("Aqueduct", "nosniff")
    assert (await served.ask("GET", "/registrations")).body == b"[]"
    assert not logs


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\nZZ\r\n", 400),
        (b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", 408),
        (b"GET %s HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"POST %s\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ],
)
async def test_what_is_read_badly_is_told_in_json(
    served: Served, request_: bytes, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "TIME", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.api_port)
    writer.write(request_ % PATH.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert json.loads(await reader.readexactly(length))["code"] == status
    writer.close()


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_path_that_is_no_text_is_refused(served: Served, method: str) -> None:
    reply = await served.ask(method, PATH.replace("web", "%ff"))
    assert (reply.status, reply.document["message"]) == (400, "the path is no UTF-8 once it is decoded")


async def test_a_fault_of_its_own_is_told_without_a_word_of_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(routes, "document_of", fail)
    await served.ask("POST", PATH)
    with capture_logs() as logs:
        reply = await served.ask("GET", "/registrations")
    assert (reply.status, reply.document) == (500, {"code": 500, "error": "Internal Server Error"})
    assert [each["log_level"] for each in logs] == ["error"]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (PATH, b'{"secondsToExpire": -1}', "secondsToExpire: must be a number of seconds"),
        (PATH, b'{"secondsToExpire": "abc"}', "secondsToExpire: must be a number of seconds"),
        (PATH.replace("80", "x"), b"", "port: must be a number"),
        (PATH.replace("80", "9" * 4_301), b"", "port: must be a number"),
        (PATH.replace("80", "0"), b"", "port: "),
        (PATH.replace("web", "a%2Fb"), b"", "name: must be 1 to 256 characters without /"),
        (PATH.replace("10.0.0.1", "10.0.0"), b"", "host: "),
        (PATH, b'{"a": "' + b"x" * 9_000 + b'"}', "must be at most 8,192 bytes"),
    ],
)
async def test_what_is_no_registration_is_refused_by_its_field(
    served: Served, path: str, body: bytes, message: str
) -> None:
    reply = await served.ask("POST", path, body)
    assert (reply.status, reply.document["error"]) == (400, "Bad Request")
    assert message in reply.document["message"]
    assert (await served.ask("GET", "/registrations")).body == b"[]"
    assert (await served.ask("DELETE", path)).body == b"200"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", PATH),
        ("GET", "/registrations/"),
        ("GET", "/registrations/web/1.0.0/10.0.0.1"),
        ("PUT", PATH),
        ("POST", "/registrations/web/1.0.0/10.0.0.1"),
        ("DELETE", "/registrations/web//10.0.0.1/80"),
        ("POST", "/status"),
    ],
)
async def test_anything_else_is_not_found(served: Served, method: str, path: str) -> None:
    reply = await served.ask(method, path)
    assert (reply.status, reply.document) == (404, NOT_FOUND)


async def test_web_pages_are_refused(served: Served) -> None:
    reply = await served.ask("POST", PATH, kind="text/plain", Origin="http://evil.example")
    assert (reply.status, reply.document["error"]) == (403, "Forbidden")
    assert (await served.ask("GET", "/registrations")).body == b"[]"


async def test_a_head_has_the_length_alone(served: Served) -> None:
    await served.ask("POST", PATH)
    reply = await served.ask("HEAD", "/registrations")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["Content-Length"]) == len((await served.ask("GET", "/registrations")).body)


async def test_the_status_tells_how_it_is(served: Served) -> None:
    await served.ask("POST", PATH)
    status = (await served.ask("GET", "/status")).document
    assert (status["name"], status["version"]) == ("aqueduct", __version__)
    assert status["uptime"] >= 0
    assert status["memoryUsage"]["rss"] > 1_000_000
    rates = status["stats"]["thalassa"]["registrationsPerSecond"]
    assert list(rates) == ["mean", "count", "currentRate", "1MinuteRate", "5MinuteRate", "15MinuteRate"]
    assert rates["count"] == 1


async def test_a_full_disk_is_told(served: Served) -> None:
    served.store.failures.append(Exhausted("DISK_FULL", "the disk is full"))
    reply = await served.ask("POST", PATH)
    assert reply.status == 429
    assert reply.document == {"code": 429, "error": "Too Many Requests", "message": "the disk is full"}


async def test_a_request_under_way_is_answered_before_the_end(served: Served) -> None:
    gate, reached = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        reached.set()
        await gate.wait()

    served.store.gate = wait
    asking = asyncio.create_task(served.ask("POST", PATH))
    await reached.wait()
    stopping = asyncio.create_task(served.server.stop(10))
    await asyncio.sleep(0)
    gate.set()
    assert (await asking).body == b"200"
    await stopping


async def test_what_is_no_request(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.api_port)
    writer.write(b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
    head, body = (await reader.read()).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"\r\nServer: Aqueduct\r\n" in head
    told = json.loads(body)
    assert (told["code"], told["error"]) == (400, "Bad Request")
    assert told["message"].startswith("the request is no HTTP/1.1: ")
    writer.close()


async def test_a_connection_that_asks_nothing_ends(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.api_port)
    writer.write(b"GET /status HTTP/1.1\r\nHost:")
    assert await reader.read() == b""
    writer.close()


async def test_a_connection_too_many(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.server._http.connections, "_most", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.api_port)
    head, body = (await reader.read()).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert json.loads(body)["message"] == "there are too many connections"
    writer.close()
